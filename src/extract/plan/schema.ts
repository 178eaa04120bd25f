/** What the schema of an app has that would not go along, or that holds on to what stays: one question each. */
import type { Asked } from "../verify/catalog.ts";
import { check, type Check, found, type PlanFinding } from "./check.ts";

interface Answer {
  readonly where: string;
  /** What it is about: another table, a type, a function. */
  readonly other: string;
}

export interface SchemaCheck extends Check {
  /** `$1` is the name of the schema. Answers rows of `where` and `other`. */
  readonly question: string;
  readonly tell: (answer: Answer) => { readonly what: string; readonly fix: string };
}

function ask(kind: Check, question: string, tell: SchemaCheck["tell"]): SchemaCheck {
  return Object.freeze({ ...kind, question, tell });
}

const KEEP_ID = "Keep the row's id in a plain column, and call the other app.";
/** Of the schema, and not of it. PostgreSQL's own are nobody's. */
const OURS = "n.nspname = $1";
const isForeign = (schema: string): string =>
  `${schema} <> $1 AND ${schema} NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`;
const isPlain = (object: string, catalog: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '${catalog}'::regclass AND x.objid = ${object} AND x.deptype = 'e')`;
const TABLES = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace";
const COLUMNS = `${TABLES} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')`;

/** In this order they are told. */
export const schemaChecks: readonly SchemaCheck[] = Object.freeze([
  ask(
    check("border.keyOut", "blocker", "A foreign key leads out of the app's schema."),
    `SELECT c.relname || '.' || o.conname AS where, o.confrelid::regclass::text AS other
     FROM pg_constraint o JOIN ${TABLES} ON c.oid = o.conrelid
       JOIN pg_class t ON t.oid = o.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
     WHERE o.contype = 'f' AND ${OURS} AND tn.nspname <> $1 AND o.conparentid = 0`,
    ({ other }) => ({
      what: `a foreign key leads to ${other}`,
      fix: `Drop the constraint. ${KEEP_ID}`,
    }),
  ),
  ask(
    check("border.keyIn", "blocker", "A foreign key of others leads into the app's schema."),
    `SELECT c.relname AS where, o.conrelid::regclass::text || '.' || o.conname AS other
     FROM pg_constraint o JOIN ${TABLES} ON c.oid = o.confrelid
       JOIN pg_class t ON t.oid = o.conrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
     WHERE o.contype = 'f' AND ${OURS} AND tn.nspname <> $1 AND o.conparentid = 0`,
    ({ other }) => ({
      what: `the foreign key ${other} leads here`,
      fix: `Drop that constraint. ${KEEP_ID}`,
    }),
  ),
  ask(
    check("border.viewIn", "blocker", "A view or rule of others reads the app's tables."),
    `SELECT DISTINCT c.relname AS where, v.oid::regclass::text AS other
     FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
       JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace vn ON vn.oid = v.relnamespace
       JOIN ${TABLES} ON c.oid = d.refobjid
     WHERE d.refclassid = 'pg_class'::regclass AND ${OURS} AND vn.nspname <> $1`,
    ({ other }) => ({
      what: `${other} reads this table`,
      fix: "Drop it, and ask the app by its contract instead.",
    }),
  ),
  ask(
    check("border.viewOut", "blocker", "A view of the app reads what lies outside of its schema."),
    `SELECT DISTINCT v.relname AS where, t.oid::regclass::text AS other
     FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
       JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace vn ON vn.oid = v.relnamespace
       JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
     WHERE d.refclassid = 'pg_class'::regclass AND vn.nspname = $1 AND ${isForeign("tn.nspname")}`,
    ({ other }) => ({ what: `it reads ${other}`, fix: "Drop the view, and call the other app." }),
  ),
  ask(
    check("border.function", "warning", "A function of others names the app's schema."),
    `SELECT DISTINCT n.nspname AS where, p.oid::regprocedure::text AS other
     FROM pg_proc p JOIN pg_namespace pn ON pn.oid = p.pronamespace, pg_namespace n
     WHERE ${OURS} AND ${isForeign("pn.nspname")} AND pn.nspname <> 'marcot'
       AND p.prosrc ~ ('\\m"?' || regexp_replace($1, '([^a-z0-9])', '\\\\\\1', 'g') || '"?\\.')`,
    ({ other }) => ({
      what: `the function ${other} names this schema`,
      fix: "See whether it reads or writes tables of the app; it finds an old copy there later.",
    }),
  ),
  ask(
    check(
      "border.trigger",
      "blocker",
      "A trigger of the app calls a function outside of its schema.",
    ),
    `SELECT c.relname || '.' || t.tgname AS where, p.oid::regprocedure::text AS other
     FROM pg_trigger t JOIN ${TABLES} ON c.oid = t.tgrelid
       JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
     WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${OURS} AND ${isForeign("pn.nspname")}
       AND pn.nspname <> 'marcot' AND ${isPlain("p.oid", "pg_proc")}`,
    ({ other }) => ({
      what: `the trigger calls ${other}`,
      fix: "Move the function into the app's schema by a migration, or drop the trigger.",
    }),
  ),
  ask(
    check("border.type", "blocker", "A column is of a type outside of the app's schema."),
    `SELECT c.relname || '.' || a.attname AS where, format_type(a.atttypid, NULL) AS other
     FROM ${COLUMNS} JOIN pg_type t ON t.oid = a.atttypid
       JOIN pg_type e ON e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
       JOIN pg_namespace en ON en.oid = e.typnamespace
     WHERE ${OURS} AND ${isForeign("en.nspname")} AND ${isPlain("e.oid", "pg_type")}`,
    ({ other }) => ({
      what: `its type ${other} lies outside of the app's schema`,
      fix: "Make the type in the app's schema by a migration, and change the column to it.",
    }),
  ),
  ask(
    check(
      "border.default",
      "blocker",
      "A default or computed column needs what lies outside of the app's schema.",
    ),
    `SELECT DISTINCT c.relname || '.' || a.attname AS where,
       coalesce(p.oid::regprocedure::text, s.oid::regclass::text) AS other
     FROM ${COLUMNS} JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
       JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
       LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
       LEFT JOIN pg_class s ON d.refclassid = 'pg_class'::regclass AND s.oid = d.refobjid AND s.relkind = 'S'
       JOIN pg_namespace fn ON fn.oid = coalesce(p.pronamespace, s.relnamespace)
     WHERE ${OURS} AND ${isForeign("fn.nspname")} AND (p.oid IS NULL OR ${isPlain("p.oid", "pg_proc")})`,
    ({ other }) => ({
      what: `its value is made by ${other}`,
      fix: "Make that in the app's schema by a migration, and use it from there.",
    }),
  ),
  ask(
    check(
      "border.inheritance",
      "blocker",
      "A table inherits across the border of the app's schema.",
    ),
    `SELECT c.relname AS where, t.oid::regclass::text AS other
     FROM pg_inherits i JOIN ${TABLES} ON c.oid IN (i.inhrelid, i.inhparent)
       JOIN pg_class t ON t.oid IN (i.inhrelid, i.inhparent) AND t.oid <> c.oid
       JOIN pg_namespace tn ON tn.oid = t.relnamespace
     WHERE ${OURS} AND tn.nspname <> $1 AND c.relkind IN ('r', 'p')`,
    ({ other }) => ({
      what: `it inherits with ${other}`,
      fix: `Run ALTER TABLE … NO INHERIT, or detach the partition.`,
    }),
  ),
  ask(
    check("rows.largeObject", "blocker", "Rows may refer to large objects, which are not copied."),
    `SELECT c.relname || '.' || a.attname AS where, format_type(a.atttypid, NULL) AS other FROM ${COLUMNS}
     WHERE ${OURS} AND format_type(a.atttypid, NULL) IN ('oid', 'lo')
       AND EXISTS (SELECT FROM pg_largeobject_metadata)`,
    () => ({
      what: "the column may hold the number of a large object, and those stay behind",
      fix: "Keep the bytes in a column of type bytea; a plain number, in one of type bigint.",
    }),
  ),
  ask(
    check(
      "rows.firesTwice",
      "blocker",
      "A trigger fires for copied rows too, and so a second time.",
    ),
    `SELECT c.relname || '.' || t.tgname AS where, CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END AS other
     FROM pg_trigger t JOIN ${TABLES} ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') AND ${OURS} AND t.tgname <> 'marcot_moved'`,
    ({ other }) => ({
      what: `the trigger is enabled ${other}, so that it fires on the other side again`,
      fix: "Run ALTER TABLE … ENABLE TRIGGER for it, as triggers are by default.",
    }),
  ),
  ask(
    check(
      "rows.identity",
      "copy",
      "A table has neither a primary key nor another replica identity.",
    ),
    `SELECT c.relname AS where, '' AS other FROM ${TABLES}
     WHERE ${OURS} AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND (
       c.relreplident = 'n' OR c.relreplident IN ('d', 'i') AND NOT EXISTS (SELECT FROM pg_index i
         WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END))`,
    () => ({
      what: "its rows cannot be told apart: it has neither a primary key nor another replica identity",
      fix: "Add a primary key by a migration, or run ALTER TABLE … REPLICA IDENTITY FULL.",
    }),
  ),
  ask(
    check("rows.unlogged", "copy", "A table is unlogged: what is written to it is not replicated."),
    `SELECT c.relname AS where, '' AS other FROM ${TABLES}
     WHERE ${OURS} AND c.relkind IN ('r', 'p') AND c.relpersistence = 'u'`,
    () => ({
      what: "the table is unlogged, and not replicated",
      fix: "Run ALTER TABLE … SET LOGGED.",
    }),
  ),
  ask(
    check(
      "rows.stay",
      "warning",
      "A materialized view or foreign table has rows that are not copied.",
    ),
    `SELECT c.relname AS where, CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END AS other
     FROM ${TABLES} WHERE ${OURS} AND c.relkind IN ('m', 'f')`,
    ({ other }) => ({
      what: `the rows of a ${other} are not copied`,
      fix: "Refresh it, or connect it, on the service's side before the switch.",
    }),
  ),
  ask(
    check("rows.partitioned", "warning", "A table is partitioned."),
    `SELECT c.relname AS where, (SELECT count(*) FROM pg_inherits i WHERE i.inhparent = c.oid)::text AS other
     FROM ${TABLES} WHERE ${OURS} AND c.relkind = 'p'`,
    ({ other }) => ({
      what: `it has ${other} partitions, which are copied one by one`,
      fix: "Let migrations alone make partitions, and none while the app moves.",
    }),
  ),
  ask(
    check("rows.inherited", "warning", "Tables of the app inherit from each other."),
    `SELECT c.relname AS where, i.inhparent::regclass::text AS other
     FROM pg_inherits i JOIN ${TABLES} ON c.oid = i.inhrelid JOIN pg_class t ON t.oid = i.inhparent
     WHERE ${OURS} AND t.relkind = 'r' AND t.relnamespace = c.relnamespace`,
    ({ other }) => ({
      what: `it inherits from ${other}`,
      fix: "Nothing, as long as migrations have made both: each is copied by itself.",
    }),
  ),
  ask(
    check(
      "rows.computed",
      "warning",
      "A column is computed by PostgreSQL: it is computed again over there.",
    ),
    `SELECT c.relname || '.' || a.attname AS where, '' AS other FROM ${COLUMNS}
     WHERE ${OURS} AND a.attgenerated <> ''`,
    () => ({
      what: "the column is not copied, but computed again",
      fix: "See that its expression gives the same in both versions of PostgreSQL: `marcot extract verify` compares it.",
    }),
  ),
  ask(
    check("rows.rowSecurity", "warning", "Row security hides rows from who copies them."),
    `SELECT c.relname AS where, '' AS other FROM ${TABLES}
     WHERE ${OURS} AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND NOT EXISTS (
       SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls))`,
    () => ({
      what: "the table has row security, and the owner does not bypass it",
      fix: "Run ALTER ROLE … BYPASSRLS for the owner on both sides.",
    }),
  ),
] as const);

/** Reads the catalogs, and changes nothing. */
export async function checkSchema(sql: Asked, app: string): Promise<readonly PlanFinding[]> {
  const findings: PlanFinding[] = [];
  for (const kind of schemaChecks) {
    const answers = await sql.unsafe<Answer[]>(`${kind.question} ORDER BY 1, 2`, [app]);
    for (const answer of answers)
      findings.push(found(kind, { where: answer.where, ...kind.tell(answer) }));
  }
  return findings;
}
