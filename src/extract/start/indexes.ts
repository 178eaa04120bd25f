/**
 * A follower without indexes takes rows faster: an index that is made at the end is sorted once. Only those that
 * nothing depends on are dropped: replication finds rows by their primary keys.
 */
import { quoted } from "../../data/identifier.ts";
import type { Course } from "../course.ts";
import { altering } from "../fence.ts";
import type { OpenSide } from "../sides.ts";
import { nameIn } from "../tables.ts";
import type { MoveInfo } from "../types.ts";

type Indexes = NonNullable<MoveInfo["indexes"]>;

/** Smaller tables are copied before it could be felt. */
const WORTHWHILE_BYTES = 8 * 1024 * 1024;

/** They are written down first, so that a command that dies cannot lose them. */
export async function dropIndexes(
  { app, journal, at }: Course,
  holder: OpenSide,
  follower: OpenSide,
): Promise<void> {
  const known = (await journal.read())?.info.indexes ?? [];
  const found = await secondaryOf(follower, await largeTables(holder));
  const indexes = [...known, ...found.filter(({ name }) => !known.some((k) => k.name === name))];
  await journal.change({ info: { indexes } });
  for (const { name } of found) {
    await altering(follower.sql, [`DROP INDEX IF EXISTS ${nameIn(app, name)}`]);
  }
  await at("start: indexes dropped");
}

/** Makes those that are missing. */
export async function makeIndexes({ app, journal, say }: Course, { sql }: OpenSide): Promise<void> {
  const { indexes = [] } = (await journal.read())?.info ?? {};
  for (const [done, { name, definition }] of indexes.entries()) {
    say({ step: "index", note: name, done, total: indexes.length });
    const [found] = await sql`select from pg_class where oid = to_regclass(${nameIn(app, name)})`;
    if (found === undefined) await altering(sql, [`SET LOCAL lock_timeout = 0`, definition]);
  }
  await journal.change({ info: { indexes: null } });
}

async function largeTables({ app, sql }: OpenSide): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = to_regnamespace(${quoted(app)}) and relkind = 'r'
      and pg_table_size(oid) >= ${WORTHWHILE_BYTES}`;
  return rows.map(({ name }) => name);
}

async function secondaryOf({ app, sql }: OpenSide, tables: readonly string[]): Promise<Indexes> {
  const rows = await sql<{ name: string; definition: string }[]>`
    select i.relname as name, pg_get_indexdef(i.oid) as definition
    from pg_index x join pg_class i on i.oid = indexrelid join pg_class c on c.oid = indrelid
    where c.relnamespace = to_regnamespace(${quoted(app)}) and c.relkind = 'r' and c.relname in ${sql(["", ...tables])}
      and not indisprimary and not indisreplident and indisvalid
      and not exists (select from pg_constraint where conindid = indexrelid)
      and not exists (select from pg_inherits where inhrelid = indexrelid)`;
  return rows.map((row) => ({ ...row }));
}
