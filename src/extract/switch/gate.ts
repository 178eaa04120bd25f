/** Waits until every process that lives has done what a phase asks of it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { ACKS_CHANNEL, type Phase } from "../../data/control.ts";
import { openHolding, type OpenSide } from "../sides.ts";
import type { SideName } from "../types.ts";

/** A process that has not done it. */
export interface Missing {
  readonly side: SideName;
  readonly host: string;
  readonly pid: number;
  /** What keeps it; null: it has not answered. */
  readonly problem: string | null;
}

export interface Wait {
  readonly phase: Phase;
  readonly epoch: string;
  readonly withinMs: number;
}

export interface Gate {
  /** Answers who is missing at the end: nobody, or those who did not answer in time, or could not. */
  passed(side: OpenSide, wait: Wait): Promise<readonly Missing[]>;
  close(): Promise<void>;
}

/** Notifications make it fast; this finds those that got lost. */
const POLL_MS = 20;

/** Listens on both sides from now on. */
export async function openGate(sides: readonly OpenSide[]): Promise<Gate> {
  const ears = new Map<OpenSide, Ear>();
  for (const side of sides) ears.set(side, await listen(side));
  return {
    async passed(side, wait) {
      const ear = ears.get(side);
      if (ear === undefined) throw new Error(`nobody listens on the side of the ${side.name}`);
      const giveUpAt = performance.now() + wait.withinMs;
      for (;;) {
        const rung = ear.rung();
        const missing = await missingOf(side, wait);
        const isLate = performance.now() > giveUpAt;
        if (missing.length === 0 || isLate || missing.some(({ problem }) => problem !== null)) {
          return missing;
        }
        await Promise.race([rung, sleep(POLL_MS)]);
      }
    },
    async close() {
      await Promise.all([...ears.values()].map(({ session }) => session.end({ timeout: 1 })));
    },
  };
}

interface Ear {
  readonly session: Sql;
  /** Resolves at the next acknowledgement. */
  rung(): Promise<void>;
}

async function listen(side: OpenSide): Promise<Ear> {
  let next = Promise.withResolvers<void>();
  const ring = () => {
    next.resolve();
    next = Promise.withResolvers<void>();
  };
  const session = openHolding(side, { onNotify: ring });
  await session.unsafe(`LISTEN ${ACKS_CHANNEL}`);
  return { session, rung: () => next.promise };
}

/** A process that has died has no session any more: nobody waits for it. Another user's session shows no start. */
async function missingOf(
  { name, app, sql }: OpenSide,
  { phase, epoch }: Wait,
): Promise<readonly Missing[]> {
  const rows = await sql.unsafe<
    {
      id: string;
      lives: boolean;
      done: boolean;
      host: string;
      pid: number;
      problem: string | null;
    }[]
  >(
    `SELECT p.id, p.host, p.pid, a.problem, a.process IS NOT NULL AND a.problem IS NULL AS done,
       EXISTS (SELECT FROM pg_stat_activity s WHERE s.pid = p.backend
         AND coalesce(s.backend_start = p.backend_start, true)) AS lives
     FROM marcot.processes p
       LEFT JOIN marcot.acks a ON a.process = p.id AND a.app = $1 AND a.phase = $2 AND a.epoch = $3
     WHERE $1 = ANY (p.apps)`,
    [app, phase, epoch],
  );
  const dead = rows.filter(({ lives }) => !lives).map(({ id }) => id);
  if (dead.length > 0) await sql`delete from marcot.processes where id in ${sql(dead)}`;
  return rows
    .filter(({ lives, done }) => lives && !done)
    .map(({ host, pid, problem }) => ({ side: name, host, pid, problem }));
}

export function tellMissing(missing: readonly Missing[], phase: Phase): string {
  const each = missing.map(
    ({ side, host, pid, problem }) =>
      `process ${pid} on ${host} (${side}) ${problem ?? `has not answered to "${phase}"`}`,
  );
  return each.join("; ");
}
