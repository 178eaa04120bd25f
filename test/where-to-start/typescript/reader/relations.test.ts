/** What stores rows, and what refers to them, of each library that can say so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPrisma } from "../../../../src/where-to-start/typescript/prisma/read.ts";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";

const keysOf = (file: string, text: string) =>
  readTypeScript(file, text).foreignKeys.map(
    ({ owner, field, to, kind, line }) => `${line} ${owner}.${field} ${to} ${kind}`,
  );

test("columns of Drizzle that refer to others, and no relations() that only say how to join", () => {
  const text = `import { pgTable } from "drizzle-orm/pg-core";
export const entries = pgTable("entries", {
  author: integer().references(() => users.id),
  parent: integer().references((): AnyPgColumn => entries.id),
  shop: integer().references(() => tables.shops.id, { onDelete: "cascade" }),
}, (t) => [
  foreignKey({ columns: [t.city, t.land], foreignColumns: [cities.name, cities.land] }),
]);
const shop = pgSchema("shop");
export const rows = shop.table("rows", { id: integer() });
export const more = relations(entries, ({ one, many }) => ({
  author: one(users, { fields: [entries.author], references: [users.id] }),
  rows: many(rows),
}));
`;
  assert.deepEqual(
    readTypeScript("tables.ts", text).models.map(({ name }) => name),
    ["entries", "rows"],
  );
  assert.deepEqual(keysOf("tables.ts", text), [
    "3 entries.author users foreign key",
    "4 entries.parent entries foreign key",
    "5 entries.shop tables.shops foreign key",
    "7 entries.city, land cities foreign key",
  ]);
});

test("of a relation of TypeORM or MikroORM only the side that has the column", () => {
  const typeorm = `@Entity()
export class Order {
  @ManyToOne(() => User, (user) => user.orders) buyer: User;
  @ManyToOne((): Wrapped => (people.User as any)) seller: User;
  @ManyToOne("Shop", "orders") shop: Shop;
  @OneToMany(() => Item, (item) => item.order) items: Item[];
  @JoinTable() @ManyToMany(type => Tag, (tag) => tag.orders) tags: Tag[];
  @ManyToMany(() => List, (list) => list.orders) lists: List[];
  @OneToOne(() => Bill, (bill) => bill.order) bill: Bill;
  @OneToOne(() => Cart) @JoinColumn({ name: "cart" }) cart: Cart;
}
`;
  assert.deepEqual(keysOf("order.ts", typeorm), [
    "3 Order.buyer User foreign key",
    "4 Order.seller people.User foreign key",
    "5 Order.shop Shop foreign key",
    "7 Order.tags Tag many to many",
    "10 Order.cart Cart one to one",
  ]);
  const wrapped = `import { EntityRepositoryType } from "@mikro-orm/core";
import { JoinTable } from "typeorm";
@MultiORMEntity("order")
export class Order {
  @MultiORMManyToOne(() => User, (user) => user.orders, { nullable: true }) buyer: User;
  @MultiORMManyToMany(() => Tag, (tag) => tag.orders, { onDelete: "CASCADE" }) @JoinTable() tags: Tag[];
  @MultiORMOneToOne(() => Bill, (bill) => bill.order, { owner: false }) bill: Bill;
}
`;
  assert.deepEqual(keysOf("order.ts", wrapped), [
    "5 Order.buyer User foreign key",
    "6 Order.tags Tag many to many",
  ]);
  assert.equal(readTypeScript("order.ts", wrapped).models.length, 1);
  const mikro = `import { Entity } from "@mikro-orm/core";
@Entity()
export class Order {
  @ManyToOne({ entity: () => Shop }) shop: Shop;
  @ManyToMany(() => Tag) tags: Collection<Tag>;
  @ManyToMany(() => List, (list) => list.orders) lists: Collection<List>;
  @ManyToMany({ entity: () => Box, inversedBy: "orders" }) boxes: Collection<Box>;
  @OneToOne({ entity: () => Bill, mappedBy: "order" }) bill: Bill;
  @OneToOne(() => Cart, (cart) => cart.order, { owner: true }) cart: Cart;
}
`;
  assert.deepEqual(keysOf("order.ts", mikro), [
    "4 Order.shop Shop foreign key",
    "5 Order.tags Tag many to many",
    "7 Order.boxes Box many to many",
    "9 Order.cart Cart one to one",
  ]);
});

test("what a field of Mongoose refers to, and no virtual", () => {
  const text = `import mongoose from "mongoose";
const cats = new mongoose.Schema({
  owner: { type: ObjectId, validate: { validator: isId }, ref: "User" },
  friends: [{ type: ObjectId, ref: "Cat" }],
  toys: { type: [{ type: ObjectId, ref: () => Toy }] },
  [computed]: { type: String },
  // home: { type: ObjectId, ref: "Home" },
});
cats.virtual("kittens", { ref: "Kitten", localField: "_id", foreignField: "mother" });
export const Cat = mongoose.model("Cat", cats);
@Schema()
export class Dog {
  @Prop({ type: mongoose.Schema.Types.ObjectId, ref: User.name }) owner: User;
}
`;
  assert.deepEqual(
    readTypeScript("cat.ts", text).models.map(({ name }) => name),
    ["Cat", "Dog"],
  );
  assert.deepEqual(keysOf("cat.ts", text), [
    "3 cats.owner User foreign key",
    "4 cats.friends Cat foreign key",
    "5 cats.toys Toy foreign key",
    "13 Dog.owner User foreign key",
  ]);
});

test("what Mongoose is asked for by its name is no model here", () => {
  const text = `const mongoose = require("mongoose");
const User = mongoose.model("User");
const Order = mongoose.models.Order || mongoose.model("Order", new Schema({}));
// mongoose.model("Gone")
`;
  const { models, hidden } = readTypeScript("order.js", text);
  assert.deepEqual(
    models.map(({ name }) => name),
    ["Order"],
  );
  assert.deepEqual(
    hidden.map(({ line, kind, what }) => `${line} ${kind} ${what}`),
    ["2 model by name model(User)"],
  );
});

test("an entity has what the database calls it, and classes have what they inherit", () => {
  const text = `@Entity("app_users") class User extends shop.Owned {}
@Entity({ name: "app_orders" }) class Order extends Dated(Owned, { soft: true }) {
  @ManyToOne("app_users") buyer: User;
  @Column() @Index() at: Date;
  note: string;
}
@Entity({ abstract: true }) class Row extends Base {}
@ChildEntity() class Refund extends Order {}
abstract class Owned { @ManyToOne(() => User) owner: User; }
class Plain {}
`;
  const { models, classes = [] } = readTypeScript("order.ts", text);
  assert.deepEqual(
    models.map(({ name, table }) => `${name} ${table}`),
    ["User app_users", "Order app_orders", "Refund undefined"],
  );
  assert.deepEqual(
    classes.map(({ name, bases, isModel, isAbstract, isProxy, keys, attributes }) => {
      const is = { isModel, isAbstract, isProxy };
      const said = Object.entries(is).flatMap(([word, isSo]) => (isSo ? word : []));
      return [name, bases.join(), said.join(), keys.map(({ to }) => to).join(), attributes.join()];
    }),
    [
      ["User", "shop.Owned", "isModel", "", ""],
      ["Order", "Owned", "isModel", "app_users", "buyer,at"],
      ["Row", "Base", "isAbstract", "", ""],
      ["Refund", "Order", "isModel,isProxy", "", ""],
      ["Owned", "", "isAbstract", "User", "owner"],
    ],
  );
});

test("names that every object has are names like others", () => {
  const text = `import { toString } from "constructor";
@constructor("x") @toString() @__proto__(1)
class A { @valueOf("y") b; @Inject("__proto__") c; @ManyToOne(() => toString) __proto__; }
export const { hasOwnProperty } = process.env.__proto__;
`;
  const { hidden, exports } = readTypeScript("__proto__/constructor.ts", text);
  assert.deepEqual(
    hidden.map(({ kind, what }) => `${kind} ${what}`),
    ["injection Inject(__proto__)"],
  );
  assert.deepEqual(keysOf("a.ts", text), ["3 A.__proto__ toString foreign key"]);
  assert.deepEqual(
    exports.map(({ name }) => name),
    ["hasOwnProperty"],
  );
});

test("a schema of Prisma: models, the side of a relation that has the column, lists, and the client", () => {
  const { models, foreignKeys, lists, declared, lines } = readPrisma(
    "db/schema.prisma",
    `generator client {
  provider = "prisma-client"
  output   = "../shop/client"
}
generator docs {
  provider = "docs"
  output   = "../docs"
}
model User {
  id     Int     @id
  orders Order[] // of all years
}
// model Gone {
model Order {
  id      Int    @id
  buyerId Int    @unique
  buyer   User   @relation("of a (buyer", fields: [buyerId], references: [id])
  url     String @default("http://example.com") @unique
  maker   User   @relation(
    name: "makers",
    fields: [makerId, url],
    references: [id, url]
  )
  tags    Tag[]  @relation("tagged")
  unclosed Tag @relation(fields: [
}
model Tag {
  id Int @id
}
`,
  );
  assert.deepEqual(
    models.map(({ name, line }) => `${name} ${line}`),
    ["User 9", "Order 14", "Tag 27"],
  );
  assert.deepEqual(
    foreignKeys.map(
      ({ owner, field, to, line, kind }) => `${owner}.${field} ${to} ${line} ${kind}`,
    ),
    [
      "Order.buyer User 17 one to one",
      "Order.maker User 19 foreign key",
      "Order.unclosed Tag 25 foreign key",
    ],
  );
  assert.deepEqual(
    lists?.map(({ owner, field, to, relation }) => `${owner}.${field} ${to} ${relation}`),
    ["User.orders Order undefined", 'Order.tags Tag "tagged"'],
  );
  assert.deepEqual(
    declared?.map(({ what }) => what),
    ["shop/client"],
  );
  assert.equal(lines, 28);
});
