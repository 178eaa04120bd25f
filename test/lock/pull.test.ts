import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { v2 as faq } from "../../apps/faq/contract.ts";
import { v1 as tickets } from "../../apps/tickets/contract.ts";
import { compareLocks } from "../../src/compare/contracts.ts";
import { diff } from "../../src/compare/diff.ts";
import type { LockSchema } from "../../src/compare/lock.ts";
import { isBreak } from "../../src/compare/finding.ts";
import { lockOfOpenApi } from "../../src/compare/openapi/openapi.ts";
import { aboutOf, type AnyContract, isContract } from "../../src/contract/contract.ts";
import { partsOf } from "../../src/contract/guest.ts";
import { schemaOf } from "../../src/contract/field.ts";
import * as f from "../../src/contract/index.ts";
import { toLock } from "../../src/lock/lock.ts";
import { objectOf, toOpenApi } from "../../src/lock/openapi.ts";
import { pullContract } from "../../src/lock/pull/contract.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "marcot-pull-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(join(root, "src"), join(folder, "node_modules", "marcot"));
writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
after(() => rmSync(folder, { recursive: true }));

let count = 0;

/** Writes the contract, loads it, and answers the version that it exports. */
async function load(source: string): Promise<AnyContract> {
  const path = join(folder, `contract${(count += 1)}.ts`);
  writeFileSync(path, source);
  const exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  return Object.values(exports).find(isContract) ?? assert.fail(source);
}

const v1 = f.contract("kinds/v1", {
  keep: f.put("/:number/", {
    input: {
      number: f.integer({ min: 0, max: 9 }),
      text: f.text({ min: 1, max: 5, pattern: /^a\/"/u, default: 'a/"' }),
      on: f.boolean({ default: true }),
      choice: f.choice(["open", "done"], { default: "open" }),
      when: f.optional(f.datetime()),
      day: f.date({ default: "2026-11-24" }),
      uuid: f.uuid(),
      price: f.decimal({ default: "1.50" }),
      binary: f.binary(),
      maybe: f.nullable(f.text({ default: "x" })),
      words: f.list(f.text(), { min: 1, max: 3 }),
      deep: f.object({ map: f.map(f.list(f.object({ id: f.number({ max: 1.5 }) }))) }),
    },
    output: { binary: f.binary(), maybe: f.optional(f.nullable(f.uuid())) },
    errors: { NoSuchKind: 404, Full: 409 },
    status: 201,
    idempotent: false,
    deadlineMs: 50,
  }),
  nothing: f.del("/nothing/"),
  kept: f.event({ id: f.integer(), words: f.list(f.text()) }),
});
f.retire(v1, { deprecated: "2026-11-01", sunset: "2027-05-01" });

for (const contract of [v1, faq, tickets]) {
  const lock = toLock(contract);
  const { app } = lock;
  const documents = { lock, "OpenAPI document": toOpenApi(lock, { rev: "0" }) };
  for (const [kind, document] of Object.entries(documents)) {
    for (const version of Object.keys(lock.versions)) {
      test(`pulled from the ${kind} of ${app}, ${version} is the same contract`, async () => {
        const json: unknown = JSON.parse(JSON.stringify(document));
        const pulled = pullContract(json, { name: app, from: "here", version });
        assert.deepEqual(pulled.notes, []);
        const again = toLock(await load(pulled.source)).versions[version];
        assert.deepEqual(again, JSON.parse(JSON.stringify(lock.versions[version])));
      });
    }
  }
}

test("without a version, the newest one is pulled", async () => {
  const pulled = pullContract(toLock(faq), { name: "faq", from: "here" });
  assert.equal(aboutOf(await load(pulled.source)).version, "v2");
  const options = { name: "faq", from: "here", version: "v3" };
  assert.throws(() => pullContract(toLock(faq), options), { code: "CommandInvalid" });
});

const large = readFileSync(join(import.meta.dirname, "data", "discord-openapi.json"), "utf8");

test("a public OpenAPI document of 1.2 MB becomes a contract that compiles in seconds", async () => {
  const pulled = pullContract(JSON.parse(large), { name: "discord", from: "here" });
  const { endpoints } = aboutOf(await load(pulled.source));
  assert.ok(endpoints.length > 200);
  const path = `contract${count}.ts`;
  const options = { extends: join(root, "tsconfig.json"), include: [path], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  const start = performance.now();
  const compiler = join(root, "node_modules", ".bin", "tsc");
  await promisify(execFile)(compiler, [
    "-p",
    folder,
    "--typeRoots",
    join(root, "node_modules/@types"),
  ]);
  const seconds = (performance.now() - start) / 1000;
  assert.ok(seconds < 10, `${seconds} s`);
});

/** A content encoding is a remark, which a text without it does not narrow. */
const ENCODING = 38;

/** Comparing all of them takes long and finds no more: they share their schemas. */
const EVERY = 4;

test("whatever a foreign service may answer is accepted, and all it takes may be sent", async () => {
  const document = JSON.parse(large) as Record<string, unknown>;
  const pulled = pullContract(document, { name: "discord", from: "here" });
  const { $defs, versions } = lockOfOpenApi(document);
  const source = Object.values(versions)[0]?.endpoints ?? {};
  const { endpoints } = aboutOf(await load(pulled.source));
  const narrowed = (theirs: LockSchema | undefined, ours: unknown) =>
    diff({ ...(typeof theirs === "object" ? theirs : {}), $defs }, withoutBounds(ours), {
      as: "request",
    }).filter(({ verdict, rule }) => verdict === "breaking" && rule !== ENCODING);
  let compared = 0;
  for (const { name, foreign = {}, input, output } of endpoints.filter((_, i) => i % EVERY === 0)) {
    const id = Object.keys(source).find((one) => camel(one) === name) ?? "";
    const theirs = source[id] ?? assert.fail(name);
    const [sent, got] = [partsOf(input, name) as f.Fields, partsOf(output, name) as f.Fields];
    if (theirs.transport?.returns?.length !== 0) {
      const reply = foreign.reply === undefined ? schemaOf(got) : got[foreign.reply]?.schema;
      assert.deepEqual(narrowed(theirs.output, reply), [], `${name} output`);
      compared += 1;
    }
    const { body, ...parameters } = objectOf(theirs.input).properties;
    if (body !== undefined) {
      const own = Object.entries(sent).filter(([field]) => !(field in parameters));
      const ours = foreign.body === undefined ? schemaOf(Object.fromEntries(own)) : sent[foreign.body]?.schema; // prettier-ignore
      assert.deepEqual(narrowed(body, ours), [], `${name} input`);
      compared += 1;
    }
  }
  assert.ok(compared > 50, String(compared));
});

function camel(id: string): string {
  return id.replaceAll(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Beyond 2^53 a whole number of JSON is not the number that was sent; that bound is ours alone. */
function withoutBounds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBounds);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([, bound]) => typeof bound !== "number" || Math.abs(bound) < Number.MAX_SAFE_INTEGER,
  );
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutBounds(part)]));
}

test("nothing that a document says becomes code", async () => {
  const evil = '*/ globalThis.pulled = true; /*"`${globalThis.pulled = true}`\n';
  const schema = {
    type: "object",
    properties: {
      [evil]: { type: "string", pattern: `${evil}/`, enum: [evil], format: evil, [evil]: 1 },
    },
  };
  const media = { "application/json": { schema } };
  const operation = {
    operationId: `a${evil}`,
    parameters: [{ name: evil, in: "header", schema }],
    requestBody: { required: true, content: media },
    responses: { 200: { description: evil, content: media }, [evil]: { description: "" } },
  };
  const foreign = { openapi: "3.1.0", info: { title: evil }, paths: { [`/${evil}`]: { post: operation }, "/a": { post: operation } } }; // prettier-ignore
  await load(pullContract(foreign, { name: "evil", from: evil }).source);
  const endpoint = { method: evil, path: "/a/", input: schema, output: schema, status: evil, errors: {}, idempotent: evil, deadlineMs: evil }; // prettier-ignore
  const versions = { v1: { state: "deprecated", deprecated: evil, sunset: evil, events: { [evil]: schema }, endpoints: { a: endpoint } }, [`v9${evil}`]: { state: "stable", endpoints: {} } }; // prettier-ignore
  const { source } = pullContract({ app: "evil", versions }, { name: "evil", from: evil });
  await load(source).catch(() => {}); // it may be refused, and has been run by then
  assert.equal(Reflect.get(globalThis, "pulled"), undefined);
});

test("a contract and what has changed since are compared by their locks", () => {
  const pulled = pullContract(toLock(faq), { name: "faq", from: "here" });
  assert.deepEqual(compareLocks(pulled.lock, toLock(faq)).filter(isBreak), []);
});
