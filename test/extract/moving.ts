/** An app that moves between two databases, and people who write to it meanwhile, by plain SQL. */
import { after } from "node:test";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { connect } from "../../src/data/database.ts";
import type { Log } from "../../src/app/types.ts";
import { openEmbedded } from "../../src/data/embedded.ts";
import { type Control, openControl } from "../../src/project/providers/control.ts";
import { isSame, type SeenRow } from "../../src/project/providers/row.ts";
import { codeOf } from "../../src/errors.ts";
import { appUrl } from "../../src/data/roles.ts";
import { MOVED } from "../../src/data/control.ts";
import { type Extract, type ExtractOptions, openExtract } from "../../src/extract/extract.ts";
import type { SideName } from "../../src/extract/types.ts";
import type { ProjectPlan } from "../../src/project/plan.ts";
import { APP } from "./shop.ts";

export { APP, makeFolder, plant, type PlannedOptions, planOf, removeFolder } from "./shop.ts";
export const SERVICE = "http://127.0.0.1:9";

export async function withExtract<T>(
  plan: ProjectPlan,
  work: (extract: Extract) => Promise<T>,
  options: Pick<ExtractOptions, "at" | "say"> = {},
): Promise<T> {
  const extract = await openExtract({ plan, app: APP, ...options });
  try {
    return await work({
      ...extract,
      async switch(to, given) {
        const { target = "" } = (await extract.move()) ?? {};
        const end = await serveTarget(plan, target);
        try {
          return await extract.switch(to, given);
        } finally {
          await end();
        }
      },
      async cancel(given) {
        const { target = "" } = (await extract.move()) ?? {};
        await unserve(target); // else its row stays for it
        return extract.cancel(given);
      },
    });
  } finally {
    await extract.close();
  }
}

const served = new Map<string, Control>();

/** A process of the service, as far as a switch sees one: it does at once what it is asked for. */
export async function serve(ownerUrl: string): Promise<void> {
  if (!served.has(ownerUrl)) served.set(ownerUrl, await openProcess(ownerUrl));
}

/** A session that is left open would keep the tests' process alive. */
after(async () => {
  for (const url of served.keys()) await unserve(url);
});

/** Ends it. */
export async function unserve(ownerUrl: string): Promise<void> {
  const control = served.get(ownerUrl);
  served.delete(ownerUrl);
  await control?.close();
}

/** One at an embedded database lives for one switch, for that server may stop with it. Answers what ends it. */
async function serveTarget(plan: ProjectPlan, target: string): Promise<() => Promise<void>> {
  if (!target.startsWith("embedded:")) {
    if (target !== "") await serve(target);
    return async () => {};
  }
  const server = await openEmbedded(resolve(plan.folder, target.slice("embedded:".length)));
  const control = await openProcess(server.url);
  return async () => {
    await control.close();
    await server.stop();
  };
}

async function openProcess(url: string): Promise<Control> {
  const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log;
  let done: SeenRow | undefined;
  let control: Control | undefined;
  const answer = (rows: readonly SeenRow[]) => {
    const row = rows.find(({ app }) => app === APP);
    if (control === undefined || row === undefined || isSame(row, done)) return;
    done = row;
    control.ack({ row, problem: null });
  };
  control = await openControl({ url, apps: [APP], log, onRows: answer });
  await control.look();
  return control;
}

export interface Load {
  readonly written: number;
  readonly moved: number;
  readonly longestMs: number;
  /** Ends it. */
  stop(): Promise<void>;
  /** Compares what was acknowledged with the rows of the side that has the app. */
  lost(
    side: SideName,
  ): Promise<{ lost: number; doubled: number; counter: number; written: number }>;
  close(): Promise<void>;
}

/** Each writer inserts and counts in one transaction, and follows the fence to the other side. */
export function startLoad(urls: Readonly<Record<SideName, string>>, writers = 4): Load {
  const pools: Record<SideName, Sql> = {
    project: connect(appUrl(urls.project, APP), { max: writers, name: "load" }),
    service: connect(appUrl(urls.service, APP), { max: writers, name: "load" }),
  };
  const acknowledged = new Set<string>();
  const ids = new Map<string, number>();
  const state = { written: 0, moved: 0, longestMs: 0, stopped: false, at: "project" as SideName };
  const write = async (client: string) => {
    for (let n = 1; !state.stopped; n += 1) {
      const begun = performance.now();
      for (;;) {
        const side = state.at;
        try {
          const [row] = await pools[side].begin(async (tx) => {
            const rows = await tx<{ id: number }[]>`
              insert into entries (client, n) values (${client}, ${n}) returning id`;
            await tx`update counters set value = value + 1 where name = 'entries'`;
            if (n % 3 === 0) await tx`insert into notes values (${client}, 'again')`;
            return rows;
          });
          ids.set(`${client}/${n}`, row?.id ?? 0);
          break;
        } catch (error) {
          // Also what is not let in yet: the service has no tables before the move.
          if (codeOf(error) !== MOVED) throw error;
          state.moved += 1;
          if (state.at === side) state.at = side === "project" ? "service" : "project";
          await sleep(2);
        }
      }
      state.longestMs = Math.max(state.longestMs, performance.now() - begun);
      acknowledged.add(`${client}/${n}`);
      state.written += 1;
      await sleep(2);
    }
  };
  const running = Array.from({ length: writers }, (_, index) => write(`w${process.pid}.${index}`));
  const all = Promise.all(running);
  all.catch(() => {});
  return {
    get written() {
      return state.written;
    },
    get moved() {
      return state.moved;
    },
    get longestMs() {
      return Math.round(state.longestMs);
    },
    async stop() {
      state.stopped = true;
      await all;
    },
    async lost(side) {
      const rows = await pools[side]<{ key: string; times: number; id: number }[]>`
        select client || '/' || n as key, count(*)::int as times, max(id) as id from entries group by 1`;
      const found = new Map(rows.map((row) => [row.key, row]));
      const [counter] = await pools[side]<{ value: string }[]>`select value from counters`;
      const isLost = (key: string) => found.get(key)?.id !== ids.get(key);
      return {
        lost: [...acknowledged].filter(isLost).length,
        doubled: rows.filter(({ times }) => times > 1).length,
        counter: Number(counter?.value),
        written: acknowledged.size,
      };
    },
    async close() {
      state.stopped = true;
      await Promise.allSettled(running);
      await Promise.all(Object.values(pools).map((sql) => sql.end({ timeout: 1 })));
    },
  };
}

/** All that a move leaves in a database: nothing, before it and after it. */
export async function tracesIn(ownerUrl: string): Promise<readonly string[]> {
  const sql = connect(ownerUrl);
  try {
    const rows = await sql<{ what: string }[]>`
      select 'trigger on ' || tgrelid::regclass as what from pg_trigger where tgname = 'marcot_moved'
      union all select 'publication ' || pubname from pg_publication
      union all select 'subscription ' || subname from pg_subscription
        where subdbid = (select oid from pg_database where datname = current_database())
      union all select 'slot ' || slot_name from pg_replication_slots where database = current_database()
      union all select 'provider row ' || app || ' ' || phase from marcot.providers
      union all select 'move ' || app || ' ' || state from marcot.moves
      union all select 'full identity of ' || oid::regclass from pg_class where relreplident = 'f'`;
    return rows.map(({ what }) => what);
  } finally {
    await sql.end();
  }
}

/** Takes all streams of a database away, however a test has ended: slots are the server's. */
export async function clearStreams(ownerUrl: string): Promise<void> {
  await unserve(ownerUrl);
  const sql = connect(ownerUrl);
  try {
    const found = await sql<{ name: string }[]>`
      select subname as name from pg_subscription
      where subdbid = (select oid from pg_database where datname = current_database())`;
    for (const { name } of found) {
      await sql.unsafe(`ALTER SUBSCRIPTION ${name} DISABLE`);
      await sql.unsafe(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
      await sql.unsafe(`ALTER SUBSCRIPTION ${name} CONNECTION 'host=/dev/null password=none'`);
      await sql.unsafe(`DROP SUBSCRIPTION ${name}`);
    }
    for (let attempt = 1; ; attempt += 1) {
      await sql`
        select pg_terminate_backend(active_pid, 1000) from pg_replication_slots
        where database = current_database() and active_pid is not null`;
      try {
        await sql`
          select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()`;
        break;
      } catch (error) {
        // Who had it is still going.
        if (attempt === 50) throw error;
        await sleep(100);
      }
    }
  } finally {
    await sql.end();
  }
}
