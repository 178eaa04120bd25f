/**
 * Skew: caller and provider are one release apart, in either direction, because no two are deployed in the
 * same moment. What fits goes on; what cannot work says so and names both sides. Over HTTP, with a process
 * for each release, and in one process that holds two copies of a contract, alike.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { testDatabase } from "../../src/data/testing.ts";
import {
  addressOf,
  marcot,
  packageJson,
  settingsOf,
  spawnMarcot,
  tempFolder,
  type TempFolder,
} from "../cli/command.ts";
import { post } from "../company.ts";

interface Release {
  readonly contract: string;
  readonly views: string;
  /** What its caller can ask for: name -> the call. */
  readonly calls: string;
}

const rename = `export const rename = view(newest.rename, async ({ title }, { fail }) => {
  if (title === "closed") throw fail("Closed", "no more notes today");
  return { title };
});
`;

const old: Release = {
  contract: `import { contract, integer, post, put, text } from "marcot/contract";
export const v1 = contract("notes/v1", {
  add: post("/add/", {
    input: { title: text({ max: 6 }) },
    output: { id: integer(), title: text() },
    status: 201,
    errors: { Closed: 409 },
  }),
  rename: put("/notes/:id/", {
    input: { id: integer(), title: text({ max: 6 }) },
    output: { title: text() },
    errors: { Closed: 409 },
  }),
});
export const newest = v1;
`,
  views: `export const add = view(newest.add, async ({ title }, { fail }) => {
  if (title === "closed") throw fail("Closed", "no more notes today");
  return { id: 1, title };
});
${rename}`,
  calls: "add: v1.add, rename: ({ title }) => v1.rename({ id: 7, title })",
};

/**
 * Fields, an endpoint and an error more in v1, longer titles, and v2: all that an addition may be. A part of a
 * path has another name.
 */
const fresh: Release = {
  contract: `import { contract, extend, get, integer, list, post, put, text } from "marcot/contract";
export const v1 = contract("notes/v1", {
  add: post("/add/", {
    input: { title: text({ max: 12 }), priority: integer({ default: 3 }) },
    output: { id: integer(), title: text(), priority: integer() },
    status: 201,
    errors: { Closed: 409, Full: 429 },
  }),
  rename: put("/notes/:note/", {
    input: { note: integer(), title: text({ max: 12 }) },
    output: { title: text() },
    errors: { Closed: 409 },
  }),
  count: get("/count/", { output: { count: integer() } }),
});
export const v2 = extend(v1, "notes/v2", { count: { output: { all: list(integer()) } } });
export const newest = v2;
`,
  views: `export const add = view(newest.add, async ({ title, priority }, { fail }) => {
  if (title === "closed") throw fail("Closed", "no more notes today");
  if (title === "full") throw fail("Full", "too many notes");
  return { id: 1, title, priority };
});
export const count = view(newest.count, async () => ({ count: 2, all: [1, 2] }));
${rename}`,
  calls:
    "add: v1.add, rename: ({ title }) => v1.rename({ note: 7, title }), count: () => v1.count(), newCount: () => contracts.v2.count()",
};

/** The caller has the contract as a package: another copy than the provider's, of its own release. */
const callerOf = ({ contract, calls }: Release) => ({
  "node_modules/marcot-notes/package.json": `{ "name": "marcot-notes", "type": "module", "exports": "./contract.js" }`,
  "node_modules/marcot-notes/contract.js": contract,
  "apps/desk/contract.ts": `import { contract, post, text } from "marcot/contract";
export const v1 = contract("desk/v1", {
  ask: post("/ask/", { input: { call: text(), title: text() }, output: { answer: text() } }),
});
`,
  "apps/desk/views.ts": `import { codeOf, view } from "marcot";
import * as contracts from "marcot-notes";
import { v1 as own } from "./contract.ts";
const { v1 } = contracts;
const calls = { ${calls} };
export const ask = view(own.ask, async ({ call, title }) => {
  try {
    return { answer: JSON.stringify(await calls[call]({ title })) };
  } catch (error) {
    if (codeOf(error) === "Closed") return { answer: "closed" };
    throw error;
  }
});
`,
  "apps/desk/app.ts": appText("desk", "v1"),
});

const providerOf = ({ contract, views }: Release) => ({
  "apps/notes/contract.ts": contract,
  "apps/notes/views.ts": `import { view } from "marcot";
import { newest } from "./contract.ts";
${views}`,
  "apps/notes/app.ts": appText("notes", "newest"),
});

function appText(name: string, newest: string): string {
  return `import { app } from "marcot";
import { ${newest} } from "./contract.ts";
import * as views from "./views.ts";
export default app("${name}", { contract: ${newest}, views });
`;
}

const folders: TempFolder[] = [];
const database = await testDatabase("empty", async () => {});
after(async () => {
  await database.drop();
  for (const folder of folders) folder.remove();
});

function place(files: Readonly<Record<string, string>>): string {
  const settings = settingsOf(["notes", "desk"]);
  const made = tempFolder({ "package.json": packageJson, "settings.ts": settings, ...files });
  folders.push(made);
  return made.folder;
}

function run(cwd: string, only: readonly string[], more: Record<string, string> = {}) {
  const environment = { DATABASE_URL: database.url, ...more };
  const names = only.length > 0 ? ["--only", ...only] : [];
  return addressOf(spawnMarcot(["runserver", "--port", "0", ...names], { cwd, environment }));
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly text: string;
}

type Ask = (call: string, title?: string) => Promise<Answer>;

function askAt(address: string): Ask {
  return async (call, title = "note") => {
    const reply = await post(`${address}/v1/ask/`, { call, title });
    const { answer, code = "", detail = "" } = reply.body as Record<string, string>;
    return { status: reply.status, code, text: answer ?? detail };
  };
}

/** The provider's address, as it stands in messages; nothing in one process. */
interface Arranged {
  readonly how: string;
  readonly ask: Ask;
  readonly at: string;
}

async function arrange(provider: Release, caller: Release): Promise<Arranged[]> {
  const together = place({ ...providerOf(provider), ...callerOf(caller) });
  const address = await run(place(providerOf(provider)), ["notes"]);
  const apart = await run(place(callerOf(caller)), ["desk"], { NOTES_API: address });
  const both = await run(together, []);
  return [
    { how: "over HTTP", ask: askAt(apart), at: ` at ${address}/` },
    { how: "two copies in one process", ask: askAt(`${both}/desk`), at: "" },
  ];
}

let oldCaller: Arranged[];
let newCaller: Arranged[];

before(async () => {
  const cwd = place({ ...providerOf(old), ...callerOf(old) });
  const { code, stderr } = await marcot(["migrate"], {
    cwd,
    environment: { DATABASE_URL: database.url },
  });
  assert.equal(code, 0, stderr);
  oldCaller = await arrange(fresh, old);
  newCaller = await arrange(old, fresh);
});

test("an old caller goes on with a new provider, and sees nothing of what is new", async () => {
  for (const { how, ask } of oldCaller) {
    const note = { status: 200, code: "", text: '{"id":1,"title":"note"}' };
    assert.deepEqual(await ask("add"), note, how);
    assert.equal((await ask("add", "closed")).text, "closed", how);
    assert.equal((await ask("rename")).text, '{"title":"note"}', how);
  }
});

test("an error that came with the new provider is told by its name, and who does not know it", async () => {
  for (const { how, ask, at } of oldCaller) {
    assert.deepEqual(
      await ask("add", "full"),
      {
        status: 502,
        code: "ContractBroken",
        text: `desk.v1.ask could not finish: notes.v1.add${at} answered with the error Full (429), which the caller's contract does not name: too many notes`,
      },
      how,
    );
  }
});

test("a new caller may miss a field of an old provider: it is told which, and nothing runs", async () => {
  for (const { how, ask, at } of newCaller) {
    // The view would close.
    for (const title of ["note", "closed"]) {
      const text = `desk.v1.ask could not finish: notes.v1.add${at} may answer outside the caller's contract: "priority" may be missing, as in {"id":0,"title":""}`;
      assert.deepEqual(await ask("add", title), { status: 502, code: "ContractBroken", text }, how);
    }
  }
});

test("a new caller that sends what an old provider does not take is told what, and nothing ran", async () => {
  for (const { how, ask, at } of newCaller) {
    assert.deepEqual(
      await ask("rename", "longer title"),
      {
        status: 502,
        code: "ContractBroken",
        text: `desk.v1.ask could not finish: notes.v1.rename${at} refuses what the caller's contract allows: /title: expected text of at most 6 characters, got "longer title"`,
      },
      how,
    );
    // What fits goes on, and declared errors are understood.
    assert.equal((await ask("rename")).text, '{"title":"note"}', how);
    assert.equal((await ask("rename", "closed")).text, "closed", how);
  }
});

test("an endpoint and a version that an old provider lacks are named, with what it serves", async () => {
  for (const { how, ask, at } of newCaller) {
    const broken = { status: 502, code: "ContractBroken" };
    assert.deepEqual(
      await ask("count"),
      {
        ...broken,
        text: `desk.v1.ask could not finish: notes${at} has no v1.count; desk needs it`,
      },
      how,
    );
    assert.deepEqual(
      await ask("newCount"),
      { ...broken, text: `desk.v1.ask could not finish: notes${at} serves v1; desk needs v2` },
      how,
    );
  }
});
