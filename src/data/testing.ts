/**
 * Databases for tests: one real server for all test files of a run, one database per file.
 *
 * Test files run as processes of their own and at the same time. They share an embedded server in
 * the system's temporary folder (keyed by user and by this checkout, so that two checkouts do
 * not meet), and each gets a copy of a template: PostgreSQL copies a small database in some
 * milliseconds, where migrating it takes hundreds. A template is built by the first file that
 * wants it; the others wait at an advisory lock.
 *
 * Nothing here survives a power cut: fsync is off. What killed runs have left behind (databases
 * of dead processes, templates of old keys) is dropped by the next run.
 */
import { createHash, randomBytes } from "node:crypto";
import { lstat, mkdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Sql } from "postgres";
import { MarcotError } from "../errors.ts";
import { withConnection } from "./database.ts";
import { openEmbedded, type Embedded } from "./embedded.ts";
import { isAlive } from "./lock.ts";
import { quoted } from "./identifier.ts";

/** A database of its own for one test file. */
export interface TestDatabase {
  /** The owner's address. */
  readonly url: string;
  /** Drops the database with its roles, and gives the server back. Close your pools before. */
  drop(): Promise<void>;
}

const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "200",
  autovacuum: "off",
};
/** Half of the name of a role is the app's: 63 bytes in all. */
const KEY_CHARS = 10;
/** Templates of older keys are of no use any more; younger ones may be of another branch. */
const TEMPLATE_DAYS = 3;

/** The server that all test files of this checkout share. */
async function testCluster(): Promise<Embedded> {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `marcot-test-${uid}-${digest(import.meta.dirname)}`);
  // Others must pass (the server's user, when root tests), but not look around.
  await mkdir(folder, { mode: 0o711, recursive: true });
  const found = await lstat(folder);
  if (!found.isDirectory() || (uid !== -1 && found.uid !== uid)) {
    throw new MarcotError("DatabaseUnavailable", `${folder} belongs to somebody else`, {
      fix: "Remove it, or set TMPDIR to a folder of your own.",
    });
  }
  return openEmbedded(folder, { settings: SETTINGS });
}

/**
 * A new database, copied from the template `templateKey`. `build` fills the template when there
 * is none of that key; the key has to change when what `build` does changes. Roles of apps belong
 * to a database by name: `provision` (or `migrate`) on the copy makes its own.
 */
export async function testDatabase(
  templateKey: string,
  build: (ownerUrl: string) => Promise<void>,
): Promise<TestDatabase> {
  const cluster = await testCluster();
  const admin = urlOf(cluster, "postgres");
  const database = `t${process.pid}_${randomBytes(4).toString("hex")}`;
  try {
    await withConnection(admin, async (sql) => {
      // Session-wide, since CREATE DATABASE refuses to run in a transaction.
      await sql`select pg_advisory_lock(hashtextextended('marcot/testing', 0))`;
      await dropLeftovers(sql);
      const template = await templateOf(cluster, sql, templateKey, build);
      await sql.unsafe(`CREATE DATABASE ${quoted(database)} TEMPLATE ${quoted(template)}`);
    });
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return {
    url: urlOf(cluster, database),
    drop: async () => {
      await withConnection(admin, (sql) => dropDatabase(sql, database));
      await cluster.stop();
    },
  };
}

/** Built under another name first, so that a build that failed or was killed is no template. */
async function templateOf(
  cluster: Embedded,
  sql: Sql,
  key: string,
  build: (ownerUrl: string) => Promise<void>,
): Promise<string> {
  const template = `tpl_${digest(key)}`;
  const [found] = await sql`select 1 from pg_database where datname = ${template}`;
  if (found !== undefined) return template;
  const draft = `t${process.pid}_${digest(key)}`;
  await sql.unsafe(`CREATE DATABASE ${quoted(draft)}`);
  try {
    await build(urlOf(cluster, draft));
    await sql.unsafe(`ALTER DATABASE ${quoted(draft)} ALLOW_CONNECTIONS false`);
    // The build's own sessions may not have left yet, and a template must have none.
    await endSessions(sql, draft);
    await sql.unsafe(`ALTER DATABASE ${quoted(draft)} RENAME TO ${quoted(template)}`);
    const made = new Date().toISOString();
    await sql.unsafe(`COMMENT ON DATABASE ${quoted(template)} IS '${made}'`);
  } catch (error) {
    await dropDatabase(sql, draft);
    throw error;
  }
  return template;
}

async function endSessions(sql: Sql, database: string): Promise<void> {
  await sql`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${database}`;
}

/** Databases of processes that are gone, and old templates. Runs under the lock. */
async function dropLeftovers(sql: Sql): Promise<void> {
  const databases = await sql<{ name: string; made: string | null }[]>`
    select datname as name, shobj_description(oid, 'pg_database') as made
    from pg_database where datname ~ '^(t[0-9]+|tpl)_'`;
  const oldest = Date.now() - TEMPLATE_DAYS * 24 * 60 * 60 * 1000;
  for (const { name, made } of databases) {
    const pid = /^t(\d+)_/.exec(name)?.[1];
    const dead = pid !== undefined && !isAlive(Number(pid));
    const old = pid === undefined && made !== null && Date.parse(made) < oldest;
    if (dead || old) await dropDatabase(sql, name);
  }
}

/** With the roles of its apps, which are the server's and would stay; a template's carry its draft's name. */
async function dropDatabase(sql: Sql, database: string): Promise<void> {
  const owned = await sql<{ role: string }[]>`
    select rolname as role from pg_roles r join pg_shdepend d on d.refobjid = r.oid
    where d.refclassid = 'pg_authid'::regclass and not rolsuper and (
      d.dbid = (select oid from pg_database where datname = ${database})
      or d.classid = 'pg_database'::regclass
        and d.objid = (select oid from pg_database where datname = ${database}))
    union
    select rolname from pg_roles
    where starts_with(rolname, ${`${database}_`}) and not rolsuper`;
  await sql.unsafe(`DROP DATABASE IF EXISTS ${quoted(database)} WITH (FORCE)`);
  for (const { role } of owned) {
    // A role of a template owns things in its copies too, and goes with the last of them.
    await sql.unsafe(`DROP ROLE IF EXISTS ${quoted(role)}`).catch(() => undefined);
  }
}

function urlOf({ url }: Embedded, database: string): string {
  return url.replace(/[^/]*$/, database);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, KEY_CHARS);
}
