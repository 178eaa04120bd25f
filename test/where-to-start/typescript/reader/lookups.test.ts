/** Queries that go through relations, as they are written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";

const lookUpsOf = (text: string) =>
  readTypeScript("a.ts", text).hidden.flatMap(({ kind, what, line }) =>
    kind === "look-up" ? [`${line} ${what}`] : [],
  );

test("what Prisma is asked goes through relations, at each depth", () => {
  const text = `this.prisma.order.findMany({
  include: { account: { include: { platform: true } }, tags: true, gone: false, ...more },
  where: { OR: [{ buyer: { profile: { is: { name: "x" } } } }], tags: { some: { id: 1 } }, id },
  orderBy: [{ shop: { name: "asc" } }],
  data: { item: { connect: { id } } },
});
tx.user.create({ data, select: { id: true, _count: { select: { orders: true } } } });
this.orders({ include: { account: true } });
`;
  const found = lookUpsOf(text);
  assert.deepEqual(
    found.filter((one) => !/^8|id$/.test(one)),
    [
      "2 order.findMany: account",
      "2 order.findMany: account.platform",
      "2 order.findMany: tags",
      "3 order.findMany: buyer",
      "3 order.findMany: buyer.profile",
      "3 order.findMany: tags",
      "4 order.findMany: shop",
      "7 user.create: orders",
    ],
  );
});

test("a repository of TypeORM is known by its type, and its options name relations", () => {
  const text = `class Orders {
  constructor(@InjectRepository(Order) private readonly rows: Repository<Order>, private x: Service<Order>) {}
  carts: TreeRepository<shop.Cart>;
  a() { return this.rows.find({ relations: ["buyer.profile"], where: { shop: { id: 1 } } }); }
  b() { return this.carts.findOneBy({ user: { id: 1 } }); }
  c() { return manager.find(Mail, { relations: { order: { buyer: true } } }); }
  d() { return this.source.getRepository(Tag).find({ relations: { shop: true } }); }
  e() { return unknown.find({ relations: { shop: true } }); }
}
class Users extends Repository<User> { a() { return this.count({ where: { boss: { id: 1 } } }); } }
`;
  assert.deepEqual(lookUpsOf(text), [
    "4 Order: buyer",
    "4 Order: buyer.profile",
    "4 Order: shop",
    "5 shop.Cart: user",
    "6 Mail: order",
    "6 Mail: order.buyer",
    "7 Tag: shop",
    "10 User: boss",
  ]);
});

test("the joins of a query builder are followed by the names of its rows, in one method", () => {
  const text = `class Orders {
  rows: Repository<Order>;
  a() {
    const query = this.rows.createQueryBuilder("o").leftJoinAndSelect("o.buyer", "buyer");
    query.innerJoin("buyer.profile", "p").leftJoin(Shop, "s", "s.id = o.shop").leftJoin("s.city", "c");
    query.leftJoin("nobody.knows", "x").leftJoin("x.that", "y").leftJoin(\`\${query.alias}.tag\`, "t");
  }
  b(query) { return query.leftJoin("o.buyer", "b"); }
  c() { return manager.createQueryBuilder(Mail, "o").leftJoin("o.box", "b"); }
}
const rows = db.select().from(orders).leftJoin(users, eq(users.id, orders.user));
`;
  assert.deepEqual(lookUpsOf(text), [
    "4 Order: buyer",
    "5 Order: buyer.profile",
    "5 Shop",
    "5 Shop: city",
    "9 Mail: box",
    "11 users",
  ]);
});

test("models that a query of Sequelize includes are looked up", () => {
  const text = `Order.findAll({ include: [{ model: User, as: "buyer" }, Shop, "tags"] });
Order.findOne({ include: City });
`;
  assert.deepEqual(
    lookUpsOf(text).filter((one) => !one.includes(":")),
    ["1 User", "1 Shop", "2 City"],
  );
});

test("options without end are read at once", () => {
  const depth = 400;
  const deep = (name: string) => `${`{ ${name}: `.repeat(depth)}true${" }".repeat(depth)}`;
  const start = performance.now();
  for (const name of ["include", "select", "where", "AND", "a", "_count"])
    readTypeScript(
      "a.ts",
      `prisma.order.findMany({ include: ${deep(name)}, where: ${deep(name)} });`,
    );
  readTypeScript("a.ts", `x.find({ relations: ["${"a.".repeat(200_000)}"] });`);
  readTypeScript("a.ts", `x.createQueryBuilder("a")${'.leftJoin("a.b", "a")'.repeat(300)};`);
  assert.ok(performance.now() - start < 5000);
});
