/** What PostgreSQL knows of the tables of an app: read before rows are copied, and before they are compared. */
import type { Sql } from "postgres";
import { quoted } from "../../data/identifier.ts";
import { literal } from "../tables.ts";

/** What a question is put to: a pool, a session, or an open transaction. */
export type Asked = Pick<Sql, "unsafe">;

export interface Column {
  readonly name: string;
  /** As PostgreSQL writes it: `character varying(20)`. */
  readonly type: string;
  /** PostgreSQL computes it: it is never written. */
  readonly generated: boolean;
  /** Whether its binary form holds no numbers of types, which are others in another database. */
  readonly portable: boolean;
}

/** An ordinary table; of a partitioned table, each partition. */
export interface Table {
  readonly name: string;
  /** In the order of their names. */
  readonly columns: readonly Column[];
  /** The columns of the primary key; none where there is no such key. */
  readonly key: readonly string[];
  /** As the last ANALYZE has counted; else counted now where the table is small, and guessed where it is large. */
  readonly rows: number;
  /** With what lies beside it, without indexes. */
  readonly bytes: number;
  /** Of the table's own file: the numbers of its pages end here. */
  readonly pages: number;
}

/** Of a large table that was never analyzed: a row of a few numbers and a short text. */
const ROW_BYTES = 120;

/** What is counted in some milliseconds. */
const COUNTED_PAGES_MAX = 1000;

/** The tables of an app, in the order of their names. */
export async function tablesOf(sql: Asked, app: string): Promise<readonly Table[]> {
  const rows = await sql.unsafe<
    (Omit<Table, "key"> & { key: string[] | null; counted: boolean })[]
  >(
    `SELECT c.relname AS name, coalesce(columns, '[]') AS columns, key,
       c.reltuples >= 0 AS counted,
       CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE round(pg_table_size(c.oid) / ${ROW_BYTES}.0) END::float8 AS rows,
       pg_table_size(c.oid)::float8 AS bytes,
       (pg_relation_size(c.oid) / current_setting('block_size')::int)::float8 AS pages
     FROM pg_class c,
       LATERAL (SELECT json_agg(json_build_object(
           'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
           'generated', a.attgenerated <> '',
           'portable', t.typnamespace = 'pg_catalog'::regnamespace) ORDER BY a.attname) AS columns
         FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS of_columns,
       LATERAL (SELECT json_agg(a.attname ORDER BY k.place) AS key
         FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place), pg_attribute a
         WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum) AS of_key
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' ORDER BY c.relname`,
    [quoted(app)],
  );
  const small = rows.filter(({ counted, pages }) => !counted && pages <= COUNTED_PAGES_MAX);
  const counts = await countsOf(sql, app, small);
  return rows.map(({ name, columns, key, rows: guessed, bytes, pages }) =>
    Object.freeze({
      name,
      columns,
      key: key ?? [],
      rows: counts.get(name) ?? guessed,
      bytes,
      pages,
    }),
  );
}

async function countsOf(
  sql: Asked,
  app: string,
  tables: readonly Pick<Table, "name">[],
): Promise<ReadonlyMap<string, number>> {
  if (tables.length === 0) return new Map();
  const counted = await sql.unsafe<{ name: string; rows: number }[]>(
    tables
      .map(
        ({ name }) =>
          `SELECT ${literal(name)} AS name, count(*)::float8 AS rows FROM ${nameOf(app, name)}`,
      )
      .join(" UNION ALL "),
  );
  return new Map(counted.map(({ name, rows }) => [name, rows]));
}

/** The quoted name, with the schema. */
export function nameOf(app: string, table: string): string {
  return `${quoted(app)}.${quoted(table)}`;
}
