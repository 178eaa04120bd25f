/** A project and a service of one of its apps, each on a database of its own, and what a move writes there. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { FENCE, type ProviderRow } from "../../src/data/control.ts";
import { openProject, type Project } from "../../src/project/project.ts";
import { startService } from "../../src/provider/service.ts";
import { openDatabase } from "../company.ts";

export interface Process {
  readonly project: Project;
  readonly address: string;
  readonly logged: { readonly level: string; readonly message: string; readonly data: object }[];
  stop(): Promise<void>;
}

export interface ProcessOptions {
  readonly folder: string;
  readonly url: string;
  readonly only?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startProcess(options: ProcessOptions): Promise<Process> {
  const { folder, url, only = [], environment = {} } = options;
  const logged: Process["logged"] = [];
  const note = (level: string) => (data: object, message: string) =>
    void logged.push({ level, message, data });
  const log = { info: note("info"), warn: note("warn"), error: note("error") };
  const project = await openProject({
    folder,
    only,
    environment: { DATABASE_URL: url, ...environment },
    log,
  });
  const service = await startService({ project, port: 0 });
  return {
    project,
    address: service.address,
    logged,
    async stop() {
      await service.stop();
      await project.close();
    },
  };
}

export function ownerOf(url: string): Sql {
  return postgres(url, { max: 4, onnotice() {} });
}

/** A database of the example, with its owner's connection. What ends both is added to `closers`. */
export async function openRows(
  closers: (() => Promise<unknown>)[],
): Promise<{ url: string; sql: Sql }> {
  const { url, drop } = await openDatabase();
  const sql = ownerOf(url);
  closers.push(async () => {
    await sql.end();
    await drop();
  });
  return { url, sql };
}

/** As a coordinator writes it. */
export async function setRow(
  sql: Sql,
  app: string,
  row: Partial<ProviderRow> & Pick<ProviderRow, "phase">,
): Promise<void> {
  const { phase, epoch = "1", address = null, hold_ms = 5_000, holder = true } = row;
  await sql.unsafe(
    `INSERT INTO marcot.providers AS known (app, phase, epoch, address, hold_ms, holder, changed_at)
     VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::int, $6::boolean, clock_timestamp())
     ON CONFLICT (app) DO UPDATE SET phase = excluded.phase, epoch = excluded.epoch,
       address = excluded.address, hold_ms = excluded.hold_ms, holder = excluded.holder,
       changed_at = excluded.changed_at`,
    [app, phase, epoch, address, hold_ms, holder],
  );
  await sql.unsafe(`SELECT pg_notify('marcot_providers', $1::text)`, [app]);
}

export interface SeenAck {
  readonly pid: number;
  readonly app: string;
  readonly epoch: string;
  readonly phase: string;
  readonly problem: string | null;
}

export async function acksOf(sql: Sql, app: string): Promise<SeenAck[]> {
  const rows = await sql.unsafe<SeenAck[]>(
    `SELECT pid, app, epoch::text AS epoch, phase, problem
     FROM marcot.acks JOIN marcot.processes ON process = id WHERE app = $1::text`,
    [app],
  );
  return rows.map((row) => ({ ...row }));
}

/** Waits until all processes have acknowledged. */
export async function acked(
  sql: Sql,
  app: string,
  { phase, epoch = "1", count = 1 }: { phase: string; epoch?: string; count?: number },
): Promise<SeenAck[]> {
  const end = performance.now() + 10_000;
  for (;;) {
    const acks = await acksOf(sql, app);
    const found = acks.filter((ack) => ack.phase === phase && ack.epoch === epoch);
    if (found.length >= count) return found;
    assert.ok(performance.now() < end, `no ack of ${phase}: ${JSON.stringify(acks)}`);
    await sleep(10);
  }
}

/** Lets no ordinary writer into the app's tables, or lets them in again. In a transaction of `sql`. */
export async function setFence(
  sql: Pick<Sql, "unsafe">,
  app: string,
  isUp: boolean,
): Promise<void> {
  const tables = await sql.unsafe<{ name: string }[]>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = $1::text`,
    [app],
  );
  assert.ok(tables.length > 0);
  for (const { name } of tables) {
    await sql.unsafe(`DROP TRIGGER IF EXISTS ${FENCE} ON ${name}`);
    if (isUp)
      await sql.unsafe(
        `CREATE TRIGGER ${FENCE} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${name}
         FOR EACH STATEMENT EXECUTE FUNCTION marcot.refuse_moved()`,
      );
  }
}

/** Whether something is still not done after a while. */
export async function isWaiting(work: Promise<unknown>, milliseconds = 250): Promise<boolean> {
  const waits = sleep(milliseconds, "waits");
  return (await Promise.race([work.then(() => "done"), waits])) === "waits";
}
