/**
 * Copies the rows of an app with PostgreSQL's own COPY, table by table: for a move without logical replication,
 * while the holder takes no writes. The follower gets all in one transaction, or nothing.
 */
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres, { type Sql } from "postgres";
import { quoted } from "../data/identifier.ts";
import { MarcotError } from "../errors.ts";
import { raiseSequences, sequencesOf } from "./sequences.ts";
import type { Owner } from "./sides.ts";
import { stillOurs } from "./switch/mover.ts";
import type { Say, Side } from "./types.ts";
import { nameOf, type Table, tablesOf } from "./verify/catalog.ts";

export interface CopyOptions {
  readonly app: string;
  /** The holder: nobody may write to the app there meanwhile. */
  readonly from: Pick<Side, "ownerUrl">;
  /** The follower: what its tables have is deleted first. */
  readonly to: Pick<Side, "ownerUrl">;
  /**
   * The command that copies: the follower must be its own, before anything is deleted and when all is committed.
   * Default: nobody asks.
   */
  readonly owner?: Owner | undefined;
  /** Told of each table, with the rows that are copied. Default: nobody. */
  readonly say?: Say | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Copied {
  readonly rows: number;
  readonly tables: number;
  readonly milliseconds: number;
}

/** A row is a chunk of the driver: a system call each would be most of the time (0.9 against 1.2 s for 300,000 rows). */
const BATCH_BYTES = 64 * 1024;

/**
 * Fails with the error of PostgreSQL that says why a row was not taken, and with SwitchFailed where a row got
 * lost; then the follower is as it was before.
 */
export async function copyRows(options: CopyOptions): Promise<Copied> {
  const { from, to, owner, signal } = options;
  const begun = performance.now();
  signal?.throwIfAborted();
  const ours = owner === undefined ? "" : stillOurs(owner);
  const [reader, tx] = [openSession(from.ownerUrl, owner), openSession(to.ownerUrl, owner)];
  try {
    await reader.unsafe("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await tx.unsafe(`BEGIN; ${ours}`);
    const copied = await copyAll({ ...options, reader, tx });
    await tx.unsafe(`${ours} COMMIT`);
    return { ...copied, milliseconds: Math.round(performance.now() - begun) };
  } finally {
    // A COPY that is broken off ends with its connection alone; and so does its transaction.
    await Promise.all([reader, tx].map((sql) => sql.end({ timeout: 0 })));
  }
}

/**
 * Of its own, and never replaced by another one: what was meant for the transaction in it would be done outside of
 * one. A successor ends it by its name.
 */
function openSession(url: string, owner: Owner | undefined): Sql {
  const name = owner === undefined ? "copy" : `move/${owner.token}/${owner.app}`;
  const sql = postgres(url, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 10,
    fetch_types: false,
    connection: { application_name: `marcot/${process.pid}/${name}` },
    onnotice() {},
    onclose: () => void sql.end({ timeout: 0 }),
  });
  return sql;
}

interface Task extends CopyOptions {
  readonly reader: Sql;
  readonly tx: Sql;
}

async function copyAll(task: Task): Promise<Omit<Copied, "milliseconds">> {
  const { app, reader, tx, say, signal } = task;
  const tables = await tablesOf(reader, app);
  if (tables.length === 0) return { rows: 0, tables: 0 };
  await tx.unsafe("SET LOCAL statement_timeout = 0");
  const isFree = await takeRole(tx);
  const triggers = await quietTriggers(tx, app, isFree);
  await tx.unsafe(`TRUNCATE ONLY ${tables.map(({ name }) => nameOf(app, name)).join(", ")}`);
  const isBinary = await areAlike(reader, tx);
  const total = tables.reduce((sum, { rows }) => sum + rows, 0);
  let rows = 0;
  for (const table of isFree ? tables : await inOrder(tx, app, tables)) {
    signal?.throwIfAborted();
    say?.({ step: "copy", note: table.name, done: rows, total });
    await copyTable(task, table, isBinary);
    rows += await countBoth(task, table);
  }
  await raiseSequences({ app, sql: reader }, { sql: tx }, await sequencesOf({ app, sql: reader }));
  for (const statement of triggers) await tx.unsafe(statement);
  say?.({ step: "copy", done: rows, total: rows });
  return { rows, tables: tables.length };
}

/** As the replication's own worker: without triggers and foreign keys. Whether that is allowed. */
async function takeRole(tx: Sql): Promise<boolean> {
  const [found] = await tx<{ may: boolean }[]>`
    select has_parameter_privilege('session_replication_role', 'set') as may`;
  if (found?.may !== true) return false;
  await tx.unsafe("SET LOCAL session_replication_role = replica");
  return true;
}

/** Disables what would fire; answers the statements that enable it again. */
async function quietTriggers(tx: Sql, app: string, isFree: boolean): Promise<string[]> {
  const firing = isFree ? ["R", "A"] : ["O", "A"];
  const found = await tx<{ relation: string; name: string; enabled: "O" | "R" | "A" }[]>`
    select relname as relation, tgname as name, tgenabled as enabled
    from pg_trigger join pg_class c on c.oid = tgrelid
    where relnamespace = to_regnamespace(${quoted(app)}) and relkind in ('r', 'p')
      and not tgisinternal and tgparentid = 0 and tgenabled in ${tx(firing)}`;
  const verbs = { O: "ENABLE", R: "ENABLE REPLICA", A: "ENABLE ALWAYS" };
  const change = (verb: string, { relation, name }: (typeof found)[number]) =>
    `ALTER TABLE ${nameOf(app, relation)} ${verb} TRIGGER ${quoted(name)}`;
  for (const trigger of found) await tx.unsafe(change("DISABLE", trigger));
  return found.map((trigger) => change(verbs[trigger.enabled], trigger));
}

/** The binary form of a value may change with the major version. */
async function areAlike(reader: Sql, tx: Sql): Promise<boolean> {
  const majors = await Promise.all(
    [reader, tx].map(async (sql) => {
      const [row] = await sql<{ major: number; encoding: string }[]>`
        select current_setting('server_version_num')::int / 10000 as major,
          current_setting('server_encoding') as encoding`;
      return `${row?.major} ${row?.encoding}`;
    }),
  );
  return majors[0] === majors[1];
}

async function copyTable({ app, reader, tx, signal }: Task, table: Table, isBinary: boolean) {
  const columns = table.columns.filter(({ generated }) => !generated);
  // A table of computed columns alone has nothing to copy but the number of its rows: nobody has one.
  if (columns.length === 0) return;
  const names = columns.map(({ name }) => quoted(name)).join(", ");
  const format = isBinary && columns.every(({ portable }) => portable) ? "binary" : "text";
  const of = `${nameOf(app, table.name)} (${names})`;
  const rows = await reader.unsafe(`COPY ${of} TO STDOUT (FORMAT ${format})`).readable();
  // The driver (postgres 3.4.9) stops its socket where rows come faster than they are taken, and has it go on when more
  // are asked for: of a table that has come to its end nobody asks, and no later answer would be read.
  rows.once("end", () => rows._read(0));
  const { stream, failed } = await openCopy(tx, `COPY ${of} FROM STDIN (FORMAT ${format})`);
  await Promise.race([pipeline(rows, inBatches(), stream, { signal }), failed]);
}

/**
 * The driver (postgres 3.4.9) does not tell a stream that was ended of the error that comes then, as of the last
 * rows of a table: the promise of the query, which it has kept with the stream long ago, gets it. It is caught there.
 */
async function openCopy(tx: Sql, statement: string) {
  const query = tx.unsafe(statement) as ReturnType<Sql["unsafe"]> & {
    reject: (error: unknown) => void;
  };
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  const rejectQuery = query.reject;
  query.reject = (error) => {
    rejectQuery(error);
    reject(error);
  };
  return { stream: await query.writable(), failed };
}

function inBatches(): Transform {
  let parts: Buffer[] = [];
  let bytes = 0;
  const take = () => {
    const batch = Buffer.concat(parts);
    parts = [];
    bytes = 0;
    return batch;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes < BATCH_BYTES) done();
      else done(null, take());
    },
    flush(done) {
      done(null, take());
    },
  });
}

async function countBoth({ app, reader, tx }: Task, { name }: Table): Promise<number> {
  const question = `SELECT count(*)::float8 AS rows FROM ONLY ${nameOf(app, name)}`;
  const counts = await Promise.all(
    [reader, tx].map(async (sql) => (await sql.unsafe<{ rows: number }[]>(question))[0]?.rows ?? 0),
  );
  const [sent = 0, arrived = 0] = counts;
  if (sent === arrived) return sent;
  const message = `${app}.${name} has ${sent} rows, and ${arrived} of them arrived`;
  throw new MarcotError("SwitchFailed", message);
}

/** A table comes after those that its foreign keys lead to. */
async function inOrder(tx: Sql, app: string, tables: readonly Table[]): Promise<readonly Table[]> {
  const keys = await tx<{ of: string; to: string }[]>`
    select o.relname as of, t.relname as to
    from pg_constraint join pg_class o on o.oid = conrelid join pg_class t on t.oid = confrelid
    where contype = 'f' and o.relnamespace = to_regnamespace(${quoted(app)})
      and t.relnamespace = o.relnamespace and conrelid <> confrelid`;
  const ordered: Table[] = [];
  let left = tables;
  while (left.length > 0) {
    const next = left.filter(
      ({ name }) =>
        !keys.some((key) => key.of === name && left.some((table) => table.name === key.to)),
    );
    if (next.length === 0) throw inCircle(app, left);
    ordered.push(...next);
    left = left.filter((table) => !next.includes(table));
  }
  return ordered;
}

function inCircle(app: string, tables: readonly Table[]): MarcotError {
  const names = tables.map(({ name }) => name).join(", ");
  const message = `The foreign keys of ${app} lead in a circle (${names}), and the owner may not switch them off`;
  return new MarcotError("MoveBlocked", message, {
    fix: "Run GRANT SET ON PARAMETER session_replication_role TO the owner, as a superuser.",
  });
}
