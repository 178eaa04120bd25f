import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";
import type { Report } from "../../../src/where-to-start/types/report.ts";
import { temporaryFolder } from "../repository.ts";

function write(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

async function reportOf(files: Readonly<Record<string, string>>): Promise<Report> {
  return (await whereToStart(write(files))).report;
}

function unitsOf({ units }: Report): string[] {
  return units.map(({ name, path }) => `${name}=${path}`).toSorted();
}

function tiesOf({ units }: Report): string[] {
  return units
    .flatMap(({ name, importsOut }) =>
      importsOut.map(({ to, file, line }) => `${name}>${to} ${file}:${line}`),
    )
    .toSorted();
}

const tiny = "export const x = 1;\n";

test("packages of npm, pnpm, lerna and projects of Nx, and imports by their names and barrels", async () => {
  const packages = {
    "packages/a/package.json": '{ "name": "@acme/a" }',
    "packages/a/src/index.ts": `import { x } from "@acme/b";\nimport "@acme/b/deep";\nimport "left-pad";\n`,
    "packages/b/package.json": '{ "name": "@acme/b" }',
    "packages/b/src/index.ts": `export * from "./deep";\n`,
    "packages/b/src/deep.ts": tiny,
    "packages/c/package.json": "{}",
    "packages/c/x.ts": `import type { x } from "../a/src/index";\n`,
    "packages/old/package.json": '{ "name": "old" }',
  };
  const expected = ["@acme/a=packages/a", "@acme/b=packages/b", "packages/c=packages/c"];
  const ways: readonly Record<string, string>[] = [
    { "package.json": '{ "workspaces": ["packages/*", "!packages/old"] }' },
    { "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - '!packages/old'\n" },
    {
      "package.json": '{ "workspaces": ["packages/*", "!packages/old"] }',
      "pnpm-workspace.yaml": "packages:\n  - '**'\n  - '!packages/old'\n",
    },
    { "lerna.json": '{ "packages": ["packages/[a-z]", "packages/*", "!packages/old"] }' },
  ];
  for (const way of ways) {
    const report = await reportOf({ ...packages, ...way });
    assert.equal(report.project.kind, "workspaces");
    assert.deepEqual(unitsOf(report), expected);
    assert.deepEqual(tiesOf(report), [
      "@acme/a>@acme/b packages/a/src/index.ts:1",
      "@acme/a>@acme/b packages/a/src/index.ts:2",
      "packages/c>@acme/a packages/c/x.ts:1",
    ]);
    const a = report.units.find(({ name }) => name === "@acme/a");
    assert.deepEqual(
      a?.ownWorld.map(({ what }) => what),
      ["left-pad"],
    );
    // Types are no reason to break.
    assert.deepEqual(a.neededBy, []);
  }
  const nx = await reportOf({
    "nx.json": "{}",
    "apps/one/project.json": '{ "name": "one", "projectType": "application" }',
    "apps/one/x.ts": tiny,
    "libs/two/project.json": '{ "targets": {} }',
    "libs/two/x.ts": tiny,
    "libs/three/project.json": '{ "projectType": "library" }',
    "libs/three/x.ts": tiny,
  });
  assert.deepEqual(unitsOf(nx), ["one=apps/one", "three=libs/three", "two=libs/two"]);
});

test("a workspace beside a back end is found in its folder, and one in a fixture is not asked", async () => {
  const packages = Object.fromEntries(
    ["a", "b", "c", "old"].flatMap((name) => [
      [`web/packages/${name}/package.json`, `{ "name": "@web/${name}" }`],
      [`web/packages/${name}/x.ts`, name === "a" ? 'import "@web/b";\n' : tiny],
    ]),
  );
  const report = await reportOf({
    ...packages,
    "web/package.json": '{ "workspaces": ["./packages/*", "!packages/old"] }',
    "web/packages/c/tests/package.json": '{ "workspaces": ["*"] }',
    "web/packages/c/tests/d/package.json": '{ "name": "d" }',
    "server/main.go": "package main\n",
  });
  assert.deepEqual(unitsOf(report), [
    "@web/a=web/packages/a",
    "@web/b=web/packages/b",
    "@web/c=web/packages/c",
  ]);
  assert.deepEqual(tiesOf(report), ["@web/a>@web/b web/packages/a/x.ts:1"]);
});

test("modules of Nest: two of one name, several in a folder, the root is none", async () => {
  const nest = (name: string) => `@Module({})\nexport class ${name} {}\n`;
  const report = await reportOf({
    "src/main.ts": "NestFactory.create<App>(RootModule);\n",
    "src/root.module.ts": nest("RootModule"),
    "src/a/health/health.module.ts": nest("HealthModule"),
    "src/b/health/health.module.ts": nest("HealthModule"),
    "src/mail/mail.module.ts": nest("MailModule"),
    "src/mail/aaa.module.ts": nest("AaaModule"),
    "src/plain/plain.module.ts": "export class NoModule {}\n",
  });
  assert.deepEqual(unitsOf(report), [
    "a/health=src/a/health",
    "b/health=src/b/health",
    "mail=src/mail",
  ]);
  assert.equal(report.units.find(({ name }) => name === "mail")?.kind, "nest module");
});

test("a package that no other one needs is apart already", async () => {
  const report = await reportOf({
    "package.json": '{ "workspaces": ["*/*"] }',
    ...Object.fromEntries(
      ["apps/web", "libs/a", "libs/b", "libs/c"].flatMap((path) => [
        [`${path}/package.json`, "{}"],
        [`${path}/x.ts`, path === "apps/web" ? 'import "../../libs/a/x";\n' : tiny],
      ]),
    ),
    "libs/a/key.ts": 'export const key = process.env["A_KEY"];\n', // something has to hurt
  });
  const web = report.units.find(({ name }) => name === "apps/web");
  assert.deepEqual(web?.gate?.at, { file: "apps/web/package.json", line: 1 });
  assert.equal(web.gate.name, "apart");
  assert.equal(report.start.unit, "libs/a");
});

test("a project of Marcot: contracts are ties that need no cut, packages are apps too", async () => {
  const appOf = (imports: string) => `${imports}\nexport const v1 = 1;\n`;
  const report = await reportOf({
    "package.json":
      '{ "imports": { "#apps/*": "./apps/*/contract.ts" }, "workspaces": ["packages/*"] }',
    "settings.ts": `export default settings({ apps: ["tickets", "faq", "mail", "bills"] });\n`,
    "apps/tickets/contract.ts": appOf(""),
    "apps/tickets/views.ts": `import { v1 as faq } from "#apps/faq";\nimport { v1 } from "marcot-mail";\nimport "../bills/views.ts";\n`,
    "apps/faq/contract.ts": appOf(""),
    "apps/faq/tables.ts": `export const entries = faq.table("entries", { id: integer() });\n`,
    "apps/bills/contract.ts": appOf(""),
    "apps/bills/views.ts": `import { entries } from "../faq/tables.ts";
export const bills = own.table("bills", { entry: integer().references(() => entries.id) });
`,
    "packages/mail/package.json": '{ "name": "marcot-mail" }',
    "packages/mail/contract.ts": appOf(""),
  });
  assert.equal(report.project.kind, "marcot");
  assert.deepEqual(unitsOf(report), [
    "bills=apps/bills",
    "faq=apps/faq",
    "mail=packages/mail",
    "tickets=apps/tickets",
  ]);
  const tickets = report.units.find(({ name }) => name === "tickets");
  assert.deepEqual(
    tickets?.cuts.map(({ kind, unit, points }) => `${kind} ${unit} ${points}`),
    ["contract call faq 0", "contract call mail 0", "import bills 1"],
  );
  const bills = report.units.find(({ name }) => name === "bills");
  assert.deepEqual(
    bills?.foreignKeysOut.map(({ to, file, line, field }) => `${to} ${file}:${line} ${field}`),
    ["faq apps/bills/views.ts:2 entry"],
  );
});

test("apps that settings name and that lie elsewhere are told", async () => {
  const report = await reportOf({
    "settings.ts": `export default settings({ apps: ["faq", "mail"] });\n`,
  });
  assert.equal(report.start.unit, null);
  assert.match(report.problems.join("\n"), /settings\.ts these do not lie here.*: faq, mail\./);
});

test("a model of Prisma belongs to the unit that writes to it most, and relations follow", async () => {
  const service = (calls: string) => `export class S { run() { ${calls} } }\n`;
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    "prisma/schema.prisma": `model User {
  id Int @id
}
model Order {
  id Int @id
  buyer User @relation(fields: [buyerId], references: [id])
}
model Lost {
  id Int @id
}
`,
    "packages/users/package.json": "{}",
    "packages/users/a.ts": service("this.prisma.user.create({}); this.prisma.user.update({});"),
    "packages/orders/package.json": "{}",
    "packages/orders/a.ts": service(
      "this.prisma.order.create({}); await this.prisma.user\n.findMany(); prisma.$transaction([]); this.prisma.user.count(); this.prisma.user.findFirst()",
    ),
    "packages/other/package.json": "{}",
    "packages/other/a.ts": tiny,
  });
  const orders = report.units.find(({ name }) => name === "packages/orders");
  assert.deepEqual(
    orders?.foreignKeysOut.map(({ to, file, line }) => `${to} ${file}:${line}`),
    ["packages/users prisma/schema.prisma:6"],
  );
  assert.deepEqual(
    orders.tables.map(({ name }) => name),
    ["Order"],
  );
  const hidden = orders.cuts.map(({ kind, unit }) => `${kind} ${unit}`);
  assert.equal(hidden.filter((one) => one === "model by name packages/users").length, 3);
  assert.equal(hidden.filter((one) => one === "transaction packages/users").length, 1);
  assert.match(report.problems.join("\n"), /User to packages\/users \(2 of 5 calls\)/);
  assert.match(report.problems.join("\n"), /No unit calls these models: Lost/);
});

test("units that are called as what every object has", async () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      names.flatMap((name, index) => [
        [`packages/${name}/package.json`, JSON.stringify({ name })],
        [`packages/${name}/valueOf.ts`, `import "${names[(index + 1) % 4]}";\n`],
      ]),
    ),
  });
  assert.deepEqual(unitsOf(report), names.map((name) => `${name}=packages/${name}`).toSorted());
  assert.deepEqual(
    tiesOf(report),
    names
      .map((name, at) => `${name}>${names[(at + 1) % 4]} packages/${name}/valueOf.ts:1`)
      .toSorted(),
  );
});

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

test("a schema of Prisma names its own models, and a client asks the schema that is near", async () => {
  const nest = (name: string) => `@Module({})\nexport class ${name} {}\n`;
  const calls = (model: string) =>
    `export const f = () => [prisma.${model}.create(), prisma.${model}.count()];\n`;
  const report = await reportOf({
    // Who asks by it lies elsewhere.
    "packages/db/prisma/schema.prisma": `generator client {
  provider = "prisma-client-js"
  output   = "../../shop/client"
}
model Order {
  id    Int   @id
  buyer User  @relation(fields: [buyerId], references: [id])
  tags  Tag[]
}
model User {
  id Int @id
}
model Tag {
  id     Int     @id
  orders Order[]
}
`,
    "packages/shop/order/order.module.ts": nest("OrderModule"),
    "packages/shop/order/a.ts": calls("order"),
    "packages/shop/user/user.module.ts": nest("UserModule"),
    "packages/shop/user/a.ts": calls("user"),
    "packages/shop/tag/tag.module.ts": nest("TagModule"),
    "packages/shop/tag/a.ts": calls("tag"),
    // Only read as a text there.
    "packages/shop/order/examples/a.prisma": "model User {\n  id Int @id\n}\n",
    // A schema of its own, in files of a folder, with a model of the same name.
    "packages/blog/prisma/user.prisma": `model User {
  id    Int    @id
  posts Post[]
}
`,
    "packages/blog/prisma/post.prisma": `model Post {
  id      Int    @id
  author  User   @relation(fields: [authorId], references: [id])
  readers User[] @relation("read")
}
`,
    "packages/blog/post/post.module.ts": nest("PostModule"),
    "packages/blog/post/a.ts": calls("post"),
    "packages/blog/author/author.module.ts": nest("AuthorModule"),
    "packages/blog/author/a.ts": calls("user"),
  });
  const keys = report.units.flatMap(({ name, foreignKeysOut }) =>
    foreignKeysOut.map(({ to, field, kind }) => `${name}.${field} ${to} ${kind}`),
  );
  assert.deepEqual(keys.toSorted(), [
    "order.buyer user foreign key",
    "order.tags tag many to many",
    "post.author author foreign key",
  ]);
  const byName = report.units.flatMap(({ name, cuts }) =>
    cuts.filter(({ kind }) => kind === "model by name").map(({ unit }) => `${name} ${unit}`),
  );
  assert.deepEqual(byName, []);
});

test("of several ways to see it the one with most units and lines, and --kind takes another", async () => {
  const nest = (name: string) => `@Module({})\nexport class ${name} {}\n`;
  const folder = write({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      ["a", "b", "c"].flatMap((name) => [
        [`packages/${name}/package.json`, `{ "name": "${name}" }`],
        [`packages/${name}/${name}.module.ts`, nest(name)],
        [`packages/${name}/x/x${name}.module.ts`, nest(name)],
      ]),
    ),
  });
  const { report } = await whereToStart(folder);
  assert.equal(report.project.kind, "nest");
  assert.match(report.problems.join("\n"), /seen as 3 packages too .*--kind workspaces/);
  const other = await whereToStart(folder, { kind: "workspaces" });
  assert.deepEqual(unitsOf(other.report), ["a=packages/a", "b=packages/b", "c=packages/c"]);
});
