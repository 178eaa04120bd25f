/** What would make a switch fail is found while nobody waits, and what it needs is made. */
import { setTimeout as sleep } from "node:timers/promises";
import { shownDatabase } from "../../data/database.ts";
import { codeOf, MarcotError } from "../../errors.ts";
import { alikeFix, brokenFix, type Course, moveOf, type Roles } from "../course.ts";
import { setFence } from "../fence.ts";
import type { OpenSide } from "../sides.ts";
import { joinTables } from "../start/joined.ts";
import { slotOf } from "../slot.ts";
import { canFilter, correctConnection, streamOf, subscriptionOf } from "../stream.ts";
import type { Move, SideName } from "../types.ts";
import { waitForArrival } from "../verify/arrival.ts";
import { schemaDifference } from "../verify/schema.ts";
import { makeWayBack } from "./settle.ts";

export interface ChangeOptions {
  readonly service: string | undefined;
  readonly home: string | undefined;
  readonly budgetMs: number;
  readonly drainMs: number;
  /** For `copy`: how long writes may wait; undefined: they must not wait for a copy. */
  readonly pauseMs: number | undefined;
}

/** A worker that lost its connection, or was started again, is back within some seconds. */
const PROBE_MS = 20_000;
/** One that has lost its session registers again within a second. */
const SERVED_MS = 2_500;
const SERVED_POLL_MS = 50;

/** The journal's row, with the addresses that were told. Fails with MoveRefused where it may not be switched. */
export async function prepareMove(
  course: Course,
  to: SideName,
  options: ChangeOptions,
): Promise<Move> {
  const { app, journal } = course;
  const before = await moveOf(course);
  if (before.state !== "ready" || before.holder === to) {
    const message = `The ${to} cannot take ${app} over: the move is ${before.state}, and the ${before.holder} holds the app`;
    throw new MarcotError("MoveRefused", message);
  }
  if (before.mode === "copy" && options.pauseMs === undefined) {
    const message = `The rows of ${app} are copied while writes wait, and nobody has said how long they may`;
    throw new MarcotError("MoveRefused", message, { fix: "Say how long with --pause." });
  }
  const { service = before.service, home = before.home } = options;
  if (service === null) {
    throw new MarcotError("MoveRefused", `Nobody has said where the service of ${app} is`, {
      fix: "Start it, and name its address with --service.",
    });
  }
  await journal.change({ service, home });
  return { ...before, service, home };
}

/** Fails with SwitchFailed where the follower cannot take over. */
export async function checkFollower(course: Course, move: Move, roles: Roles): Promise<void> {
  const { app } = course;
  const { holder, follower } = roles;
  const different = await schemaDifference({ app, from: holder, to: follower });
  if (different.length > 0) {
    const message = `The tables of ${app} are not the same on both sides: ${different.join("; ")}`;
    throw new MarcotError("SwitchFailed", message, { fix: alikeFix(move) });
  }
  if (follower.name === "service") await checkServed(follower, move.target);
  await setFence(holder, "disabled");
  await setFence(follower, "enabled");
  if (move.mode === "copy") return;
  await correctConnection(follower, holder);
  const name = streamOf(app, holder.name);
  const [slot, subscription] = [await slotOf(holder, name), await subscriptionOf(follower, name)];
  const isWhole = slot !== undefined && !slot.isLost && subscription !== undefined;
  if (!isWhole || !subscription.enabled) {
    const message = `The stream that keeps the ${follower.name} current is broken (${name})`;
    throw new MarcotError("SwitchFailed", message, {
      fix: isWhole ? `Run \`marcot extract resume ${app}\`.` : brokenFix(move),
    });
  }
  await joinTables(course, roles);
  await notBehind(app, roles, PROBE_MS);
}

/**
 * Fails with SwitchFailed where no process has the app in the service's database: who answers at the service's address
 * may be another app, or one that lies in another database.
 */
async function checkServed({ app, sql }: OpenSide, target: string): Promise<void> {
  const giveUpAt = performance.now() + SERVED_MS;
  for (;;) {
    const [found] = await sql`
      select from marcot.processes p join pg_stat_activity a on a.pid = p.backend
      where ${app} = any(p.apps) and coalesce(a.backend_start = p.backend_start, true)`;
    if (found !== undefined) return;
    if (performance.now() > giveUpAt) break;
    await sleep(SERVED_POLL_MS);
  }
  const message = `No process of the service is connected to ${shownDatabase(target)}`;
  throw new MarcotError("SwitchFailed", message, {
    fix: `Start it with \`marcot runserver --only ${app}\` and the variables that \`marcot extract plan ${app} --to URL\` names: with that database.`,
  });
}

/** Fails with SwitchFailed when a row does not arrive in time. */
export async function notBehind(app: string, { holder, follower }: Roles, withinMs: number) {
  try {
    await waitForArrival({ app, from: holder.sql, to: follower.sql, withinMs });
  } catch (error) {
    if (codeOf(error) !== "MoveRefused") throw error;
    throw new MarcotError("SwitchFailed", (error as Error).message, { cause: error });
  }
}

export async function prepareWayBack(course: Course, roles: Roles): Promise<void> {
  const { holder, follower } = roles;
  await makeWayBack(course, roles);
  if (canFilter(holder, follower)) return;
  // It is advanced again inside the fence, and has little left to read then.
  const back = streamOf(course.app, follower.name);
  await follower.sql`select pg_replication_slot_advance(${back}, pg_current_wal_lsn())`;
}
