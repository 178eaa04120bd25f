/** What a file in no unit hands on is of the unit that made it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf, tiesOf } from "../reports.ts";

test("of files that hand on each other both have all, whoever is asked first", async () => {
  for (const [first, second] of ["ab", "ba"]) {
    const report = await reportOf({
      "package.json": '{ "workspaces": ["apps/*"] }',
      ...Object.fromEntries(
        ["orders", "users", "zeta", "more"].map((name) => [`apps/${name}/package.json`, "{}"]),
      ),
      "libs/a.ts": 'export * from "./b";\n',
      "libs/b.ts": 'export * from "./a";\nexport * from "../apps/users/index";\n',
      "apps/users/index.ts": "export const getUser = 1;\n",
      "apps/orders/index.ts": `import { getUser } from "../../libs/${first}";\n`,
      "apps/zeta/index.ts": `import { getUser } from "../../libs/${second}";\n`,
    });
    assert.deepEqual(tiesOf(report), [
      "apps/orders>apps/users apps/orders/index.ts:1",
      "apps/zeta>apps/users apps/zeta/index.ts:1",
    ]);
  }
});

test("what files in no unit hand on is of the units that it comes from", async () => {
  const nest = (name: string) => `import { forwardRef } from "@nestjs/common";
@Module({ imports: [forwardRef(() => ${name}Module), ${name}Module.register({ a: 1 })] })
export class ${name}Module { static register() {} }
`;
  const report = await reportOf({
    "tsconfig.json": '{ "compilerOptions": { "paths": { "@app/*": ["libs/*/index.ts"] } } }',
    "libs/shared/index.ts": `export * from "../../src/mail";
export { pay as charge, default as bills, type Row } from "../../src/bills/bills.service";
export * as users from "../../src/users/users.service";
import { remind } from "../all";
export { remind };
export * from "../all";
export const own = 1;
export interface Shape { a: string }
`,
    // One that hands on the other, and both in a circle.
    "libs/all/index.ts": `export * from "../shared";\nexport { later as remind } from "../../src/mail/late";\n`,
    "src/mail/mail.module.ts": nest("Mail"),
    "src/mail/index.ts": `export * from "./mail.service";\nexport { own } from "./mail.service";\n`,
    "src/mail/mail.service.ts": `export const send = () => 1;\nexport const own = 2;\nexport interface Letter {}\n`,
    "src/mail/late.ts": "export const later = 1;\n",
    "src/bills/bills.module.ts": nest("Bills"),
    "src/bills/bills.service.ts": `import { send } from "@app/shared";
export const pay = () => 1;
export default class Bills {}
export interface Row {}
`,
    "src/users/users.module.ts": nest("Users"),
    "src/users/users.service.ts": "export const find = 1;\n",
    "src/orders/orders.module.ts": nest("Orders"),
    "src/orders/a.ts": `import { charge, send as post, own } from "@app/shared";
import type { Row } from "@app/shared";
import { Letter, Shape, own as mine, nobody } from "../../libs/shared";
import { remind } from "../../libs/all/index";
import all from "@app/shared";
import { bills, users } from "../../libs/shared/index.js";
export * from "@app/shared";
`,
  });
  assert.deepEqual(tiesOf(report), [
    "bills>mail src/bills/bills.service.ts:1",
    "orders>bills src/orders/a.ts:1",
    "orders>bills src/orders/a.ts:2",
    "orders>bills src/orders/a.ts:6",
    "orders>bills src/orders/a.ts:7",
    "orders>mail src/orders/a.ts:1",
    "orders>mail src/orders/a.ts:4",
    "orders>mail src/orders/a.ts:7",
    "orders>users src/orders/a.ts:6",
    "orders>users src/orders/a.ts:7",
  ]);
  const taken = report.units
    .flatMap(({ importsOut }) => importsOut)
    .filter(({ file, line }) => file === "src/orders/a.ts" && line === 1);
  assert.deepEqual(taken.map(({ to, what }) => `${to}: ${what}`).toSorted(), [
    "bills: charge from @app/shared",
    "mail: send from @app/shared",
  ]);
});

test("a foreign key leads to whoever has the table, whoever hands on its class", async () => {
  const nest = (name: string) => `@Module({})\nexport class ${name}Module {}\n`;
  const report = await reportOf({
    "src/core/core.module.ts": nest("Core"),
    "src/core/entities.ts": `export * from "../user/user.entity";
export { Tag as Label } from "../tag";
export * from "../prices/price.entity";
export * from "./core.entity";
`,
    "src/core/core.entity.ts": "@Entity() export class Base {}\n",
    "src/user/user.module.ts": nest("User"),
    "src/user/user.entity.ts": "@Entity() export class User {}\n",
    "src/tag/tag.module.ts": nest("Tag"),
    "src/tag/index.ts": `export { Tag } from "./tag.entity";\n`,
    "src/tag/tag.entity.ts": "@Entity() export class Tag {}\n",
    "src/prices/price.entity.ts": "@Entity() export class Price {}\n",
    "src/order/order.module.ts": nest("Order"),
    "src/order/order.entity.ts": `import { Base, Label, Price, User as Buyer } from "../core/entities";
@Entity() export class Order {
  @ManyToOne(() => Buyer) buyer;
  @ManyToOne(() => Label) tag;
  @ManyToOne(() => Price) price;
  @ManyToOne(() => Base) base;
}
`,
  });
  const order = report.units.find(({ name }) => name === "order");
  assert.deepEqual(
    order?.foreignKeysOut.map(({ field, to }) => `${field} ${to}`),
    // Prices are in no unit.
    ["buyer user", "tag tag", "base core"],
  );
  assert.deepEqual(
    order.importsOut.map(({ to }) => to),
    ["core"],
  );
});

test("an import of interfaces and types is one of types, whoever hands them on", async () => {
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    "packages/a/package.json": '{ "name": "a" }',
    "packages/a/src/index.ts": `export * from "./made";\nexport { IPrice as Price } from "./made";\nexport default abstract class Base {}\n`,
    "packages/a/src/made.ts": `export interface IUser { id: string }
export type IPrice = number;
export enum Color { Red }
export interface Both { x: 1 }
export const Both = { x: 1 };
`,
    "packages/b/package.json": '{ "name": "b" }',
    "packages/b/x.ts": `import { IUser, Price } from "a";
import { IPrice, Color } from "a";
import { Both } from "a";
import Base from "a";
import { IUser as Own } from "../a/src/made";
`,
    "packages/c/package.json": '{ "name": "c" }',
    "packages/c/y.ts": "export const x = 1;\n",
  });
  const [b] = report.units.filter(({ name }) => name === "b");
  assert.deepEqual(
    b?.importsOut.map(({ line, what, isType }) => `${line} ${what}${isType ? ", types" : ""}`),
    [
      "1 IUser, Price from a, types",
      "2 Color from a",
      "3 Both from a",
      "4 default from a",
      "5 IUser from ../a/src/made, types",
    ],
  );
  assert.deepEqual(
    b?.cuts.map(({ line }) => line),
    [2, 3, 4],
  );
});
