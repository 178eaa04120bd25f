import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { schemaDifference } from "../../src/extract/verify/schema.ts";
import { APP, openSides, type TwoSides } from "./two-sides.ts";

let sides: TwoSides;

beforeEach(async () => {
  sides = await openSides();
  await sides.both(`CREATE TYPE mood AS ENUM ('good', 'bad')`);
  await sides.both(`CREATE TABLE entries (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL DEFAULT 'none', price numeric(10, 2), feels mood)`);
  await sides.both(`CREATE INDEX entries_title ON entries (title)`);
});

afterEach(() => sides.drop());

test("sides that were migrated alike do not differ", async () => {
  assert.deepEqual(await schemaDifference({ app: APP, ...sides }), []);
});

test("each difference of the form is told in words", async () => {
  const { to, from } = sides;
  await to.own`alter table entries alter title type varchar(20)`;
  await to.own`alter table entries alter price type numeric(12, 2)`;
  await to.own`alter table entries alter feels set not null`;
  await to.own`alter table entries alter title set default 'other'`;
  await to.own`alter table entries drop constraint entries_pkey`;
  await to.own`drop index entries_title`;
  await from.own`alter table entries add note text`;
  await from.own`alter table entries add constraint positive check (price > 0)`;
  await from.own`create table more (id int primary key, a text)`;
  await to.own`create table rest (id int)`;
  assert.deepEqual(await schemaDifference({ app: APP, from, to }), [
    "column entries.feels: shop.mood (project), shop.mood NOT NULL (service)",
    "column entries.note is on the side of the project only",
    "column entries.price: numeric(10,2) (project), numeric(12,2) (service)",
    "column entries.title: text NOT NULL DEFAULT 'none'::text (project), " +
      "character varying(20) NOT NULL DEFAULT 'other'::character varying (service)",
    "constraint entries.positive is on the side of the project only",
    "index entries.entries_title is on the side of the project only",
    "primary key entries.entries_pkey is on the side of the project only",
    "table more is on the side of the project only",
    "table rest is on the side of the service only",
  ]);
});
