import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { copyRows } from "../../src/extract/copy.ts";
import type { Progress } from "../../src/extract/types.ts";
import { APP, openSides, type TwoSides } from "./two-sides.ts";

let sides: TwoSides;

beforeEach(async () => {
  sides = await openSides();
});

afterEach(() => sides.drop());

/** Tables in an order of names in which no foreign key could be kept. */
async function plant(): Promise<void> {
  const { both, from, to } = sides;
  await both(`CREATE TYPE mood AS ENUM ('good', 'bad')`);
  await both(`CREATE TABLE orders (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
    shown text GENERATED ALWAYS AS (upper(name)) STORED, moods mood[], at timestamptz DEFAULT now(), price numeric)`);
  await both(
    `CREATE TABLE lines (id bigint PRIMARY KEY, "order" int REFERENCES orders, "a ""b" json)`,
  );
  await both(`CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO shop.counted DEFAULT VALUES; RETURN NULL; END $$`);
  await both(`CREATE TABLE counted (id bigint GENERATED ALWAYS AS IDENTITY)`);
  await both(
    `CREATE TRIGGER counts AFTER INSERT ON lines FOR EACH ROW EXECUTE FUNCTION count_it()`,
  );
  await both(`CREATE SEQUENCE down INCREMENT -1`);
  await from.own`insert into orders (name, moods, price)
    select 'order ' || n, '{good,bad}', n * 1.10 from generate_series(1, 2000) n`;
  await from.own`insert into lines select n, n, '{"a":  1}' from generate_series(1, 1500) n`;
  await from.own`select nextval('down'), nextval('down')`;
  // What lies there already goes.
  await to.own`insert into orders (name) values ('stale')`;
}

const digest = (table: string) =>
  `SELECT count(*)::int AS rows, md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) AS md5 FROM shop.${table} t`;

async function expectSame(): Promise<void> {
  for (const table of ["orders", "lines", "counted", "migrations"]) {
    const [one] = await sides.from.sql.unsafe(digest(table));
    const [other] = await sides.to.sql.unsafe(digest(table));
    assert.deepEqual({ ...other }, { ...one }, table);
  }
}

test("all rows of an app are copied as they are, and triggers do not fire again", async () => {
  await plant();
  const told: Progress[] = [];
  const copied = await copyRows({ app: APP, ...sides, say: (progress) => told.push(progress) });
  await expectSame();
  assert.equal(copied.rows, 2000 + 1500 + 1500);
  assert.deepEqual(told.at(-1), { step: "copy", done: 5000, total: 5000 });
});

test("sequences go on where they were, and are never lowered", async () => {
  await plant();
  await sides.to.own`select setval('counted_id_seq', 9999)`;
  await copyRows({ app: APP, ...sides });
  const [order] = await sides.to.own`insert into orders (name) values ('next') returning id`;
  assert.equal(order?.["id"], 2001);
  const [found] = await sides.to
    .own`select nextval('down')::int as down, nextval('counted_id_seq')::int as up`;
  assert.deepEqual({ ...found }, { down: -3, up: 10_000 });
});

test("an owner without rights over replication copies in the order of the foreign keys", async () => {
  await plant();
  const { to } = sides;
  const boss = `boss_${process.pid}`;
  await to.sql.unsafe(`CREATE ROLE ${boss} LOGIN PASSWORD 'secret' IN ROLE "${await roleIn(to)}"`);
  const url = new URL(to.ownerUrl);
  [url.username, url.password] = [boss, "secret"];
  try {
    await to.sql.unsafe(`GRANT CONNECT ON DATABASE "${url.pathname.slice(1)}" TO ${boss}`);
    await copyRows({ app: APP, from: sides.from, to: { ownerUrl: url.href } });
    await expectSame();
    const [trigger] =
      await to.sql`select tgenabled as enabled from pg_trigger where tgname = 'counts'`;
    assert.equal(trigger?.["enabled"], "O");
  } finally {
    await to.sql.unsafe(`DROP OWNED BY ${boss}`);
    await to.sql.unsafe(`DROP ROLE ${boss}`);
  }
});

async function roleIn({ sql }: TwoSides["to"]): Promise<string> {
  const [row] =
    await sql`select nspowner::regrole::text as role from pg_namespace where nspname = ${APP}`;
  return String(row?.["role"]).replaceAll('"', "");
}

test(
  "a row that is refused is said in PostgreSQL's words, and nothing has changed",
  { timeout: 20_000 },
  async () => {
    await plant();
    await sides.to.own`alter table orders add check (price < 100)`;
    await assert.rejects(copyRows({ app: APP, ...sides }), { code: "23514" });
    const names = await sides.to.own`select name from orders`;
    assert.deepEqual(
      names.map(({ name }) => name),
      ["stale"],
    );
  },
);

test("a copy that is broken off changes nothing", { timeout: 20_000 }, async () => {
  await plant();
  const stop = new AbortController();
  const say = ({ note }: Progress) => {
    if (note === "orders") stop.abort();
  };
  await assert.rejects(copyRows({ app: APP, ...sides, say, signal: stop.signal }), {
    name: "AbortError",
  });
  const names = await sides.to.own`select name from orders`;
  assert.deepEqual(
    names.map(({ name }) => name),
    ["stale"],
  );
});

test(
  "tables whose last rows come all at once do not stop a copy",
  { timeout: 60_000 },
  async () => {
    const { both, from } = sides;
    // More than a stream takes at once, and little enough to come in one piece with the end.
    for (let size = 64; size <= 160; size += 4) {
      await both(`CREATE TABLE t${size} (id int PRIMARY KEY, body text)`);
      await from.own.unsafe(
        `INSERT INTO t${size} SELECT n, repeat('x', 1000) FROM generate_series(1, ${size}) n`,
      );
    }
    for (let round = 0; round < 2; round += 1) {
      const copied = await copyRows({ app: APP, ...sides });
      assert.equal(copied.tables >= 25, true);
    }
  },
);
