/** What may be a client of Prisma, and which calls are of one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";
import { reportOf } from "../reports.ts";

const callsOf = (text: string) =>
  readTypeScript("a.ts", text).hidden.flatMap(({ kind, what, line, names = [] }) =>
    kind === "model by name" ? [`${line} ${[what, ...names].join(" ")}`] : [],
  );

test("a client is known by its usual name, its type, and as what a transaction gives", () => {
  const text = `import { store, Rows } from "./store";
export class Orders {
  constructor(private readonly orm: PrismaService, private readonly rows: Rows) {}
  run = () => db.order.create({});
  find = (it: Prisma.TransactionClient) => it.user.findMany();
  more() {
    return this.orm.user?.update({}), this.rows.tag.upsert({}), store.cart.count(), ctx
      .prisma!.item.groupBy();
  }
}
const own = known ?? (new PrismaClient().$extends({}) as Own);
own.order.deleteMany();
orm.$transaction(async (one) => { await one.cartItem.createManyAndReturn({}); });
`;
  assert.deepEqual(callsOf(text), [
    "4 db.order.create",
    "5 it.user.findMany",
    "7 orm.user.update",
    "7 rows.tag.upsert Rows",
    "7 store.cart.count store",
    "7 prisma.item.groupBy",
    "12 own.order.deleteMany",
    "13 one.cartItem.createManyAndReturn",
  ]);
});

test("comments, texts and what is called of others are no calls of a client", () => {
  const text = `// was: prisma.order.create()
/* db.order.update() */
const text = "prisma.order.create()" + \`tx.order.count()\` + /db.order.count()/;
this.orders.create(); local.order.create(); db.query.order.count(); prisma["order"].create();
prisma.order.createSession(); db.order.lines.count();
`;
  assert.deepEqual(callsOf(text), []);
});

const schema = `model User {
  id   Int  @id
  cart Cart?
}
model Cart {
  id     Int  @id
  user   User @relation(fields: [userId], references: [id])
  userId Int  @unique
}
`;

test("models are of who calls them by a client that is imported, whatever it is called", async () => {
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    "prisma/schema.prisma": schema,
    "server/store.ts":
      'import { PrismaClient } from "@prisma/client";\nexport const store = make(PrismaClient);\n',
    "server/index.ts": 'export * from "./store";\n',
    "server/shop.ts": "export const shop = { cart: new Map() };\n",
    "packages/cart/package.json": "{}",
    "packages/cart/a.ts":
      'import { store as rows } from "../../server";\nexport const f = () => rows.cart.create({});\n',
    "packages/users/package.json": "{}",
    "packages/users/a.ts":
      'import { store } from "../../server/store";\nexport const f = () => store.user.create({});\n',
    // It is named as a model, and nothing of Prisma.
    "packages/other/package.json": "{}",
    "packages/other/a.ts":
      'import { shop } from "../../server/shop";\nexport const f = () => [shop.cart.create(1), shop.cart.delete(1)];\n// await prisma.user.update({}); prisma.user.delete({});\n',
  });
  assert.match(
    report.problems.join("\n"),
    /User to packages\/users \(1 of 1 calls\), Cart to packages\/cart \(1 of 1 calls\)/,
  );
  assert.deepEqual(
    report.units.flatMap(({ name, foreignKeysOut }) =>
      foreignKeysOut.map(({ to, field }) => `${name}.${field} ${to}`),
    ),
    ["packages/cart.user packages/users"],
  );
  const cuts = report.units.flatMap((unit) => unit.cuts.map(({ kind }) => kind));
  assert.deepEqual(new Set(cuts), new Set(["foreign key to the user"]));
});
