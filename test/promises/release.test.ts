/**
 * A caller learns which release its provider is: before the first call, while both run, and again when the
 * provider is upgraded. Processes of real releases, and servers that are no release at all.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { testDatabase } from "../../src/data/testing.ts";
import {
  addressOf,
  fromLog,
  marcot,
  packageJson,
  root,
  settingsOf,
  spawnMarcot,
  tempFolder,
  type TempFolder,
} from "../cli/command.ts";
import { get, post } from "../company.ts";
import { freePort } from "../events/ports.ts";

const import_ = `import { contract, extend, integer, optional, post, text } from "marcot/contract";\n`;
const older = `${import_}export const v1 = contract("notes/v1", {
  add: post("/add/", { input: { title: text() }, output: { id: integer() } }),
  note: post("/note/", { input: { title: text() }, output: { title: text() } }),
});
export const newest = v1;
`;
/** What is sent may have a field more, what comes back has one, and there is v2. */
const newer = `${import_}export const v1 = contract("notes/v1", {
  add: post("/add/", {
    input: { title: text(), priority: optional(integer()) },
    output: { id: integer() },
  }),
  note: post("/note/", { input: { title: text() }, output: { title: text(), size: integer() } }),
});
export const v2 = extend(v1, "notes/v2", { add: { output: { place: text() } } });
export const newest = v2;
`;
const olderViews = `export const add = view(newest.add, async () => ({ id: 1 }));
export const note = view(newest.note, async ({ title }) => ({ title }));
`;
const newerViews = `export const add = view(newest.add, async () => ({ id: 2, place: "here" }));
export const note = view(newest.note, async ({ title }) => ({ title, size: title.length }));
`;

const appOf = (name: string, newest: string) => `import { app } from "marcot";
import { ${newest} } from "./contract.ts";
import * as views from "./views.ts";
export default app("${name}", { contract: ${newest}, views });
`;

const providerOf = (contract: string, views: string) => ({
  "apps/notes/contract.ts": contract,
  "apps/notes/views.ts": `import { view } from "marcot";\nimport { newest } from "./contract.ts";\n${views}`,
  "apps/notes/app.ts": appOf("notes", "newest"),
});

/** `call` is what the only endpoint does with the contract, which is a package of its own release. */
const callerOf = (contract: string, call: string) => ({
  "node_modules/marcot-notes/package.json": `{ "name": "marcot-notes", "type": "module", "exports": "./contract.js" }`,
  "node_modules/marcot-notes/contract.js": contract,
  "apps/desk/contract.ts": `import { contract, post, text } from "marcot/contract";
export const v1 = contract("desk/v1", {
  ask: post("/ask/", { input: { title: text() }, output: { answer: text() } }),
});
`,
  "apps/desk/views.ts": `import { view } from "marcot";
import { ${/v\d/.exec(call)?.[0]} as notes } from "marcot-notes";
import { v1 } from "./contract.ts";
export const ask = view(v1.ask, async ({ title }) => ({
  answer: JSON.stringify(await ${call.replace(/v\d/, "notes")}),
}));
`,
  "apps/desk/app.ts": appOf("desk", "v1"),
});

const folders: TempFolder[] = [];
const servers: Server[] = [];
const database = await testDatabase("empty", async () => {});
after(async () => {
  await database.drop();
  for (const folder of folders) folder.remove();
  for (const server of servers) server.close();
});

function place(files: Readonly<Record<string, string>>): string {
  const settings = settingsOf(["notes", "desk"]);
  const made = tempFolder({ "package.json": packageJson, "settings.ts": settings, ...files });
  folders.push(made);
  return made.folder;
}

interface Running {
  readonly child: ChildProcess;
  readonly address: string;
  /** The lines of its log that are warnings. */
  readonly warnings: { readonly msg: string }[];
}

interface Where {
  readonly only: string;
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

async function run(cwd: string, { only, port = 0, environment = {} }: Where): Promise<Running> {
  const args = ["runserver", "--port", String(port), "--only", only];
  const all = { DATABASE_URL: database.url, ...environment };
  const child = spawnMarcot(args, { cwd, environment: all });
  const warnings: { msg: string }[] = [];
  void fromLog(child, ({ level, msg }) => {
    if (level === 40) warnings.push({ msg: String(msg) });
    return undefined;
  }).catch(() => undefined); // that it ended
  return { child, address: await addressOf(child), warnings };
}

async function end({ child }: Running): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "exit");
}

const caller = (contract: string, call: string, at: string) =>
  run(place(callerOf(contract, call)), { only: "desk", environment: { NOTES_API: at } });

interface Ready {
  readonly status: number;
  readonly body: {
    readonly status: string;
    readonly checks: readonly {
      readonly app: string;
      readonly what: string;
      readonly status: string;
      readonly problems: readonly { code: string; message: string; fix: string }[];
    }[];
  };
}

const ready = ({ address }: Running) => get(`${address}/-/ready`) as Promise<Ready>;
const ask = ({ address }: Running, title = "note") => post(`${address}/v1/ask/`, { title });

/** The check of the provider. */
async function providerIn(running: Running) {
  const { status, body } = await ready(running);
  const found = body.checks.find(({ what }) => what === "provider");
  assert.ok(found);
  return { http: status, status: found.status, problems: found.problems };
}

let old: Running;
let fresh: Running;

before(async () => {
  const environment = { DATABASE_URL: database.url };
  const { code, stderr } = await marcot(["migrate"], {
    cwd: place({ ...providerOf(older, olderViews), ...callerOf(older, "v1.add({ title })") }),
    environment,
  });
  assert.equal(code, 0, stderr);
  old = await run(place(providerOf(older, olderViews)), { only: "notes" });
  fresh = await run(place(providerOf(newer, newerViews)), { only: "notes" });
});

test("the same release, or a newer one of a version that is used: go, and ready", async () => {
  for (const [contract, at] of [
    [older, old.address],
    [older, fresh.address],
    [newer, fresh.address],
  ] as const) {
    // prettier-ignore
    const desk = await caller(contract, "v1.note({ title })", at);
    assert.equal((await ask(desk)).status, 200);
    assert.deepEqual(await providerIn(desk), { http: 200, status: "ok", problems: [] });
    assert.deepEqual(desk.warnings, []);
    await end(desk);
  }
});

test("replies to apps name the revision, replies to others do not", async () => {
  const { headers } = await fetch(`${old.address}/-/contract`);
  const etag = headers.get("etag") ?? "";
  const send = (more: Record<string, string>) =>
    fetch(`${old.address}/v1/add/`, { method: "POST", body: "title=a", headers: { "content-type": "application/x-www-form-urlencoded", ...more } }); // prettier-ignore
  const named = (await send({ "marcot-caller": "desk" })).headers.get("contract") ?? "";
  assert.match(named, /^"[0-9a-f]{16}"$/);
  assert.ok(etag.startsWith(named.slice(0, -1)));
  assert.equal((await send({})).headers.get("contract"), null);
});

test("a version that an old provider has not: refused, with both sides named, in readiness too", async () => {
  const desk = await caller(newer, "v2.add({ title })", old.address);
  const message = `notes at ${old.address}/ serves v1; desk needs v2`;
  const { status, body } = await ask(desk);
  assert.equal(status, 502);
  assert.equal((body as { detail: string }).detail, `desk.v1.ask could not finish: ${message}`);
  const { problems, ...check } = await providerIn(desk);
  assert.deepEqual(check, { http: 503, status: "failed" });
  const fix = "Deploy notes with v2 first, or go back to one of the versions that it serves.";
  assert.deepEqual(problems, [{ level: "error", code: "UnknownVersion", message, fix }]);
  const page = await fetch(`${desk.address}/-/ready`, { headers: { accept: "text/html" } });
  assert.equal(page.status, 503);
  assert.ok((await page.text()).includes(message));
  assert.ok(desk.warnings.some(({ msg }) => msg === message));
  await end(desk);
});

test("marcot apps tells the release of a remote app, and what does not fit", async () => {
  const cwd = place(callerOf(newer, "v2.add({ title })"));
  const environment = { NOTES_API: old.address };
  const { stdout, code } = await marcot(["apps", "--json"], { cwd, environment });
  assert.equal(code, 0);
  const [{ release }] = JSON.parse(stdout) as [{ release: Record<string, unknown> }];
  const message = `notes at ${old.address}/ serves v1; desk needs v2`;
  assert.partialDeepStrictEqual(release, { state: "incompatible", problems: [{ message }] });
  const lines = (await marcot(["apps"], { cwd, environment })).stdout;
  assert.match(lines, /RELEASE[^]*incompatible [0-9a-f]{7}/);
  assert.ok(lines.includes(message));
  const same = place(callerOf(older, "v1.add({ title })"));
  assert.match((await marcot(["apps"], { cwd: same, environment })).stdout, / same [0-9a-f]{7} /);
  const away = { NOTES_API: `http://127.0.0.1:${await freePort()}` };
  assert.match((await marcot(["apps"], { cwd: same, environment: away })).stdout, / unreachable /);
});

test("a server loads no comparison of contracts when it starts", async () => {
  const service = join(root, "src", "provider", "service.ts");
  const code = `import { registerHooks } from "node:module";
const urls = [];
registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
await import(${JSON.stringify(service)});
console.log(urls.filter((url) => url.includes("/src/compare/")).join());`;
  const args = ["--input-type=module", "-e", code];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  assert.match(stdout, /^file:\S+\/src\/compare\/lock\.ts\n$/);
});

test("what nobody uses of it is no matter of readiness", async () => {
  // The contract has v2 and a reply of `note` that an old provider has not; desk calls neither.
  const desk = await caller(newer, "v1.add({ title })", old.address);
  assert.equal((await ask(desk)).status, 200);
  assert.equal((await providerIn(desk)).http, 200);
  await end(desk);
});

test("a field that an old provider does not know: it goes, and is told once when it is sent", async () => {
  const call = `v1.add(title === "plain" ? { title } : { title, priority: 5 })`;
  const desk = await caller(newer, call, old.address);
  const { http, status, problems } = await providerIn(desk);
  const message = `notes.v1.add at ${old.address}/ does not know priority: what is sent there is lost`;
  assert.deepEqual([http, status, problems[0]?.message], [200, "warning", message]);
  assert.equal((await ask(desk, "plain")).status, 200);
  assert.deepEqual(desk.warnings, []);
  for (let i = 0; i < 3; i += 1) assert.equal((await ask(desk)).status, 200);
  assert.deepEqual(desk.warnings, [{ msg: message }]);
  await end(desk);
});

test("an upgrade of the provider lifts a refusal, and a rollback brings it back", async () => {
  let notes = await run(place(providerOf(older, olderViews)), { only: "notes" });
  const port = Number(new URL(notes.address).port);
  const desk = await caller(newer, "v1.note({ title })", notes.address);
  const refused = `desk.v1.ask could not finish: notes.v1.note at ${notes.address}/ may answer outside the caller's contract: "size" may be missing, as in {"title":""}`;
  assert.equal(((await ask(desk)).body as { detail: string }).detail, refused);
  await end(notes);
  notes = await run(place(providerOf(newer, newerViews)), { only: "notes", port });
  await until(async () => (await ask(desk)).status === 200, "the refusal is lifted");
  assert.equal((await providerIn(desk)).http, 200);
  await end(notes);
  notes = await run(place(providerOf(older, olderViews)), { only: "notes", port });
  // A reply that does not fit names the other revision: after it, nothing runs.
  await until(
    async () => ((await ask(desk)).body as { detail?: string }).detail === refused,
    "the old release is noticed",
  );
  await end(notes);
  await end(desk);
});

test("a provider that is not there yet: the project starts, says so, and goes when it comes", async () => {
  const port = await freePort();
  const at = `http://127.0.0.1:${port}`;
  const desk = await caller(older, "v1.note({ title })", at);
  const { http, status, problems } = await providerIn(desk);
  const message = `notes at ${at}/ cannot be reached (ECONNREFUSED)`;
  assert.deepEqual([http, status, problems[0]?.message], [503, "failed", message]);
  assert.equal((await get(`${desk.address}/-/live`)).status, 200);
  const start = performance.now();
  assert.equal((await ask(desk)).status, 503);
  assert.ok(performance.now() - start < 400, "a call does not wait for the next question");
  const notes = await run(place(providerOf(older, olderViews)), { only: "notes", port });
  await until(async () => (await providerIn(desk)).http === 200, "it is ready");
  assert.equal((await ask(desk)).status, 200);
  await end(desk);
  await end(notes);
});

test("what tells no contract is called as before, and its replies are checked", async () => {
  const asked: string[] = [];
  const at = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === "GET") response.writeHead(404).end("what?");
    else response.writeHead(200, { "content-type": "application/json" }).end('{"title":3}');
  });
  const desk = await caller(older, "v1.note({ title })", at);
  assert.match(JSON.stringify((await ask(desk)).body), /answered outside the caller's contract/);
  assert.deepEqual(await providerIn(desk), { http: 200, status: "ok", problems: [] });
  assert.equal(asked[0], "GET /-/contract");
  await end(desk);
});

test("an address that takes the question and never answers holds nobody up for long", async () => {
  const at = await serve((request, response) => {
    if (request.method === "GET") return;
    response.writeHead(200, { "content-type": "application/json" }).end('{"title":"a"}');
  });
  const desk = await caller(older, "v1.note({ title })", at);
  const start = performance.now();
  assert.equal((await ask(desk)).status, 200);
  assert.ok(performance.now() - start < 1_500);
  assert.equal((await ready(desk)).status, 503);
  await end(desk);
});

test("readiness names a database that does not answer", async () => {
  const gone = await testDatabase("empty", async () => {});
  const cwd = place({ ...providerOf(older, olderViews), ...callerOf(older, "v1.add({ title })") });
  const environment = { DATABASE_URL: gone.url };
  assert.equal((await marcot(["migrate"], { cwd, environment })).code, 0);
  const notes = await run(cwd, { only: "notes", environment });
  assert.equal((await ready(notes)).status, 200);
  await gone.drop();
  const { status, body } = await ready(notes);
  assert.equal(status, 503);
  assert.deepEqual([body.status, body.checks[0]?.status], ["not ready", "failed"]);
  assert.equal(body.checks[0]?.problems[0]?.code, "DatabaseUnavailable");
  assert.equal((await get(`${notes.address}/-/live`)).status, 200);
  notes.child.kill("SIGKILL");
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = Date.now() + 15_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < giveUpAt, `${what}: not within 15 s`);
    await sleep(100);
  }
}
