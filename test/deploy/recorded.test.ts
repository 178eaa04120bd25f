/** `marcot can-i-deploy` with what was recorded of callers, in real repositories; and providers from other ones. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { contract, type Fields, integer, post, text } from "marcot/contract";
import { appsAt, isUnknown } from "../../src/deploy/apps-at.ts";
import { deployedFile, record } from "../../src/deploy/deployed.ts";
import { liveLock } from "../../src/deploy/live.ts";
import { canonical, toLock } from "../../src/lock/lock.ts";
import { v2 as company } from "marcot-faq";
import { openDatabase, start } from "../company.ts";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "../cli/command.ts";

const lockOf = (input: Fields, output: Fields) =>
  toLock(contract("faq/v1", { create: post("/create/", { input, output }) }));

const place = tempFolder({
  ".gitignore": "node_modules\n",
  "package.json": packageJson,
  "settings.ts": settingsOf(["faq", "tickets"]),
  ...tinyApp("tickets"),
});
const cwd = place.folder;
after(() => place.remove());

function git(...args: string[]): string {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  return execFileSync("git", [...who, ...args], { cwd, encoding: "utf8" }).trim();
}

async function commit(output: string, input: string, reads: readonly string[]) {
  const used = { faq: { v1: { create: { reads, sends: ["question"] } } } };
  place.write({
    "apps/faq/contract.ts": `import { contract, integer, optional, post, text } from "marcot/contract";
export const v1 = contract("faq/v1", {
  create: post("/create/", { input: { question: text(), ${input} }, output: { ${output} } }),
});
`,
    "apps/tickets/calls.ts": `import { v1 as faq } from "#apps/faq";
export const ask = async () => (await faq.create({ question: "?" })).id;
`,
    "apps/tickets/uses.lock": canonical(used),
  });
  const { code, stderr } = await marcot(["contract", "lock"], { cwd });
  assert.equal(code, 0, stderr);
  git("add", "-A");
  git("commit", "-q", "-m", "next");
  return git("rev-parse", "HEAD");
}

git("init", "-q", "-b", "main");
const full = "id: integer(), source: integer()";
const first = await commit(full, "", ["id"]);
const dropped = await commit("id: integer()", "", ["id"]);
const reader = await commit(full, "", ["id", "source"]);
const asking = await commit(full, "note: optional(text()),", ["id"]);

function deploy(commits: Readonly<Record<string, string>>): void {
  for (const [app, one] of Object.entries(commits)) {
    const running = { commit: one, at: "2026-11-24T00:00:00.000Z" };
    record(deployedFile(cwd, "production"), { apps: [app], running, isRolling: false });
  }
}

const ask = (app: string, at: string, ...more: string[]) =>
  marcot(["can-i-deploy", app, "--to", "production", "--at", at, ...more], { cwd });

const serving = { status: 200, body: "" };
const server = createServer((request, response) => {
  assert.equal(request.url, "/faq/-/contract");
  response.writeHead(serving.status).end(serving.body);
});
await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
after(() => server.close());
const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}/faq`;

const short = (one: string) => one.slice(0, 7);

test("a provider may drop what the caller there does not read, by the file at the caller's commit", async () => {
  deploy({ faq: first, tickets: first });
  const { code, stdout } = await ask("faq", dropped);
  assert.equal(code, 0, stdout);
  assert.equal(
    stdout,
    `CONSUMER  AT       USES       PROVIDER  AT       VERDICT
tickets   ${short(first)}  v1 create  faq       ${short(dropped)}  yes
  v1 create reply: field "source" removed [5]; tickets reads only id

Yes. faq at ${short(dropped)} gets along with what runs in production.
`,
  );
  deploy({ tickets: reader });
  const no = await ask("faq", dropped);
  assert.equal(no.code, 1);
  assert.match(no.stdout, /breaking v1 create reply: field "source" removed \[5\]/);
});

test("a caller may go before the provider with what it does not send, or read", async () => {
  deploy({ faq: dropped, tickets: dropped });
  const { code, stdout } = await ask("tickets", asking);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /v1 create request: .*; tickets sends only question\n/);
  assert.match(stdout, /v1 create reply: field "source" removed \[5\]; tickets reads only id\n/);
  assert.equal((await ask("tickets", reader)).code, 1);
  const { stdout: json } = await ask("tickets", asking, "--json");
  const { rows } = JSON.parse(json) as { rows: { spared: { because: string }[] }[] };
  assert.deepEqual(rows[0]?.spared.map(({ because }) => because).toSorted(), [
    "reads only id",
    "sends only question",
  ]);
});

test("a file that cannot be read narrows nothing", async () => {
  place.write({ "apps/tickets/uses.lock": "<<<<<<< HEAD\n" });
  git("commit", "-qam", "torn");
  deploy({ faq: first, tickets: git("rev-parse", "HEAD") });
  assert.equal((await ask("faq", dropped)).code, 1);
});

const others = tempFolder({
  ".gitignore": "node_modules\n",
  "package.json": packageJson,
  "settings.ts": settingsOf(["faq", "tickets"]),
  "faq.json": canonical(lockOf({ question: text() }, { id: integer(), source: integer() })),
  ...tinyApp("tickets"),
  "apps/tickets/calls.ts": `import { v1 as faq } from "#apps/faq";
export const ask = async () => (await faq.create({ question: "?" })).source;
`,
});
after(() => others.remove());

async function askOthers(more: readonly string[] = [], environment = {}) {
  const args = ["can-i-deploy", "tickets", "--to", "production", ...more];
  return marcot(args, { cwd: others.folder, environment });
}

function gitThere(...args: string[]): void {
  const env = {
    ...process.env,
    GIT_COMMITTER_DATE: new Date(Date.now() - 13 * 86_400_000).toISOString(),
  };
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  execFileSync("git", [...who, ...args], { cwd: others.folder, env });
}

test("a provider from another repository is known by what was pulled, with its age", async () => {
  const options = { cwd: others.folder };
  const pulled = await marcot(["contract", "pull", "faq", "--from", "faq.json"], options);
  assert.equal(pulled.code, 0, pulled.stderr);
  assert.equal((await marcot(["contract", "lock"], options)).code, 0);
  gitThere("init", "-q", "-b", "main");
  gitThere("add", "-A");
  gitThere("commit", "-q", "-m", "pulled");
  const at = await appsAt(others.folder, "HEAD");
  assert.ok(!isUnknown(at));
  assert.deepEqual(at.names, ["tickets"]);
  record(deployedFile(others.folder, "production"), {
    apps: ["tickets"],
    running: { commit: at.commit, at: "2026-11-24T00:00:00.000Z" },
    isRolling: false,
  });
  const { code, stdout } = await askOthers(["--strict"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /tickets +\w{7} +v1 create +faq +pulled +yes\n/);
  assert.match(stdout, /\n {2}by contracts\/faq\/contract\.lock, pulled 13 days ago\n/);
});

test("with --live it is asked what it serves now, and what it does not say is unknown", async () => {
  const environment = { FAQ_API: api };
  const served = (output: Fields) => canonical(lockOf({ question: text() }, output));
  serving.body = served({ id: integer(), source: integer(), more: text() });
  const yes = await askOthers(["--live", "--strict"], environment);
  assert.equal(yes.code, 0, yes.stdout);
  assert.match(yes.stdout, /faq +live +yes\n/);
  serving.body = served({ id: integer() });
  const no = await askOthers(["--live"], environment);
  assert.equal(no.code, 1);
  assert.match(no.stdout, /breaking v1 create reply: field "source" removed \[5\]/);
  assert.match(no.stdout, /\nfaq comes from another repository: use what it serves\.\n$/);
  serving.body = "<html>";
  const odd = await askOthers(["--live"], environment);
  assert.match(odd.stdout, /unknown\n {2}http:.*\/-\/contract cannot be read: it is no JSON\n/);
  serving.status = 404;
  const absent = await askOthers(["--live"], environment);
  assert.equal(absent.code, 0);
  assert.match(absent.stdout, /unknown\n {2}http:.*\/-\/contract answered 404\n/);
  assert.equal((await askOthers(["--live", "--strict"], environment)).code, 1);
  assert.match((await askOthers(["--live"])).stdout, /FAQ_API is not set\n/);
  const closed = { FAQ_API: "http://127.0.0.1:1" };
  assert.match((await askOthers(["--live"], closed)).stdout, /cannot be reached: /);
  assert.equal((await askOthers(["--live"], { FAQ_API: "nowhere" })).code, 2);
});

test("a service of others is known by its document, and has nothing to be asked for", async () => {
  const response = {
    description: "it",
    content: { "application/json": { schema: { type: "object" } } },
  };
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "3.0.0" },
    paths: { "/pets/{id}": { get: { operationId: "pets/find", responses: { 200: response } } } },
  };
  others.write({ "pets.json": JSON.stringify(document) });
  const options = { cwd: others.folder };
  const pulled = await marcot(["contract", "pull", "pets", "--from", "pets.json"], options);
  assert.equal(pulled.code, 0, pulled.stderr);
  others.write({
    "settings.ts": settingsOf(["faq", "tickets", "pets"]),
    "apps/tickets/pets.ts": `import { v1 as pets } from "#apps/pets";
export const find = async () => pets.petsFind({});
`,
  });
  gitThere("add", "-A");
  gitThere("commit", "-q", "-m", "pets");
  const { code, stdout } = await askOthers(["--strict"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /v1 petsFind +pets +pulled +yes\n {2}by contracts\/pets\/contract\.lock/);
  const live = await askOthers(["--live"], { PETS_API: api });
  assert.match(live.stdout, /pets +live +unknown\n {2}pets is no app of Marcot's/);
});

test("a provider that runs says the contract that it has", async () => {
  const database = await openDatabase();
  const part = await start({ DATABASE_URL: database.url });
  try {
    for (const end of ["", "/"]) {
      const lock = await liveLock("faq", { FAQ_API: `${part.address}/faq${end}` });
      assert.equal(canonical(lock), canonical(toLock(company)));
    }
    const why = `FAQ_API is not set`;
    assert.deepEqual(await liveLock("faq", {}), { why });
    assert.deepEqual(await liveLock("faq", { FAQ_API: "fake:1" }), {
      why: "faq is fake (FAQ_API)",
    });
  } finally {
    await part.stop();
    await database.drop();
  }
});
