import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TransactionSql } from "postgres";
import type { Verified } from "../../src/extract/types.ts";
import { verify, verifySnapshots } from "../../src/extract/verify/verify.ts";
import { APP, openSides, type TwoSides } from "./two-sides.ts";

let sides: TwoSides;

beforeEach(async () => {
  sides = await openSides();
  await sides.both(`CREATE TABLE entries (
    id int, part text, title text, price numeric, data json, at timestamptz, ratio float8, PRIMARY KEY (part, id))`);
  // Stored in another order over there.
  const fill = (order: string) => `insert into entries
    select n, 'p' || n % 7, 'title ' || n, n * 1.10, '{"n": 1}', '2026-01-01 00:00+00'::timestamptz + n * interval '1 s', n / 3.0
    from generate_series(1, 3000) n order by ${order}`;
  await sides.from.own.unsafe(fill("n"));
  await sides.to.own.unsafe(fill("n * 7919 % 3001"));
});

afterEach(() => sides.drop());

/** Sessions that write values differently, as two servers with other defaults would. */
function inSnapshots(): Promise<Verified> {
  const mode = "isolation level repeatable read read only";
  return sides.from.sql.begin(mode, (from) =>
    sides.to.sql.begin(mode, async (to) => {
      await to`set local datestyle to 'German'`;
      await to`set local timezone to 'Asia/Kathmandu'`;
      await to`set local extra_float_digits to 0`;
      return verifySnapshots({ app: APP, from, to });
    }),
  ) as Promise<Verified>;
}

function differences({ tables }: Verified): Record<string, readonly string[]> {
  const found = tables.filter((table) => table.different.length > 0);
  return Object.fromEntries(found.map(({ table, different }) => [table, different.toSorted()]));
}

test("two sides are the same where their rows are, in whatever order they lie", async () => {
  const verified = await inSnapshots();
  assert.equal(verified.different, 0);
  const entries = verified.tables.find(({ table }) => table === "entries");
  assert.deepEqual(entries, {
    table: "entries",
    holderRows: 3000,
    followerRows: 3000,
    different: [],
  });
  assert.ok(verified.tables.some(({ table }) => table === "idempotency_keys"));
});

const planted: Readonly<Record<string, { statement: string; key: string }>> = {
  "a missing row": { statement: "delete from entries where id = 8", key: "p1, 8" },
  "an extra row": { statement: "insert into entries (id, part) values (1, 'new')", key: "new, 1" },
  "a changed value": { statement: "update entries set title = 'x' where id = 9", key: "p2, 9" },
  "NULL against an empty text": {
    statement: "update entries set title = '' where id = 0",
    key: "null, 0",
  },
  "another scale of a number": {
    statement: "update entries set price = 11.0 where id = 10",
    key: "p3, 10",
  },
  "another text of the same JSON": {
    statement: `update entries set data = '{"n":1}' where id = 11`,
    key: "p4, 11",
  },
  "the last bit of a float": {
    statement: "update entries set ratio = ratio * (1 + 2.3e-16) where id = 12",
    key: "p5, 12",
  },
  "a microsecond": {
    statement: "update entries set at = at + interval '1 us' where id = 13",
    key: "p6, 13",
  },
};

test("each kind of difference is found, with the key of its row", async () => {
  await sides.both("insert into entries (id, part, title) values (0, 'null', NULL)");
  assert.equal((await inSnapshots()).different, 0);
  for (const [name, { statement, key }] of Object.entries(planted)) {
    const undo = new Error("undo");
    const work = async (to: TransactionSql) => {
      await to.unsafe(statement);
      const verified = (await sides.from.sql.begin("isolation level repeatable read", (from) =>
        verifySnapshots({ app: APP, from, to }),
      )) as Verified;
      assert.deepEqual(differences(verified), { entries: [key] }, name);
      assert.equal(verified.different, 1, name);
      throw undo;
    };
    await assert.rejects(sides.to.own.begin("isolation level repeatable read", work), undo);
  }
});

test("rows that differ all over are counted, and the first are named", async () => {
  await sides.to.own`update entries set title = 'x' where id > 1000`;
  const verified = await inSnapshots();
  assert.equal(verified.different, 2000);
  assert.equal(verified.tables.find(({ table }) => table === "entries")?.different.length, 10);
});

test("two values that change places between rows, or rows that are twice there, are found", async () => {
  await sides.both("create table loose (a text, b text)");
  await sides.from.own`insert into loose values ('x', 'y'), ('x', 'y'), ('', NULL)`;
  await sides.to.own`insert into loose values ('x', 'y'), ('', NULL), (NULL, '')`;
  await sides.to
    .own`update entries e set title = o.title from entries o where (e.id, o.id) in ((1, 2), (2, 1))`;
  const verified = await inSnapshots();
  assert.equal(differences(verified)["loose"]?.length, 2);
  assert.deepEqual(differences(verified)["entries"], ["p1, 1", "p2, 2"]);
});

test("a table that one side does not have counts with all its rows", async () => {
  await sides.to.own`drop table entries`;
  const verified = await inSnapshots();
  assert.equal(verified.different, 3000);
});

test("while people write, what has not arrived yet is no difference, and what is one stays one", async () => {
  await sides.follow();
  await sides.to.own`update entries set title = 'rogue' where id = 77`;
  let isOver = false;
  let writes = 0;
  const write = async () => {
    while (!isOver) {
      // Half of all writes go to one row.
      const id = writes % 2 === 0 ? 500 : 1 + ((writes * 31) % 70);
      await sides.from.own`update entries set title = ${`w${writes}`} where id = ${id}`;
      await sides.from.own`insert into entries (id, part) values (${1_000_000 + writes}, 'new')`;
      writes += 1;
    }
  };
  const writers = write();
  await sleep(200);
  const { from, to } = sides;
  const verified = await verify({ app: APP, from, to });
  isOver = true;
  await writers;
  assert.ok(writes > 50, `${writes} writes`);
  assert.equal(verified.of, "running");
  assert.deepEqual(differences(verified), { entries: ["p0, 77"] });
  const [markers] = await from.own`select count(*)::int as rows from move_markers`;
  assert.equal(markers?.["rows"], 0);
});

test("a follower that does not follow cannot be compared while people write", async () => {
  const { from, to } = sides;
  await assert.rejects(verify({ app: APP, from, to, arrivalMs: 100 }), {
    code: "MoveRefused",
    message: /did not arrive within 0\.1 s/,
  });
});
