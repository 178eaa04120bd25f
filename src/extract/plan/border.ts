/** What crosses the border of an app's schema: the database would break where the app leaves. */
import { check } from "./check.ts";
import { ask, COLUMNS, isForeign, isPlain, OURS, type SchemaCheck, TABLES } from "./question.ts";

const KEEP_ID = "Keep the row's id in a plain column, and call the other app.";

/** In this order they are told. */
export const borderChecks: readonly SchemaCheck[] = Object.freeze([
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
]);
