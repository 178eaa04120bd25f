/** What stores rows, and what refers to them, in the three ways of Sequelize. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";

function factsOf(text: string) {
  const { models, foreignKeys, associations = [] } = readTypeScript("a.ts", text);
  return {
    models: models.map(({ name, table, line }) => `${line} ${name} ${table}`),
    keys: foreignKeys.map(({ owner, field, to, line }) => `${line} ${owner}.${field} ${to}`),
    associations: associations.map(
      ({ owner, field, to, kind, line, isAnyColumn, through }) =>
        `${line} ${owner}.${isAnyColumn === true ? "?" : field} ${to} ${kind} ${through ?? ""}`,
    ),
  };
}

test("models by define, with the columns in them that refer to others", () => {
  const found = factsOf(`module.exports = (sequelize, DataTypes) => {
  const Order = sequelize.define("order", {
    buyerId: { type: DataTypes.INTEGER, references: { model: "users", key: "id" } },
    shopId: { references: { model: Shop } }, mailId: { references: { model: { tableName: "mails" } } },
    count: DataTypes.INTEGER,
  });
  Order.associate = (models) => { Order.belongsTo(models.User, { as: "buyer" }); };
  return sequelize.define("Company", {}, { freezeTableName: true });
};
db.Box = sequelize.define("Box", columns, { tableName: "all_boxes" });
customElements.define("a-b", class {});
`);
  assert.deepEqual(found.models, ["2 Order orders", "8 Company Company", "10 Box all_boxes"]);
  assert.deepEqual(found.keys, [
    "3 Order.buyerId users",
    "4 Order.shopId Shop",
    "4 Order.mailId mails",
  ]);
  assert.deepEqual(found.associations, ["7 Order.buyerId models.User foreign key "]);
});

test("models that are classes, and both sides of what they are associated by", () => {
  const found = factsOf(`import { Model } from "sequelize";
class Order extends Model {
  static associate({ User }) { this.belongsTo(User, { foreignKey: { name: "buyer_id" } }); }
}
Order.init({ shop: { references: { model: Shop, key: "id" } } }, { sequelize, modelName: "Purchase" });
class City extends Model {
  static init(sequelize) { return super.init({}, { sequelize, tableName: "towns" }); }
}
User.hasMany(Order, { foreignKey: "buyerId" });
User.hasOne(Cart);
Order.belongsToMany(Tag, { through: "order_tags" });
Tag.belongsToMany(Order, { through: { model: OrderTag } });
Order.belongsTo(City, { foreignKey: NAMES.city });
i18n.init({}, { lng: "en" });
`);
  assert.deepEqual(found.models, ["5 Order Purchases", "7 City towns"]);
  assert.deepEqual(found.keys, ["5 Order.shop Shop"]);
  assert.deepEqual(found.associations, [
    "3 Order.buyer_id User foreign key ",
    "9 Order.buyerId User foreign key ",
    "10 Cart.UserId User one to one ",
    "11 Order.order_tags Tag many to many order_tags",
    "12 Tag.OrderTag Order many to many OrderTag",
    "13 Order.? City foreign key ",
  ]);
});

test("models and columns by decorators of sequelize-typescript", () => {
  const found = factsOf(`import { Table, Model, ForeignKey } from "sequelize-typescript";
@Table
class Company extends Model {
  @ForeignKey(() => User) @Column ownerId: number;
  @BelongsTo(() => User) owner: User;
  @BelongsTo(() => City, "cityId") city: City;
  @HasMany(() => Order, { foreignKey: "companyId" }) orders: Order[];
  @BelongsToMany(() => Tag, () => CompanyTag) tags: Tag[];
  @Column({ references: { model: "shops" } }) shopId: number;
}
@Table({ tableName: "boxes_of_all", timestamps: false }) class Box extends Model {}
`);
  assert.deepEqual(found.models, ["2 Company Companies", "11 Box boxes_of_all"]);
  assert.deepEqual(found.keys, ["4 Company.ownerId User", "9 Company.shopId shops"]);
  assert.deepEqual(found.associations, [
    "5 Company.? User foreign key ",
    "6 Company.cityId City foreign key ",
    "7 Order.companyId Company foreign key ",
    "8 Company.CompanyTag Tag many to many CompanyTag",
  ]);
});

test("a migration, and code of other libraries with the same words, has none", () => {
  const nothing = { models: [], keys: [], associations: [] };
  assert.deepEqual(
    factsOf(`// for sequelize
exports.up = (query) => query.createTable("orders", { userId: { references: { model: "users" } } });
const a = x.define("b"), c = x.init({}, {}), d = hasMany("e"), f = g().hasMany(h);
`),
    nothing,
  );
  assert.deepEqual(
    factsOf(`@Table class A { @ForeignKey(() => B) b; @belongsTo(() => C) c; }
const d = define("d", {});
`),
    nothing,
  );
});
