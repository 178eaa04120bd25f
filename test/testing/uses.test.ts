/** What an app is seen to use of others while its tests run, and that it does not notice. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inspect, isDeepStrictEqual } from "node:util";
import { after, test } from "node:test";
import {
  type Fields,
  datetime,
  integer,
  json,
  list,
  nullable,
  object,
  optional,
  text,
} from "marcot/contract";
import { toSchema } from "../../src/lock/lock.ts";
import { usesSeen } from "../../src/lock/recorded.ts";
import { cloneObserved, observed } from "../../src/testing/observed.ts";
import { marcot, root, tempFolder } from "../cli/command.ts";

const fields = {
  id: integer(),
  entry: object({ id: integer(), by: nullable(object({ name: text() })) }),
  items: list(object({ id: integer(), tags: list(text()) })),
  at: datetime(),
  note: optional(text()),
  data: json(),
} satisfies Fields;

const reply = () => ({
  id: 1,
  entry: { id: 2, by: { name: "Ada" } },
  items: [
    { id: 3, tags: ["a"] },
    { id: 4, tags: [] },
  ],
  at: new Date(0),
  data: { some: { thing: 1 } },
});

type Reply = ReturnType<typeof reply>;

const clone = cloneObserved(structuredClone);

/** What code reads of the reply, and what it makes of it: the same as of the reply itself. */
function reads(code: (value: Reply) => unknown): string[] {
  const noted = new Set<string>();
  const options = {
    schema: toSchema(fields, "it"),
    path: "",
    note: (path: string) => void noted.add(path),
  };
  const made = code(observed(reply(), options) as Reply); // what it is to the code that has it
  assert.ok(isDeepStrictEqual(clone(made), code(reply())), inspect(made));
  return [...noted].toSorted();
}

test("a path is noted when it is read, and only then", () => {
  assert.deepEqual(
    reads(() => 1),
    [],
  );
  assert.deepEqual(
    reads(({ id }) => id),
    ["id"],
  );
  assert.deepEqual(
    reads((value) => value.entry.by?.name),
    ["entry", "entry.by", "entry.by.name"],
  );
  assert.deepEqual(
    reads(({ items: [first] }) => first?.id),
    ["items", "items[].id"],
  );
  assert.deepEqual(
    reads(({ items }) => items.toSorted((a, b) => b.id - a.id).map(({ tags }) => tags[0])),
    ["items", "items[].id", "items[].tags"],
  );
  assert.deepEqual(
    reads((value) => value.at.getTime()),
    ["at"],
  );
  assert.deepEqual(
    reads((value) => value.data.some.thing),
    ["data"],
  );
  assert.deepEqual(
    reads((value) => "note" in value),
    ["note"],
  );
  assert.deepEqual(
    reads((value) => Object.hasOwn(value, "note")),
    ["note"],
  );
  reads((value) => isDeepStrictEqual(value, reply()));
});

test("whoever lists the names, or takes all of it, reads everything that is there", () => {
  const whole: readonly ((value: Reply) => unknown)[] = [
    (value) => ({ ...value }),
    (value) => Object.keys(value),
    (value) => JSON.stringify(value),
    (value) => clone({ deep: [value] }),
    ({ id: _, ...rest }) => rest,
  ];
  for (const code of whole) assert.ok(reads(code).includes("*"), String(code));
  assert.ok(reads(({ entry }) => ({ ...entry })).includes("entry.*"));
  assert.ok(reads(({ items }) => JSON.stringify(items)).includes("items[].*"));
});

test("to the code it is what it was", () => {
  reads((value) => [
    value.at instanceof Date,
    Array.isArray(value.items),
    Object.getPrototypeOf(value) === Object.prototype,
    value.entry === value.entry,
    inspect(value),
    String(value),
  ]);
  reads((value) => {
    value.id = 7;
    value.items.push({ id: 5, tags: [] });
    Object.assign(value, { more: 1 });
    return [value, value.items.length];
  });
  reads((value) => {
    const own = Object.freeze(value);
    return [own.entry.id, Object.isFrozen(own)];
  });
  const frozen = Object.freeze(reply());
  const note = () => {};
  const seen = observed(frozen, { schema: toSchema(fields, "it"), path: "", note }) as Reply;
  assert.equal(seen.entry.by.name, "Ada");
  const loop: Record<string, unknown> = { seen };
  loop["own"] = loop;
  const copy = clone(loop);
  assert.equal(copy["own"], copy);
  assert.deepEqual(clone(new Map([[1, new Set([seen.entry])]])).get(1)?.size, 1);
});

test("what was seen becomes the same file in any order, without what a star says", () => {
  const line = (caller: string, part?: object) =>
    JSON.stringify({ caller, app: "faq", version: "v1", name: "entry", part });
  const lines = [
    line("tickets"),
    line("tickets", { read: "items[].id" }),
    line("tickets", { read: "items[].*" }),
    line("tickets", { read: "items" }),
    line("tickets", { sent: "id" }),
    line("mobile", { read: "*" }),
  ];
  const expected = { faq: { v1: { entry: { reads: ["items", "items[].*"], sends: ["id"] } } } };
  assert.deepEqual(usesSeen(lines.join("\n"), "tickets"), expected);
  assert.deepEqual(usesSeen(lines.toReversed().join("\n"), "tickets"), expected);
  assert.equal(usesSeen(lines.join("\n"), "faq"), undefined);
});

const STOCK_CONTRACT = `import { contract, datetime, get, integer, list, nullable, object, optional, text } from "marcot/contract";
const lot = { article: text(), pieces: integer(), at: datetime(), note: nullable(text()) };
export const v1 = contract("stock/v1", {
  lots: get("/lots/", { input: { since: optional(text()), limit: optional(integer()) }, output: { lots: list(object(lot)), total: integer() } }),
  lot: get("/lot/", { output: lot }),
  never: get("/never/", { output: lot }),
});
`;
const STOCK_VIEWS = `import { view } from "marcot";
import { v1 } from "./contract.ts";
const lot = () => ({ article: "lamp", pieces: 2, at: new Date(0), note: null });
export const lots = view(v1.lots, async () => ({ lots: [lot(), lot()], total: 2 }));
export const one = view(v1.lot, async () => lot());
export const never = view(v1.never, async () => lot());
`;
const ORDERS_VIEWS = `import { view } from "marcot";
import { one } from "marcot/tables";
import { v1 as stock } from "#apps/stock";
import { v1 } from "./contract.ts";
import * as tables from "./tables.ts";

let kept: Awaited<ReturnType<typeof stock.lots>> | undefined;

export const place = view(v1.place, async (_input, { db }) => {
  const lot = await stock.lot({});
  // Its fields are the columns of the table, and more.
  const [row] = await db.insert(tables.orders).values(lot as never).returning();
  return one(row === undefined ? [] : [row]);
});

export const orders = view(v1.orders, async () => {
  kept ??= await stock.lots({ since: "now" });
  const copies = structuredClone(kept.lots).filter(({ at }) => at instanceof Date);
  if (copies.length !== 2) throw new Error("no copies");
  return { orders: kept.lots.map((lot, id) => ({ id, ...lot })) };
});
`;
const ORDERS_TEST = `import assert from "node:assert/strict";
import { test } from "node:test";
import { testProject } from "marcot/testing";
import { v1 as stock } from "#apps/stock";
import { v1 } from "../contract.ts";
await testProject(import.meta.dirname);
test("orders", async () => {
  assert.deepEqual(await v1.place({ article: "x", pieces: 1 }), { id: 1, article: "lamp", pieces: 2 });
  const order = { article: "lamp", pieces: 2 };
  for (let round = 0; round < 2; round += 1)
    assert.deepEqual(await v1.orders({}), { orders: [{ id: 0, ...order }, { id: 1, ...order }] });
  // What the test asks for itself is no use of the app's.
  assert.equal((await stock.never({})).article, "lamp");
  assert.equal((await stock.lots({ limit: 1 })).total, 2);
});
`;

const shop = tempFolder();
after(() => shop.remove());
cpSync(join(root, "test/testing/shop"), shop.folder, { recursive: true });
for (const part of ["tables.ts", "migrations"])
  rmSync(join(shop.folder, "apps/stock", part), { recursive: true });
shop.write({
  "apps/stock/contract.ts": STOCK_CONTRACT,
  "apps/stock/views.ts": STOCK_VIEWS,
  "apps/stock/app.ts": readFileSync(join(shop.folder, "apps/stock/app.ts"), "utf8")
    .replace('import * as tables from "./tables.ts";\n', "")
    .replace(", tables }", " }"),
  "apps/orders/views.ts": ORDERS_VIEWS,
  "apps/orders/tests/orders.test.ts": ORDERS_TEST,
});

const uses = (arrangement: string, ...args: string[]) =>
  marcot(["contract", "uses", ...args], {
    cwd: shop.folder,
    environment: { MARCOT_TEST: arrangement },
  });

test("the command writes what the app's own code uses, however its apps are arranged", async () => {
  const file = join(shop.folder, "apps/orders/uses.lock");
  const missing = await uses("one-process", "--check");
  assert.deepEqual([missing.code, existsSync(file)], [1, false], missing.stdout);
  const { code, stdout, stderr } = await uses("one-process");
  assert.equal(code, 0, stdout + stderr);
  assert.equal(stdout, "apps/orders/uses.lock: written\n");
  const { stock } = JSON.parse(readFileSync(file, "utf8")) as {
    stock: { v1: Record<string, { reads: string[]; sends: string[] }> };
  };
  assert.deepEqual(Object.keys(stock.v1), ["lot", "lots"]);
  assert.deepEqual(stock.v1["lots"], { reads: ["lots", "lots[].*"], sends: ["since"] });
  // An insert asks for the columns of its table, by name.
  assert.deepEqual(stock.v1["lot"], { reads: ["article", "pieces"], sends: [] });
  const again = await uses("process-per-app", "--check");
  assert.deepEqual([again.code, again.stdout], [0, "apps/orders/uses.lock: up to date\n"]);
});

test("when a test fails nothing is written", async () => {
  const before = readFileSync(join(shop.folder, "apps/orders/uses.lock"), "utf8");
  shop.write({
    "apps/orders/tests/fails.test.ts": `import { test } from "node:test";
test("fails", () => { throw new Error("on purpose"); });
`,
  });
  const { code, stdout } = await uses("one-process", "orders");
  assert.equal(code, 1);
  assert.match(stdout, /on purpose[^]*uses\.lock: not written, because tests fail\n$/);
  assert.equal(readFileSync(join(shop.folder, "apps/orders/uses.lock"), "utf8"), before);
  assert.equal((await uses("one-process", "stok")).code, 1);
});

test("the company's own files are up to date, in one process and with a process per app", async () => {
  for (const arrangement of ["one-process", "process-per-app"]) {
    const options = { cwd: join(root, "example"), environment: { MARCOT_TEST: arrangement } };
    const { code, stdout, stderr } = await marcot(["contract", "uses", "--check"], options);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /faqcreator\/uses\.lock: up to date\n/);
  }
});
