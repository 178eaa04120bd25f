/** Each column of Sequelize once, from the unit that has it to the unit that it refers to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { whereToStart } from "../../../../src/where-to-start/where-to-start.ts";
import { written } from "../../repository.ts";

async function keysOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { report } = await whereToStart(written({ "package.json": "{}", ...files }), {
    units: ["src/*"],
  });
  return report.units
    .flatMap(({ name, cuts }) =>
      cuts
        .filter(({ direction, kind }) => direction === "out" && kind.startsWith("foreign key"))
        .map(({ unit, what, file, line }) => `${name}>${unit} ${what} ${file}:${line}`),
    )
    .toSorted();
}

const define = (name: string, columns = "{}", variable = name) =>
  `const ${variable} = sequelize.define("${name}", ${columns});\nmodule.exports = ${variable};\n`;
const tag = define("Tag");
const order = define("Order");

test("a column that both sides and the column itself declare is one", async () => {
  const keys = await keysOf({
    "src/tags/tag.js": `${tag}Tag.hasMany(Order, { foreignKey: "tag_id" });\n`,
    "src/orders/order.js": `${define("Order", `{ tagId: { references: { model: "tags" } } }`)}Order.belongsTo(Tag);\n`,
  });
  assert.deepEqual(keys, ["orders>tags Order.tagId -> tags src/orders/order.js:1"]);
});

test("a column that only the other side declares is of the model that has it", async () => {
  const keys = await keysOf({
    "src/tags/tag.js": `${tag}Tag.hasMany(Order);\n`,
    "src/orders/order.js": order,
    "src/wire.js": `const { Tag, Order } = require("./models"); // of sequelize\nOrder.belongsTo(Tag, { as: "first" });\n`,
  });
  assert.deepEqual(keys, [
    "orders>tags Order.TagId -> Tag src/tags/tag.js:3",
    "orders>tags Order.firstId -> Tag src/wire.js:2",
  ]);
});

test("a table of links is one for both sides; a model of links has two columns", async () => {
  const sides = (through: string) => ({
    "src/tags/tag.js": `${tag}Tag.belongsToMany(Order, { through: ${through} });\n`,
    "src/orders/order.js": `${order}Order.belongsToMany(Tag, { through: ${through} });\n`,
  });
  assert.deepEqual(await keysOf(sides(`"order_tags"`)), [
    "orders>tags Order.order_tags -> Tag src/orders/order.js:3",
  ]);
  const links = {
    "src/links/link.js": define("OrderTag", "{ OrderId: { references: { model: Order } } }"),
  };
  assert.deepEqual(await keysOf({ ...sides("OrderTag"), ...links }), [
    "links>orders OrderTag.OrderId -> Order src/links/link.js:1",
    "links>tags OrderTag.TagId -> Tag src/orders/order.js:3",
  ]);
});

test("the decorators of one column of sequelize-typescript are one", async () => {
  const keys = await keysOf({
    "src/tags/tag.ts": `import { Table } from "sequelize-typescript";
import { Order } from "../orders/order";
@Table export class Tag extends Model { @HasMany(() => Order) orders: Order[]; }
`,
    "src/orders/order.ts": `import { Table } from "sequelize-typescript";
import { Tag } from "../tags/tag";
@Table export class Order extends Model {
  @ForeignKey(() => Tag) @Column tagId: number;
  @BelongsTo(() => Tag) tag: Tag;
}
`,
  });
  assert.deepEqual(keys, ["orders>tags Order.tagId -> Tag src/orders/order.ts:4"]);
});

test("models by define are found by the names of their tables, and by their own whatever the letters", async () => {
  const keys = await keysOf({
    "src/tags/tag.js": define("tag", "{}", "Tag"),
    "src/orders/order.js": `${order}Order.associate = (models) => Order.belongsTo(models.tag);\n`,
    "src/boxes/box.js": define("box", `{ a: { references: { model: "Tags" } } }`, "Box"),
    "src/nobody/x.js": `${define("X")}X.belongsTo(models.Gone);\nGone.hasMany(Order);\n`,
  });
  assert.deepEqual(keys, [
    "boxes>tags Box.a -> Tags src/boxes/box.js:1",
    "orders>tags Order.tagId -> models.tag src/orders/order.js:3",
  ]);
});

test("what other libraries call so in units without models is no column", async () => {
  const keys = await keysOf({
    "src/tags/tag.js": "export const Tag = make();\nTag.hasMany(Order);\n",
    "src/orders/order.js": `import { Tag } from "../tags/tag.js";\nexport const Order = make();\nOrder.belongsTo(Tag);\n`,
  });
  assert.deepEqual(keys, []);
});
