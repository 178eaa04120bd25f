/** Which unit a table leads to that code names as a text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report } from "../../../../src/where-to-start/types/report.ts";
import { whereToStart } from "../../../../src/where-to-start/where-to-start.ts";
import { written } from "../../repository.ts";

async function joinsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { report } = await whereToStart(written({ "package.json": "{}", ...files }), {
    units: ["src/*"],
  });
  return cutsOf(report);
}

function cutsOf({ units }: Report): string[] {
  return units
    .flatMap(({ name, cuts }) =>
      cuts
        .filter(({ direction, kind }) => direction === "out" && /join|model by name/.test(kind))
        .map(({ unit, kind, what, line }) => `${name}:${line} ${kind} ${unit} ${what}`),
    )
    .toSorted();
}

const query = (...tables: string[]) =>
  tables.map((table, index) => `const q${index} = "SELECT * FROM ${table}";\n`).join("");

test("a table is of the unit whose model says so, whatever the letters and the schema", async () => {
  const joins = await joinsOf({
    "src/users/user.ts": `@Entity("app_users") export class User {}\n@Entity() export class UserProfile {}\n`,
    "src/mails/mail.ts": `export const letters = pgTable("letters", {});\n`,
    "src/orders/orders.ts": query("APP_USERS", "public.user_profile", "letters", "User", "gone"),
    "src/users/own.ts": query("app_users"),
    "src/orders/orders.test.ts": query("letters"),
  });
  assert.deepEqual(joins, [
    "orders:1 join users APP_USERS",
    "orders:2 join users public.user_profile",
    "orders:3 join mails letters",
  ]);
});

test("a table that two units declare leads to neither", async () => {
  const user = `@Entity("users") export class User {}\n`;
  const joins = await joinsOf({
    "src/users/user.ts": user,
    "src/people/user.ts": user,
    "src/orders/orders.ts": query("users"),
  });
  assert.deepEqual(joins, []);
});

test("a table that no model declares is of the unit that is called so and asks it itself", async () => {
  const ask = (name: string) => `export const all = () => db("${name}").where({ id: 1 });\n`;
  const joins = await joinsOf({
    "src/users/users.js": ask("users"),
    "src/orders/orders.js": `${ask("orders")}${query("users", "mails")}`,
    "src/mails/mails.js": ask("users"),
  });
  assert.deepEqual(joins, ["mails:1 model by name users table users", "orders:2 join users users"]);
});

test("a table of Prisma is of the unit that its model was given to, by its name in the database", async () => {
  const joins = await joinsOf({
    "prisma/schema.prisma": `model User {\n  id Int @id\n  @@map("app_users")\n}\n`,
    "src/users/users.ts": `prisma.user.create({ data: {} });\n`,
    "src/orders/orders.ts": "prisma.$queryRaw`SELECT 1 FROM app_users`;\n",
  });
  assert.deepEqual(joins, ["orders:1 join users app_users"]);
});
