/** How fast a table gives its rows away, and what is left behind when that was long enough. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { copyRate } from "../../src/extract/plan/rate.ts";
import { tablesOf } from "../../src/extract/verify/catalog.ts";
import { APP, openSides } from "./two-sides.ts";

test("a table that is longer than is measured leaves no session that still reads it", async () => {
  const { from, drop } = await openSides();
  try {
    await from.own`create table pages (id int primary key, numbers int[])`;
    // Little on the disk, because it is compressed, and seconds to read.
    await from.own`insert into pages
      select n, array_fill(n, array[1000000]) from generate_series(1, 60) n`;
    const found = await tablesOf(from.sql, APP);
    const tables = found.map((table) => ({ ...table, bytes: table.name === "pages" ? 1e9 : 0 }));
    const rate = await copyRate({ ownerUrl: from.ownerUrl, app: APP, tables });
    assert.equal(rate.from, "measured");
    await sleep(1_000);
    const left = await from.sql`select query from pg_stat_activity
      where datname = current_database() and state = 'active' and query like 'COPY %'`;
    assert.deepEqual([...left], []);
  } finally {
    await drop();
  }
});
