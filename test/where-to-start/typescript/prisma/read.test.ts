/** Which unit has a model, where one schema is for all, and which schema is meant. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf, tiny } from "../reports.ts";

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
      "this.prisma.order.create({}); await this.prisma.user\n.findMany(); prisma.$transaction([this.prisma.user.count()]); this.prisma.user.findFirst()",
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
