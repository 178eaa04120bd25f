/** Fills the projections of an app, when they are new and when somebody asks for it. */
import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { current, newTraceId } from "../app/context.ts";
import type { Context, Projection, Running, ServedApp } from "../app/types.ts";
import type { Database } from "../data/database.ts";
import { isDisconnected } from "../data/disconnected.ts";
import { isMoved } from "../data/moved.ts";
import { ownTable } from "../data/own-tables.ts";
import type { Scope } from "../data/scope.ts";
import { MarcotError } from "../errors.ts";
import { alarm } from "./alarm.ts";
import { channelOf, type Lead } from "./lead.ts";

/** Larger pages take long to answer and hold locks; smaller ones take many calls. */
const PAGE = 200;

/** How soon a new projection, or a wish for an old one, is seen. */
const LOOK_MS = 2000;

/** The waits for an app that does not answer. */
const LONGEST_WAIT_MS = 30_000;

export interface ProjectionsOptions {
  readonly running: Running;
  readonly served: ServedApp;
  readonly database: Database;
  readonly lead: Lead;
}

export interface Projections {
  /** One may be wanted. */
  wake(): void;
  stop(): Promise<void>;
}

export function startProjections(options: ProjectionsOptions): Projections {
  const { served, running, lead } = options;
  const app = served.app.name;
  const pause = alarm();
  let isOpen = true;
  const run = async () => {
    for (let failures = 0; isOpen;) {
      try {
        for (const one of served.app.projections) {
          if ((await lead.take(`projection/${one.name}`)).has && (await isWanted(options, one)))
            await build(options, one, () => isOpen);
        }
        failures = 0;
      } catch (error) {
        if (error instanceof Superseded) continue;
        failures += 1;
        if (failures === 1 && !isDisconnected(error) && !isMoved(error))
          running.log.warn({ err: error, app }, "a projection waits: it could not be filled");
      }
      if (isOpen)
        await pause.wait(Math.min(LONGEST_WAIT_MS, LOOK_MS * 2 ** Math.min(failures, 10)));
    }
  };
  const loop = run();
  return {
    wake: () => pause.ring(),
    async stop() {
      isOpen = false;
      pause.stop();
      await loop;
    },
  };
}

/** It is new, somebody has asked for it, or a process died while it filled it. */
async function isWanted({ served, database }: ProjectionsOptions, { name }: Projection) {
  const [found] = await database.sql.unsafe<{ state: string }[]>(
    `SELECT state FROM ${ownTable(served.app.name, "event_projections")} WHERE name = $1`,
    [name],
  );
  return found?.state !== "ready";
}

/** How a projection is. */
export interface Filled {
  readonly name: string;
  readonly state: "wanted" | "building" | "ready";
  readonly builtAt: Date | null;
}

export async function filled(sql: Sql, app: string): Promise<readonly Filled[]> {
  return sql.unsafe<Filled[]>(
    `SELECT name, state, built_at AS "builtAt" FROM ${ownTable(app, "event_projections")} ORDER BY name`,
  );
}

/** Has one filled anew, from the beginning, by a process that provides the app. */
export async function askToFill(sql: Sql, app: string, name: string): Promise<void> {
  await sql.unsafe(
    `UPDATE ${ownTable(app, "event_projections")} SET state = 'wanted', after = 0 WHERE name = $1`,
    [name],
  );
  await sql`select pg_notify(${channelOf(app)}, '')`;
}

async function build(
  options: ProjectionsOptions,
  projection: Projection,
  isOpen: () => boolean,
): Promise<void> {
  const { served, running } = options;
  const { name } = projection;
  const app = served.app.name;
  const begun = performance.now();
  const building = await begin(options, name);
  let rows = 0;
  while (isOpen()) {
    const items = await current.run(contextOf(running, app), () =>
      projection.snapshot({ after: building.after, limit: PAGE }),
    );
    const last = items.at(-1)?.[projection.key];
    if (items.length === 0) break;
    if (typeof last !== "number" || last <= building.after) {
      const message = `the snapshot of the projection ${name} of ${app} does not go on after ${building.after}`;
      throw new MarcotError("AppInvalid", message, {
        fix: "List all rows by their ids, those above `after` alone.",
      });
    }
    building.after = last;
    await write(options, projection, items, building);
    rows += items.length;
    if (items.length < PAGE) break;
  }
  if (!isOpen()) return;
  await finish(options, projection, building);
  const milliseconds = Math.round(performance.now() - begun);
  running.log.info({ app, projection: name, rows, milliseconds }, "projection filled");
}

function contextOf(running: Running, app: string): Context {
  return {
    running,
    app,
    caller: app,
    deadline: Infinity,
    traceId: newTraceId(),
    idempotencyKey: undefined,
  };
}

/** A building, which ends when another one begins. */
interface Building {
  readonly builder: string;
  after: number;
}

/** Goes on where a building that was interrupted had come to; another one starts over. */
async function begin({ served, database }: ProjectionsOptions, name: string): Promise<Building> {
  const app = served.app.name;
  const builder = randomUUID();
  let after = 0;
  await inTransaction(database, async (scope) => {
    const [found] = await scope.unsafe<{ state: string; after: string }[]>(
      `INSERT INTO ${ownTable(app, "event_projections")} (name, state) VALUES ($1::text, 'wanted')
       ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING state, after`,
      [name],
    );
    if (found?.state === "building") after = Number(found.after);
    else
      await scope.unsafe(
        `DELETE FROM ${ownTable(app, "event_projection_keys")} WHERE projection = $1::text`,
        [name],
      );
    await scope.unsafe(
      `UPDATE ${ownTable(app, "event_projections")}
       SET state = 'building', after = $2::bigint, builder = $3::text WHERE name = $1::text`,
      [name, after, builder],
    );
  });
  return { builder, after };
}

/** Somebody else builds, or wants it built anew: what was begun here is left. */
class Superseded extends Error {}

async function write(
  { served, database }: ProjectionsOptions,
  projection: Projection,
  items: readonly Readonly<Record<string, unknown>>[],
  { builder, after }: Building,
): Promise<void> {
  const app = served.app.name;
  const { name, key } = projection;
  const transaction = database.atomic();
  try {
    const scope = await transaction.scope();
    await claim(scope, app, {
      change: "after = $3::bigint",
      values: [name, builder, after],
    });
    const free = await scope.unsafe<{ key: string }[]>(
      `INSERT INTO ${ownTable(app, "event_projection_keys")} (projection, key)
       SELECT $1::text, key FROM jsonb_array_elements_text($2::text::jsonb) AS key
       ON CONFLICT DO NOTHING RETURNING key`,
      [name, JSON.stringify(items.map((item) => String(item[key])))],
    );
    const isFree = new Set(free.map((row) => row.key));
    for (const item of items)
      if (isFree.has(String(item[key]))) await projection.insert(transaction.db, item);
    await transaction.commit();
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

interface Claim {
  readonly change: string;
  /** Name and builder, then what the change takes. */
  readonly values: readonly unknown[];
}

/** Changes the state of a building, and holds its row, if it still is this one's. */
async function claim(scope: Scope, app: string, { change, values }: Claim): Promise<void> {
  const own = await scope.unsafe(
    `UPDATE ${ownTable(app, "event_projections")} SET ${change}
     WHERE name = $1::text AND builder = $2::text AND state = 'building' RETURNING 1`,
    values,
  );
  if (own.length === 0) throw new Superseded();
}

async function finish(
  { served, database }: ProjectionsOptions,
  { name, key, table }: Projection,
  { builder }: Building,
): Promise<void> {
  const app = served.app.name;
  const keys = ownTable(app, "event_projection_keys");
  await inTransaction(database, async (scope) => {
    // From here on events are not remembered: what they write is not deleted below.
    await claim(scope, app, {
      change: "state = 'ready', built_at = now()",
      values: [name, builder],
    });
    await scope.unsafe(
      `DELETE FROM ${table} AS row WHERE NOT EXISTS (
         SELECT FROM ${keys} k WHERE k.projection = $1::text AND k.key = to_jsonb(row) ->> $2::text)`,
      [name, key],
    );
    await scope.unsafe(`DELETE FROM ${keys} WHERE projection = $1::text`, [name]);
  });
}

async function inTransaction(database: Database, work: (scope: Scope) => Promise<void>) {
  const transaction = database.atomic();
  try {
    await work(await transaction.scope());
    await transaction.commit();
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}
