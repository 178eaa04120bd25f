/** "v1 is retired on evidence": what `contract usage` and `contract remove` say, of real calls and older days. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { withConnection } from "../../src/data/database.ts";
import { testDatabase } from "../../src/data/testing.ts";
import {
  addressOf,
  endOf,
  marcot,
  packageJson,
  settingsOf,
  spawnMarcot,
  tempFolder,
  tinyApp,
} from "./command.ts";

const contractOf = (
  retired: string,
) => `import { contract, extend, get, integer, optional, post, retire } from "marcot/contract";
export const v1 = contract("numbers/v1", {
  twice: post("/twice/", {
    input: { number: integer(), priority: optional(integer()), note: optional(integer()) },
    output: { number: integer() },
  }),
  half: get("/half/", { output: { number: integer() } }),
});
${retired}export const v2 = extend(v1, "numbers/v2", { twice: { output: { more: integer() } } });
`;
const callerOf = (version: string) => `import { view } from "marcot";
import { ${version} as numbers } from "#apps/numbers";
import { v1 } from "./contract.ts";

export const twice = view(v1.twice, async ({ number }) =>
  numbers.twice({ number, priority: 1 }));
`;

const place = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["numbers", "callers"]),
  ...tinyApp("numbers"),
  ...tinyApp("callers"),
  "apps/numbers/contract.ts": contractOf(""),
  "apps/numbers/views.ts": `import { view } from "marcot";
import { v2 } from "./contract.ts";
export const twice = view(v2.twice, async ({ number }) => ({ number: number * 2, more: 1 }));
export const half = view(v2.half, async () => ({ number: 1 }));
`,
  "apps/numbers/app.ts": `import { app } from "marcot";
import { v2 } from "./contract.ts";
import * as views from "./views.ts";
export default app("numbers", { contract: v2, views });
`,
  "apps/callers/views.ts": callerOf("v1"),
});
const cwd = place.folder;
const database = await testDatabase("empty", async () => {});
const environment = { DATABASE_URL: database.url };
after(async () => {
  await database.drop();
  place.remove();
});

const run = (...args: string[]) => marcot(["contract", ...args], { cwd, environment });

function sql(text: string): Promise<void> {
  return withConnection(database.url, async (connection) => {
    await connection.unsafe(text);
  });
}

/** As many days as this before the first day that a call was made. */
function age(days: number): Promise<void> {
  return sql(`UPDATE numbers.contract_usage
    SET day = day - ${days}, last_at = last_at - make_interval(days => ${days})`);
}

before(async () => {
  const { code, stderr } = await marcot(["contract", "usage", "numbers"], { cwd, environment });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /numbers has no ledger of its callers yet\n.*marcot migrate.*MigrationsPending/,
  );
  assert.equal((await marcot(["migrate"], { cwd, environment })).code, 0);
});

test("before any call nothing is known, and nothing can be removed", async () => {
  const { stdout } = await run("usage", "numbers");
  assert.equal(
    stdout,
    `numbers/v1  stable
  CONSUMER  ENDPOINT  CALLS IN 30 DAYS  ERRORS  LAST SEEN  CODE
  callers   twice     0                 0       never      apps/callers/views.ts:6
  callers counts as using all of twice: its tests do not show what
  numbers/v1 cannot be removed:
    it is not deprecated: say retire(…) in its contract
    apps/callers/views.ts:6: callers uses twice
    the ledger is empty: nothing is known of its callers

numbers/v2  newest
  nobody called it in 30 days
`,
  );
});

test("real calls are shown with who made them, what failed, and what nobody sends", async () => {
  const child = spawnMarcot(["runserver", "--port", "0"], { cwd, environment });
  const address = await addressOf(child);
  const send = (path: string, body: object) =>
    fetch(address + path, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "curl/8.5.0" },
      body: JSON.stringify(body),
    });
  for (let number = 0; number < 3; number += 1) await send("/callers/v1/twice/", { number });
  await send("/numbers/v1/twice/", { number: "wrong" });
  await send("/numbers/v2/twice/", { number: 1, priority: 2, note: 3 });
  child.kill("SIGTERM");
  await endOf(child);
  const { stdout } = await run("usage", "numbers");
  assert.equal(
    stdout.split("\n\n")[0],
    `numbers/v1  stable
  CONSUMER  ENDPOINT  CALLS IN 30 DAYS  ERRORS  LAST SEEN  CODE
  callers   twice     3                 0       just now   apps/callers/views.ts:6
  curl      twice     1                 1       just now
  callers counts as using all of twice: its tests do not show what
  nobody sends twice.note
  numbers/v1 cannot be removed:
    it is not deprecated: say retire(…) in its contract
    callers calls twice
    curl calls twice
    apps/callers/views.ts:6: callers uses twice
    the ledger begins on ${new Date().toISOString().slice(0, 10)}: it must reach back 30 days`,
  );
  assert.doesNotMatch(stdout, /numbers\/v2 can/);
});

test("what a caller was seen to use in its tests is said beside its calls", async () => {
  const parts = { reads: ["number"], sends: ["number", "priority"] };
  const file = "apps/callers/uses.lock";
  place.write({ [file]: JSON.stringify({ numbers: { v1: { twice: parts } } }) });
  const { stdout } = await run("usage", "numbers");
  assert.match(
    stdout,
    /\n {2}callers reads only number, and sends only number, priority of twice\n/,
  );
  const { stdout: json } = await run("usage", "numbers", "--json");
  const [v1] = JSON.parse(json) as { callers: { consumer: string; used?: unknown }[] }[];
  assert.deepEqual(
    v1?.callers.map(({ consumer, used }) => [consumer, used]),
    [
      ["callers", parts],
      ["curl", undefined],
    ],
  );
  place.write({ [file]: "{}" });
});

const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
const retired = (ahead: number) =>
  `retire(v1, {\n  deprecated: "${day(-90)}",\n  sunset: "${day(ahead)}",\n});\n`;

const goneNow = () => retired(-1).replace(`"${day(-1)}",`, `"${day(-1)}", gone: true,`);

test("each rule holds the version: its sunset, its callers, its code", async () => {
  place.write({ "apps/numbers/contract.ts": contractOf(retired(2)) });
  await age(29);
  const before = await run("remove", "numbers/v1");
  assert.equal(before.code, 1);
  assert.equal(
    before.stdout,
    `numbers/v1 cannot be removed:
  its sunset, ${day(2)}, is not past
  callers calls twice
  curl calls twice
  apps/callers/views.ts:6: callers uses twice
  the ledger begins on ${day(-29)}: it must reach back 30 days
`,
  );
  const usage = await run("usage", "numbers", "--days", "10");
  assert.match(usage.stdout, /^numbers\/v1 {2}deprecated \S+, sunset \S+ \(2 days left\)\n/);
  assert.match(usage.stdout, /callers {3}twice +0 +0 +29 days ago {2}apps/);
  assert.doesNotMatch(usage.stdout, /curl +twice/);
  // The day of the sunset is one of its days.
  place.write({ "apps/numbers/contract.ts": contractOf(retired(0)) });
  assert.match((await run("remove", "numbers/v1")).stdout, /its sunset, \S+, is not past/);
  place.write({ "apps/numbers/contract.ts": contractOf(retired(-1)) });
  await age(2);
  assert.equal(
    (await run("remove", "numbers/v1")).stdout,
    "numbers/v1 cannot be removed:\n  apps/callers/views.ts:6: callers uses twice\n",
  );
});

test("when nobody is left it says which lines to change, and they are right", async () => {
  place.write({ "apps/callers/views.ts": callerOf("v2") });
  const { code, stdout } = await run("remove", "numbers/v1");
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `numbers/v1 can be removed
  apps/numbers/contract.ts:9
  - retire(v1, {
  -   deprecated: "${day(-90)}",
  -   sunset: "${day(-1)}",
  - })
  + retire(v1, {
  +   deprecated: "${day(-90)}",
  +   sunset: "${day(-1)}", gone: true,
  + })
  Paths without a version, which mean the first one, end with it too.
  The declaration of v1 stays where later versions are built from it. Callers then get 410.
`,
  );
  place.write({ "apps/numbers/contract.ts": contractOf(goneNow()) });
  const after = await run("remove", "numbers/v1");
  assert.equal(after.code, 2);
  assert.match(after.stderr, /numbers serves v2, not v1/);
  assert.match(
    (await run("remove", "numbers/v2")).stdout,
    /cannot be removed:\n {2}it is the newest/,
  );
});

test("a view of an endpoint that ends with the version goes too", async () => {
  place.write({
    "apps/numbers/contract.ts": `${contractOf("").replace("extend", "extend, change, gone")}`
      .replace(/extend\(v1[^;]*/, 'change(v1, "numbers/v2", { half: gone() })')
      .replace("extend, ", "")
      .replace("export const v2", `${retired(-1)}export const v2`),
    "apps/numbers/views.ts": `import { view } from "marcot";
import { v1, v2 } from "./contract.ts";
export const twice = view(v2.twice, async ({ number }) => ({ number: number * 2 }));
export const half = view(v1.half, async () => ({ number: 1 }));
`,
  });
  const { stdout } = await run("remove", "numbers/v1");
  assert.match(stdout, /  apps\/numbers\/views.ts:4\n  - view\(v1.half, .*\n/);
  assert.match(stdout, /These endpoints end with it: half\./);
  place.write({ "apps/numbers/contract.ts": contractOf(goneNow()) });
});

test("JSON has the same, and a wrong use says what is right", async () => {
  const { stdout } = await run("usage", "numbers", "--json");
  const [only] = JSON.parse(stdout) as Record<string, unknown>[];
  assert.deepEqual(only, {
    version: "v2",
    state: "newest",
    callers: [
      {
        consumer: "callers",
        endpoint: "twice",
        calls: 0,
        errors: 0,
        places: ["apps/callers/views.ts:6"],
      },
    ],
    unsent: [],
    obstacles: ["it is the newest version"],
  });
  assert.equal((await run("usage", "numbers", "--days", "0")).code, 2);
  assert.match((await run("usage", "numbrs")).stderr, /Did you mean numbers\?/);
  assert.equal((await run("remove", "numbers")).code, 2);
  const elsewhere = { ...environment, NUMBERS_API: "http://127.0.0.1:9" };
  const remote = await marcot(["contract", "usage", "numbers"], { cwd, environment: elsewhere });
  assert.match(
    remote.stderr,
    /numbers is provided at .*\n {2}Unset NUMBERS_API, or do it where the app is provided/,
  );
});
