import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { parseSync, Visitor } from "oxc-parser";
import { readPrisma } from "../../../src/where-to-start/typescript/prisma.ts";
import { readTypeScript } from "../../../src/where-to-start/typescript/read.ts";
import { readConfiguration } from "../../../src/where-to-start/typescript/configuration.ts";
import { resolver } from "../../../src/where-to-start/typescript/resolve.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** Every import by a walk over the syntax tree, which the reader does not make: it uses the module record. */
function walked(file: string, text: string): string[] {
  const found: string[] = [];
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const add = (start: number, source: unknown) => {
    const { type, value } = (source ?? {}) as { type?: string; value?: unknown };
    if (type === "Literal" && typeof value === "string") found.push(`${lineOf(start)} ${value}`);
  };
  new Visitor({
    ImportDeclaration: ({ start, source }) => add(start, source),
    ExportNamedDeclaration: ({ start, source }) => add(start, source),
    ExportAllDeclaration: ({ start, source }) => add(start, source),
    ImportExpression: ({ start, source }) => add(start, source),
    TSImportEqualsDeclaration: ({ start, moduleReference }) => {
      if (moduleReference.type === "TSExternalModuleReference")
        add(start, moduleReference.expression);
    },
    CallExpression: ({ start, callee, arguments: given }) => {
      if (callee.type === "Identifier" && callee.name === "require") add(start, given[0]);
    },
  }).visit(parseSync(basename(file), text).program);
  return found.toSorted();
}

function readImports(file: string, text: string): string[] {
  return readTypeScript(file, text)
    .imports.map(({ line, from }) => `${line} ${from}`)
    .toSorted();
}

const STRANGE = `import a, { b as c, type D } from "./one";
import * as n from './two'
import type { T } from "./three"; import "./four";
export * from "./five";
export * as six from "./six"; export { x as y } from "./seven";
export type { Z } from "./eight";
const text = \`
import q from "./not-this-one"
\`; // import r from "./nor-this"
/* import s from "./nor-that" */
const late = import("./nine");
const later = await import(\`./ten\`);
const computed = import(\`./\${text}\`);
const old = require("./eleven");
import older = require("./twelve");
const regex = /import x from "y"/;
export { text, late, later, computed, old, older, regex, a, c, n };
export type { D, T };
function nested() { return require('./thirteen'); }
const jsx = "import('./never')";
`;

test("every import of strange code is found, with its line, and none is made up", () => {
  const found = readImports("strange.ts", STRANGE);
  // The walk does not see templates; the reader does.
  assert.deepEqual(
    found.filter((one) => one !== "12 ./ten"),
    walked("strange.ts", STRANGE),
  );
  assert.equal(found.length, 13);
});

test("every import of this code base is found", () => {
  const files = globSync("{src,apps,test,bench}/**/*.{ts,js}", {
    cwd: root,
    exclude: ["**/node_modules/**"],
  });
  assert.ok(files.length > 300);
  let count = 0;
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    const found = readImports(file, text);
    count += found.length;
    assert.deepEqual(found, walked(file, text), file);
  }
  assert.ok(count > 2000);
});

test("what is taken, what it is called here, and whether only types are", () => {
  const { imports } = readTypeScript("a.ts", STRANGE);
  const of = (from: string) => imports.find((one) => one.from === from);
  assert.deepEqual(of("./one")?.names, ["default", "b"]);
  assert.deepEqual(of("./one")?.here, ["a", "c"]);
  assert.equal(of("./one")?.isType, false);
  assert.deepEqual(of("./two")?.names, ["*"]);
  assert.equal(of("./three")?.isType, true);
  assert.deepEqual([of("./four")?.names, of("./four")?.isType], [[], false]);
  assert.equal(of("./eight")?.isType, true);
  assert.deepEqual(of("./seven")?.names, ["x"]);
});

test("exports with the parameters of functions", () => {
  const { exports } = readTypeScript(
    "a.ts",
    `export function one(a: string, { b } = { b: 1 }): void {}
export const two = async (x: number) => x;
export const three = (1 + 2);
export class Four {}
export default function five(...rest: string[]) {}
export type Six = string;
`,
  );
  assert.deepEqual(
    exports.map(({ name, is, parameters }) => `${name} ${is} ${parameters ?? ""}`.trim()),
    [
      "one function (a: string, { b } = { b: 1 })",
      "two function (x: number)",
      "three value",
      "Four class",
      "default function (...rest: string[])",
    ],
  );
});

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

test("what a file uses of the world outside", () => {
  const { outside } = readTypeScript(
    "a.ts",
    `import fs from "node:fs"; import path from "path"; import Stripe from "stripe/lib";
import { z } from "@acme/zod"; import type { T } from "only-types"; import x from "./x";
const a = process.env.STRIPE_KEY ?? process.env["OTHER_KEY"] ?? process.env.NODE_ENV;
const b = this.configService.get<string>("mail.host"), c = fetch("https://api.stripe.com/v1");
`,
  );
  assert.deepEqual(
    outside.map(({ kind, what }) => `${kind} ${what}`),
    [
      "library stripe",
      "library @acme/zod",
      "setting STRIPE_KEY",
      "setting OTHER_KEY",
      "setting mail.host",
      "host api.stripe.com",
    ],
  );
});

test("an import is found by relative paths, paths of tsconfig, packages and subpaths", () => {
  const files = new Set(
    "apps/a/index.ts apps/a/x.tsx apps/b/src/y.ts libs/c/index.ts libs/c/deep.ts apps/faq/contract.ts".split(
      " ",
    ),
  );
  const configuration = readConfiguration(
    new Map([
      [
        "package.json",
        '{ "workspaces": ["apps/*"], "imports": { "#apps/*": "./apps/*/contract.ts" } }',
      ],
      ["apps/b/package.json", '{ "name": "@acme/b" }'],
      [
        "tsconfig.base.json",
        '{ /* all */ "compilerOptions": { "paths": { "@c/*": ["libs/c/*"], "@c": ["libs/c"], }, } }',
      ],
      ["apps/a/tsconfig.json", '{ "extends": "../../tsconfig.base.json" }'],
    ]),
  );
  const resolve = resolver(files, configuration);
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["./x", "apps/a/x.tsx"],
    ["./x.js", "apps/a/x.tsx"],
    [".", "apps/a/index.ts"],
    ["../b/src/y", "apps/b/src/y.ts"],
    ["@c/deep", "libs/c/deep.ts"],
    ["@c", "libs/c/index.ts"],
    ["@acme/b", "apps/b/package.json"],
    ["@acme/b/y", "apps/b/src/y.ts"],
    ["#apps/faq", "apps/faq/contract.ts"],
    ["#apps/nobody", undefined],
    ["react", undefined],
    ["./gone", undefined],
  ];
  for (const [from, to] of cases) assert.equal(resolve("apps/a/index.ts", from), to, from);
});

const withPaths = (paths: Record<string, string[]>) =>
  JSON.stringify({ compilerOptions: { paths } });

test("of several patterns the most specific one counts, and of several parents the last one", () => {
  const files = new Set(["libs/ui/a.ts", "libs/all/ui/a.ts", "libs/all/b.ts", "exact.ts"]);
  const configuration = readConfiguration(
    new Map([
      ["tsconfig.old.json", withPaths({ "@lib/*": ["nowhere/*"] })],
      [
        "tsconfig.base.json",
        withPaths({
          "@lib/*": ["libs/all/*"],
          "@lib/ui/*": ["libs/ui/*"],
          "@lib/ui/exact": ["exact.ts"],
        }),
      ],
      [
        "tsconfig.json",
        '{ "extends": ["./tsconfig.old.json", "./tsconfig.base.json", "@tsconfig/node24"] }',
      ],
    ]),
  );
  const resolve = resolver(files, configuration);
  assert.equal(resolve("main.ts", "@lib/ui/a"), "libs/ui/a.ts");
  assert.equal(resolve("main.ts", "@lib/ui/exact"), "exact.ts");
  assert.equal(resolve("main.ts", "@lib/b"), "libs/all/b.ts");
});

test("what a tsconfig extends is overridden key by key, and may be a package", () => {
  const files = new Set([
    "libs/a.ts",
    "web/libs/a.ts",
    "api/src/b.ts",
    "ui/kit/c.ts",
    "api/libs/a.ts",
  ]);
  const configuration = readConfiguration(
    new Map([
      [
        "tsconfig.base.json",
        '{ "compilerOptions": { "baseUrl": ".", "paths": { "@lib/*": ["libs/*"] } } }',
      ],
      // Paths are counted from the baseUrl that counts.
      [
        "web/tsconfig.json",
        '{ "extends": "../tsconfig.base", "compilerOptions": { "baseUrl": "./" } }',
      ],
      ["config/package.json", '{ "name": "@acme/config" }'],
      ["config/tsconfig.json", withPaths({ "~/*": ["${configDir}/src/*"] })],
      ["api/tsconfig.json", '{ "extends": "@acme/config" }'],
      [
        "ui/tsconfig.json",
        '{ "extends": ["../tsconfig.base.json", "@acme/config/tsconfig.json", "@gone/x"] }',
      ],
      ["bad/tsconfig.json", "{ <<<<<<< }"],
    ]),
  );
  const resolve = resolver(files, configuration);
  assert.equal(resolve("web/x.ts", "@lib/a"), "web/libs/a.ts");
  assert.equal(resolve("api/x.ts", "~/b"), "api/src/b.ts");
  assert.equal(resolve("ui/x.ts", "@lib/a"), "libs/a.ts");
  assert.equal(resolve("ui/x.ts", "kit/c"), undefined);
  assert.deepEqual(configuration.broken, ["bad/tsconfig.json"]);
});

test("which file a package means is what its exports say, where that is a source", () => {
  const files = new Set([
    "lib/src/main.ts",
    "lib/src/orders/api.ts",
    "lib/src/users/api.ts",
    "one/src/x.mts",
  ]);
  const exports = {
    ".": { types: "./dist/main.d.ts", default: { import: "./src/main.ts" } },
    "./*": ["./dist/*.js", "./src/*/api.ts"],
    "./hidden": null,
  };
  const configuration = readConfiguration(
    new Map([
      ["lib/package.json", JSON.stringify({ name: "lib", exports })],
      ["one/package.json", '{ "name": "@a/one", "exports": "./src/x.mts" }'],
      [
        "deep/package.json",
        `{ "name": "deep", "exports": ${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)} }`,
      ],
    ]),
  );
  const resolve = resolver(files, configuration);
  assert.equal(resolve("x.ts", "lib"), "lib/src/main.ts");
  assert.equal(resolve("x.ts", "lib/orders"), "lib/src/orders/api.ts");
  assert.equal(resolve("x.ts", "lib/gone"), "lib/package.json");
  assert.equal(resolve("x.ts", "@a/one"), "one/src/x.mts");
  assert.equal(resolve("x.ts", "deep"), "deep/package.json");
});

test("configuration that never ends is given up in no time", () => {
  const half = 450_000;
  const began = performance.now();
  const { broken } = readConfiguration(
    new Map([
      ["a/package.json", '\\"'.repeat(half)],
      ["b/package.json", "/* ".repeat(half / 2)],
      ["c/package.json", `{"imports":${'{"#a":'.repeat(half / 6)}`],
    ]),
  );
  assert.ok(performance.now() - began < 2000);
  assert.equal(broken.length, 2); // of the comment nothing is left
});

test("what many files of tsconfig extend is read once", () => {
  const levels = Array.from({ length: 12 }, (_, level) => level);
  const all = (level: number) =>
    Array.from({ length: 8 }, (_, index) => `tsconfig.${level}.${index}.json`);
  const texts = levels.flatMap((level) =>
    all(level).map((file): [string, string] => [
      file,
      JSON.stringify({ extends: all(level + 1).map((parent) => `./${parent}`) }),
    ]),
  );
  const circle: [string, string][] = [
    ["a/tsconfig.json", '{ "extends": "./tsconfig.b.json" }'],
    ["a/tsconfig.b.json", '{ "extends": "./tsconfig.json" }'],
  ];
  const began = performance.now();
  const { paths } = readConfiguration(
    new Map([...texts, ...circle, ["tsconfig.12.0.json", withPaths({ "@lib/*": ["lib/*"] })]]),
  );
  assert.ok(performance.now() - began < 2000);
  assert.deepEqual([...paths.keys()], [""]);
  assert.equal(paths.get("")?.length, 1);
});
