/** Which units a transaction of TypeScript is about: those of which something stands in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";
import { reportOf } from "../reports.ts";

const IMPORTS = `import { Order, Order as Bought, type Line } from "../orders/order";
import * as mails from "../mails/send";
import { User } from "../users/user";
import { prisma, db } from "../db";
import type { Tag } from "../tags/tag";
`;

/** What is imported and stands in a transaction, one text for each. */
const namesIn = (text: string): string[] =>
  readTypeScript("a.ts", IMPORTS + text)
    .hidden.filter(({ kind }) => kind === "transaction")
    .map(({ names = [] }) => names.toSorted().join("+"));

test("of what a file imports only what is given to the transaction takes part", () => {
  assert.deepEqual(
    namesIn(`export async function f() {
  await db.insert(User);
  await db.transaction(async (tx) => {
    await tx.insert(Order).values({ User: 1, id: x.User });
    await db.insert(Order);
  });
  await db.insert(User);
}`),
    ["Order"],
  );
  assert.deepEqual(namesIn("db.transaction((t) => [t.save(Bought), mails.send()]);"), [
    "Bought+mails",
  ]);
  assert.deepEqual(namesIn("prisma.$transaction([User.add(), prisma.order.create({})]);"), [
    "User+prisma.order.create",
  ]);
  assert.deepEqual(namesIn("prisma.$transaction(async (t) => t.order.create({ data: prisma }));"), [
    "t.order.create",
  ]);
});

test("types, texts, errors and constants do not count, nor what is hidden by a name of the function", () => {
  for (const line of [
    "const x: Order = y;",
    "const x = y as Order<User>;",
    "g<Order>();",
    'const x = "Order";',
    "throw new Order();",
    "x instanceof Order;",
    "Order.LIMIT;",
    "const g = (a: Order): User => a;",
    "const Order = 1; g(Order);",
    "const { a: [Order] } = y; g(Order);",
    "for (const Order of y) g(Order);",
    "try {} catch (Order) { g(Order); }",
    "y.map((Order) => g(Order));",
    "g({ Order: 1 }); y.Order();",
    "const x: Tag = y;",
  ])
    assert.deepEqual(namesIn(`db.transaction(async (t) => { ${line} });`), [""], line);
  assert.deepEqual(namesIn("function f(Order) { db.transaction(() => Order.x(User)); }"), ["User"]);
  assert.deepEqual(namesIn("function f(Order) {} db.transaction(() => Order.x({ User }));"), [
    "Order+User",
  ]);
});

test("functions of the same file are followed, each once, and circles end", () => {
  assert.deepEqual(
    namesIn(`
const first = async () => { second(); };
function second() { first(); new Order(); }
function other() { User.x(); }
export const run = () => db.transaction(async (t) => { await first(); });
class Base { save() { User.x(); } }
export class Cart extends Base {
  @Transactional()
  async buy() { this.save(); this.buy(); }
  @Transactional() sell = () => { Cart.tell(); };
  static tell() { mails.send(); }
  rest() { Order.x(); }
}`),
    ["Order", "User", "mails"],
  );
});

test("of a property counts what the class is given for it, and not the database itself", () => {
  assert.deepEqual(
    namesIn(`export class S {
  @Inject() private readonly users: User;
  constructor(private readonly prisma: Db, private orders: Order, @InjectRepository(Bought) private rows: Repository<Bought>, free: User) {}
  async f() { await this.prisma.$transaction(async (tx) => { this.orders.add(tx); }); }
  async g() { await this.prisma.$transaction([this.rows.save(), this.prisma.user.update({})]); }
  async h() { await this.prisma.$transaction(async () => this.users.x()); }
}`),
    ["Order", "Bought+prisma.user.update", "User"],
  );
});

test("what is given in a variable is what was put into it; one without an end has its function", () => {
  assert.deepEqual(
    namesIn(`async function f() {
  const all: unknown[] = [mails.send()];
  const user = User.find();
  if (x) all.push(Order.add(user));
  await prisma.$transaction(all);
  await prisma.$transaction([...all, user]);
}
async function g() {
  const t = await db.transaction();
  await Order.create({}, { transaction: t });
}`),
    ["Order+mails", "Order+User+mails", "Order"],
  );
});

test("no depth and no number of transactions is too much", () => {
  const calls = "db.transaction(() => f0());\n".repeat(5000);
  const chain = Array.from({ length: 5000 }, (_, at) => `function f${at}() { f${at + 1}(); }`);
  const before = performance.now();
  namesIn(calls + chain.join("\n"));
  assert.ok(performance.now() - before < 10_000);
});

test("names lead to units, by barrels and without imports that the transaction does not use", async () => {
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    "packages/orders/package.json": '{ "name": "@shop/orders" }',
    "packages/orders/index.ts": 'export * from "./order";\n',
    "packages/orders/order.ts": "@Entity()\nexport class Order {}\n",
    "packages/users/package.json": '{ "name": "@shop/users" }',
    "packages/users/index.ts": "@Entity()\nexport class User {}\nexport const LIMIT = 1;\n",
    "packages/pay/package.json": '{ "name": "@shop/pay" }',
    "packages/pay/a.ts": `import { Order } from "@shop/orders/index";
import { User, LIMIT } from "@shop/users/index";
export const a = (db) => db.transaction((t) => t.save(Order, LIMIT));
export const b = () => User;
`,
  });
  const pay = report.units.find(({ name }) => name === "@shop/pay");
  assert.deepEqual(
    pay?.cuts
      .filter(({ kind }) => kind === "transaction")
      .map(({ unit, line }) => `${line} ${unit}`),
    ["3 @shop/orders"],
  );
});
