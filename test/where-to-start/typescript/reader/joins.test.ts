/** Tables that code names as texts, and what models call theirs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPrisma } from "../../../../src/where-to-start/typescript/prisma/read.ts";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";

const tablesOf = (text: string) =>
  readTypeScript("a.ts", text).hidden.map(({ kind, what, line }) => `${line} ${kind} ${what}`);

const modelsOf = (text: string) =>
  readTypeScript("a.ts", text).models.map(({ name, table }) => `${name} ${table}`);

test("tables in SQL are found where it is written, in a call, a variable, a tag or in pieces", () => {
  const text = `const a = db.raw("SELECT * FROM orders o JOIN public.users u ON u.id = o.user_id");
const b = prisma.$queryRaw\`select * from orders as o, "Mails" m where id = \${id}\`;
const c = "SELECT a " +
  "FROM users WHERE name = '" + name + "' AND text = 'from mails'";
const d = sql\`
  WITH recent (id) AS (SELECT 1), old AS MATERIALIZED (SELECT 2)
  SELECT * FROM recent LEFT JOIN old ON 1 JOIN shops ON 1 -- FROM gone
  /* FROM lost\`;
const e = ["UPDATE users SET name = ?", "INSERT INTO mails(to) VALUES (?)", "delete from shops where 1"];
const f = query.joinRaw("LEFT OUTER JOIN users ON 1").where(literal("(SELECT id FROM shops)"));
`;
  assert.deepEqual(tablesOf(text), [
    "1 join orders",
    "1 join public.users",
    "2 join orders",
    "2 join Mails",
    "3 join users",
    "5 join shops",
    "9 join users",
    "9 join mails",
    "9 join shops",
    "10 join users",
    "10 join shops",
  ]);
});

test("prose, what is computed, functions and comments name no table", () => {
  const text = `// const gone = "SELECT * FROM users";
const a = ["Select one from users", "Update users now", "with users from here", "it is from users"];
const b = \`SELECT * FROM \${prefix}users JOIN mails\${year} ON 1\`;
const c = "SELECT * FROM unnest(users)";
import { d } from "./join users";
`;
  assert.deepEqual(tablesOf(text), []);
});

test("query builders name tables; paths, lists, buffers and relations are none", () => {
  const text = `const a = knex("orders as o").leftJoin("users as u", "u.id", "o.user_id");
const b = db.from("mails").join({ s: "shops" }, "s.id", "mails.shop_id");
const c = db.selectFrom("orders").innerJoin("users", (join) => join.onRef("users.id", "=", "orders.id"));
const d = trx("users").join("shops", function () { this.on("a.b", "c.d"); });
const e = path.join("users", "a.js"), f = list.join("users"), g = Buffer.from("users");
const h = rows.createQueryBuilder("o").leftJoinAndSelect("o.users", "users").leftJoin("o.shops", "s", "s.id = 1");
const i = rows.createQueryBuilder("o").innerJoin("app_users", "u", "u.id = o.userId");
const j = join("users", () => 1), k = users("users");
`;
  assert.deepEqual(tablesOf(text), [
    "1 join users",
    "1 model by name table orders",
    "2 join shops",
    "2 model by name table mails",
    "3 join users",
    "3 model by name table orders",
    "4 join shops",
    "4 model by name table users",
    "7 join app_users",
  ]);
});

test("a model says what its table is called, or is called by the rules of its library", () => {
  assert.deepEqual(
    modelsOf(`@Entity("app_users") class User {}
@Entity({ name: "mails", schema: "post" }) class Mail {}
@Entity({ tableName: "shops" }) class Shop {}
@Entity() class UserProfile {}
@ChildEntity() class Admin {}
const letters = pgTable("all_letters", { id: integer() });
`),
    [
      "User app_users",
      "Mail mails",
      "Shop shops",
      "UserProfile user_profile",
      "Admin undefined",
      "letters all_letters",
    ],
  );
  const { models } = readPrisma(
    "schema.prisma",
    `model User {
  id Int @id
  @@map("app_users")
}
model Mail {
  id Int @id
  @@map(name: "mails") // @@map("gone")
}
model Shop {
  id Int @id
}
`,
  );
  assert.deepEqual(
    models.map(({ name, table }) => `${name} ${table}`),
    ["User app_users", "Mail mails", "Shop Shop"],
  );
});

test("SQL that is made to be slow is read at once", () => {
  const hostile = [
    `"SELECT ${"/*".repeat(200_000)}"`,
    `"SELECT ${"a (".repeat(200_000)}"`,
    `"SELECT FROM ${"a, ".repeat(200_000)}"`,
    `"SELECT FROM a${" ".repeat(400_000)}from"`,
    `"SELECT ${"from ".repeat(200_000)}"`,
    `"WITH ${"x".repeat(400_000)}"`,
    `x${".leftJoin".repeat(100_000)}("a")`,
    `const a = ${'"SELECT a FROM b" + '.repeat(2000)} x`,
    `"${'"SELECT '.repeat(50_000)}`,
  ];
  const start = performance.now();
  for (const text of hostile.slice(0, 6)) readTypeScript("a.ts", `const a = ${text};`);
  for (const text of hostile.slice(7)) readTypeScript("a.ts", text);
  assert.ok(performance.now() - start < 5000);
});
