/**
 * A rehearsal: a share of the reads that an app has answered here is also sent to where it is about to go, and
 * both answers are compared. The caller has its answer by then, and waits for nothing.
 *
 * What is copied there arrives a moment later, so a difference is read again on both sides before it counts.
 */
import type { Sql } from "postgres";
import { Pool } from "undici";
import type { AnsweredRead, Log, Running, ServedApp } from "../../app/types.ts";
import { REHEARSAL } from "../../app/usage.ts";
import { ANSWER_MS, compare, type Scene } from "./compare.ts";
import { type Sheet, sheetOf } from "./sheet.ts";

/** Of all apps of the process. More would take its time from calls; what comes while it is busy is dropped. */
const TOGETHER_MAX = 4;

const WRITE_MS = 1000;

export interface Shadow {
  /** Of the reads, from 0 to 1. */
  readonly share: number;
  readonly address: URL;
}

export interface Rehearsal {
  /** From now on a share of the reads of an app is compared with the answers at an address; or none. */
  setShadow(served: ServedApp, shadow: Shadow | undefined): void;
  /** Gives up what is out, and writes down what was counted. */
  close(): Promise<void>;
}

export interface RehearsalOptions {
  readonly running: Running;
  /** The owner's, of the database that has `marcot.rehearsals`. It stays open. */
  readonly sql: Sql;
}

export function openRehearsal({ running, sql }: RehearsalOptions): Rehearsal {
  const sheet = sheetOf(sql);
  const stage: Stage = {
    running,
    sheet,
    pools: new Map(),
    closing: new AbortController(),
    open: new Set(),
  };
  const write = writer(sheet, running.log);
  const timer = setInterval(() => void write(), WRITE_MS);
  timer.unref();
  return {
    setShadow(served, shadow) {
      served.onRead = undefined;
      if (shadow === undefined || shadow.share <= 0 || stage.closing.signal.aborted) return;
      const address = new URL(shadow.address);
      address.pathname = address.pathname.replace(/\/+$/, ""); // paths are put behind it
      served.onRead = (read) => sample(stage, { ...shadow, address }, read);
    },
    async close() {
      clearInterval(timer);
      stage.closing.abort();
      await Promise.all(stage.open);
      await write();
      await Promise.all([...stage.pools.values()].map((pool) => pool.destroy()));
    },
  };
}

interface Stage {
  readonly running: Running;
  readonly sheet: Sheet;
  /** By origin. */
  readonly pools: Map<string, Pool>;
  readonly closing: AbortController;
  /** Reads that are being compared. */
  readonly open: Set<Promise<void>>;
}

/** Never throws. */
function sample(stage: Stage, { share, address }: Shadow, read: AnsweredRead): void {
  const { running, pools, closing, open } = stage;
  if (read.route.endpoint.method !== "GET" || read.caller === REHEARSAL) return;
  if (Math.random() >= share || open.size >= TOGETHER_MAX) return;
  const { origin } = address;
  const pool = pools.get(origin) ?? new Pool(origin, POOL);
  pools.set(origin, pool);
  const done = rehearse(stage, { read, address, pool, running, signal: closing.signal });
  open.add(done);
  void done.then(() => open.delete(done));
}

async function rehearse({ sheet, running, closing }: Stage, scene: Scene): Promise<void> {
  const { served, endpoint, name } = scene.read.route;
  try {
    sheet.add(served.app.name, `${endpoint.version}.${endpoint.name}`, await compare(scene));
  } catch (error) {
    if (!closing.signal.aborted)
      running.log.warn({ err: error, endpoint: name }, "a read could not be rehearsed");
  }
}

/** Says it once for each time that the database is away. */
function writer(sheet: Sheet, log: Log): () => Promise<void> {
  let isTold = false;
  return async () => {
    try {
      await sheet.write();
      isTold = false;
    } catch (error) {
      if (!isTold) log.warn({ err: error }, "a rehearsal could not be written down");
      isTold = true;
    }
  };
}

const POOL = {
  connections: TOGETHER_MAX,
  connect: { timeout: ANSWER_MS },
  headersTimeout: ANSWER_MS,
  bodyTimeout: ANSWER_MS,
};
