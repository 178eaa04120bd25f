/** Which entity has which column, with what it inherits, and whose rows are meant. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report } from "../../../../src/where-to-start/types/report.ts";
import { reportOf, tiny } from "../reports.ts";

const inPackages = (files: Readonly<Record<string, string>>) => {
  const names = Object.keys(files).flatMap((file) => /^packages\/\w+/.exec(file) ?? []);
  return reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      names.map((name) => [
        `${name}/package.json`,
        `{ "name": "${name.slice("packages/".length)}", "main": "index.ts" }`,
      ]),
    ),
    ...files,
  });
};

const keysOf = ({ units }: Report) =>
  units
    .flatMap(({ name, foreignKeysOut }) =>
      foreignKeysOut.map(({ to, field, line, what }) => `${name}:${line} ${field} ${to}: ${what}`),
    )
    .toSorted();

const pricesOf = ({ units }: Report) =>
  units
    .flatMap(({ name, cuts }) =>
      cuts.flatMap(({ kind, direction, what, points }) =>
        direction === "out" && kind.startsWith("foreign key")
          ? [`${name} ${what} ${kind} ${points}`]
          : [],
      ),
    )
    .toSorted();

const tenants = {
  "packages/tenants/index.ts": '@Entity("app_tenants")\nexport class Tenant {}\n',
  "packages/core/index.ts": 'export * from "./base";\nexport * from "./owned";\n',
  "packages/core/base.ts": `import { Tenant } from "tenants";
export abstract class Base {
  @ManyToOne(() => Tenant) tenant: Tenant;
}
`,
  "packages/core/owned.ts": `import { Base } from "./base";
export default class Dated extends Base {
  @Column() at: Date;
}
export abstract class Owned extends Dated {}
`,
};

test("what an abstract class refers to is a column of each entity that inherits it, also through others", async () => {
  const report = await inPackages({
    ...tenants,
    "packages/orders/a.ts": `import { Owned } from "core";
import Late from "../core/owned";
@Entity()
export class Order extends Soft(Owned) {}
@Entity()
export class Refund extends Late {}
@Entity()
export class Bill extends Owned {
  @ManyToOne("app_tenants", "bills") tenant: Tenant;
}
abstract class Unused {
  @ManyToOne("Tenant") tenant: Tenant;
}
`,
    "packages/other/a.ts": tiny,
  });
  const inherited = "tenant tenants: Tenant, by Base in packages/core/base.ts:3";
  assert.deepEqual(keysOf(report), [
    `orders:4 ${inherited}`,
    `orders:6 ${inherited}`,
    "orders:9 tenant tenants: app_tenants",
  ]);
});

test("an entity has a copy of what the entity above it has, and what shares its table has none", async () => {
  const report = await inPackages({
    ...tenants,
    "packages/orders/a.ts": `import { Base } from "core";
@Entity() @TableInheritance()
export class Order extends Base {}
@ChildEntity()
export class Refund extends Order {}
@Entity()
export class Copy extends Order {}
class Loose {
  @ManyToOne("Tenant") tenant: Tenant;
}
class Circle extends Circle {}
class A extends B {}
@Entity() class B extends A {}
`,
    "packages/other/a.ts": 'import { Base } from "elsewhere";\n@Entity() class X extends Base {}\n',
  });
  const inherited = "tenant tenants: Tenant, by Base in packages/core/base.ts:3";
  assert.deepEqual(keysOf(report), [
    `orders:3 ${inherited}`,
    `orders:7 ${inherited}`,
    "orders:9 tenant tenants: Tenant",
  ]);
});

test("a model of Mongoose that others ask for by its name stays whose it is", async () => {
  const report = await inPackages({
    "packages/people/a.js": `const mongoose = require("mongoose");
module.exports = mongoose.model("Person", new mongoose.Schema({}));
`,
    "packages/mails/a.js": 'const Person = require("mongoose").model("Person");\n',
    "packages/orders/a.js": `const { Schema } = require("mongoose");
const orders = new Schema({ buyer: { type: Schema.Types.ObjectId, ref: "Person" } });
`,
  });
  assert.deepEqual(keysOf(report), ["orders:2 buyer people: Person"]);
  assert.deepEqual(report.units.map(({ name, models }) => `${name} ${models}`).toSorted(), [
    "mails 0",
    "orders 0",
    "people 1",
  ]);
  const mails = report.units.find(({ name }) => name === "mails");
  assert.deepEqual(
    mails?.cuts.map(({ kind, unit, what }) => `${kind} ${unit} ${what}`),
    ["model by name people model(Person)"],
  );
});

test("an account is the user only where no model is called so", async () => {
  const order = `import { Account } from "accounts";
@Entity() class Order { @ManyToOne(() => Account) account: Account; }
`;
  const files = {
    "packages/accounts/index.ts": "@Entity() export class Account {}\n",
    "packages/orders/a.ts": order,
    "packages/other/a.ts": tiny,
  };
  assert.deepEqual(pricesOf(await inPackages(files)), [
    "orders Order.account -> Account foreign key to the user 1",
  ]);
  const withUsers = { ...files, "packages/users/index.ts": "@Entity() class UserEntity {}\n" };
  assert.deepEqual(pricesOf(await inPackages(withUsers)), [
    "orders Order.account -> Account foreign key 2",
  ]);
});
