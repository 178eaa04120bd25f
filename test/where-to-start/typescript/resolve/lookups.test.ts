/** Which unit a query through relations leads to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { whereToStart } from "../../../../src/where-to-start/where-to-start.ts";
import { written } from "../../repository.ts";

async function lookUpsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { report } = await whereToStart(written({ "package.json": "{}", ...files }), {
    units: ["src/*"],
  });
  return report.units
    .flatMap(({ name, cuts }) =>
      cuts
        .filter(({ direction, kind }) => direction === "out" && kind === "look-up")
        .map(({ unit, what, line }) => `${name}:${line} ${unit} ${what}`),
    )
    .toSorted();
}

test("a query of Prisma leads to the unit of the first model that is not its own", async () => {
  const lookUps = await lookUpsOf({
    "prisma/schema.prisma": `model User {
  id Int @id
  orders Order[]
  profile Profile @relation(fields: [profileId], references: [id])
}
model Profile {
  id Int @id
}
model Order {
  id Int @id
  buyer User @relation(fields: [buyerId], references: [id])
  items Item[]
}
model Item {
  id Int @id
  order Order @relation(fields: [orderId], references: [id])
}
`,
    "src/users/users.ts": `prisma.user.create({ data });
prisma.profile.create({ data });
prisma.user.findMany({ include: { profile: true, orders: { include: { items: true } } } });
`,
    "src/orders/orders.ts": `prisma.order.create({ data, include: { items: true } });
prisma.item.create({ data });
prisma.item.findMany({ where: { order: { buyer: { profile: { id: 1 } } }, id: { in: [] } } });
prisma.order.findMany({ include: { gone: true, constructor: true, __proto__: true } });
`,
  });
  assert.deepEqual(lookUps, [
    "orders:3 users item.findMany: order.buyer",
    "users:3 orders user.findMany: orders",
  ]);
});

test("relations of TypeORM lead both ways, by class and by the name of the class", async () => {
  const lookUps = await lookUpsOf({
    "src/users/user.ts": `import { Order } from "../orders/order";
@Entity() export class User { @OneToMany(() => Order, (order) => order.buyer) orders: Order[]; }
`,
    "src/users/users.ts": `import { User } from "./user";
class Users { rows: Repository<User>; a() { return this.rows.find({ relations: ["orders"] }); } }
`,
    "src/orders/order.ts": `@Entity() export class Order { @ManyToOne("User") buyer: any; @ManyToOne(() => Order) parent: Order; }
`,
    "src/orders/orders.ts": `import { Order as Purchase } from "./order";
import { User } from "../users/user";
class Orders {
  rows: Repository<Purchase>;
  a() { return this.rows.createQueryBuilder("o").leftJoin("o.parent", "p").leftJoin("p.buyer", "b"); }
  b() { return this.rows.createQueryBuilder("o").innerJoin(User, "u", "u.id = o.buyer"); }
  c() { return list.leftJoin(nothing, 1); }
}
`,
  });
  assert.deepEqual(lookUps, [
    "orders:5 users Purchase: parent.buyer",
    "orders:6 users User",
    "users:2 orders User: orders",
  ]);
});
