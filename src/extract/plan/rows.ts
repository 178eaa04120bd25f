/** Which rows would not go along, which only by a copy, and which somebody should look at. */
import { check } from "./check.ts";
import { ask, COLUMNS, OURS, type SchemaCheck, TABLES } from "./question.ts";

/** In this order they are told. */
export const rowChecks: readonly SchemaCheck[] = Object.freeze([
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
]);
