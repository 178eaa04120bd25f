/** Holder and follower change places: one code for both directions. */
import { setTimeout as sleep } from "node:timers/promises";
import { MarcotError } from "../../errors.ts";
import { addressOf, type Course, type Roles, rolesOf } from "../course.ts";
import { movedTables } from "../tables.ts";
import type { Move, SideName, Switched } from "../types.ts";
import { backOut } from "./back-out.ts";
import { throughFence, Withdrawn } from "./fenced.ts";
import { type Gate, openGate, tellMissing } from "./gate.ts";
import { checkOurs } from "./mover.ts";
import {
  type ChangeOptions,
  checkFollower,
  notBehind,
  prepareMove,
  prepareWayBack,
} from "./prepare.ts";
import { writeBoth, writeProvider } from "./providers.ts";
import { sequencesOf } from "../sequences.ts";
import { openSessions, type Sessions } from "./sessions.ts";
import { openFollower, rounded, settle, writeSettling } from "./settle.ts";

/** Fewer and a busy minute defeats it; more and people feel each of the pauses. */
const ATTEMPTS = 8;
/** A process that does not answer is no bad luck. Long calls end by the second time. */
const GATE_ATTEMPTS = 2;
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
/** A process waits a little longer than the switch takes at most, so that it does not go on too early. */
const HOLD_MARGIN_MS = 250;
/** A stream that needs longer for one row is behind: it is not waited for while writes are held. */
const PROBE_MS = 1_000;

/** Fails with SwitchFailed when it did not happen: then everything is as it was. */
export async function changePlaces(
  course: Course,
  to: SideName,
  options: ChangeOptions,
): Promise<Switched> {
  const move = await prepareMove(course, to, options);
  const roles = await rolesOf(course, move);
  await checkFollower(course, move, roles);
  await course.at("switch: begun");
  await checkOurs(roles.holder, roles.follower);
  if (move.mode === "stream") await prepareWayBack(course, roles);
  await course.at("switch: way back prepared");
  const gate = await openGate([roles.holder, roles.follower]);
  try {
    const sessions = await openSessions(roles);
    try {
      return await changeGated({ course, move, roles, gate, sessions, options });
    } finally {
      await sessions.close();
    }
  } finally {
    await gate.close();
  }
}

interface Changing {
  readonly course: Course;
  readonly move: Move;
  readonly roles: Roles;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly options: ChangeOptions;
}

interface Attempted {
  readonly move: Move;
  readonly attempts: number;
  /** Of `performance.now()`. */
  readonly begun: number;
  readonly held: number;
}

async function changeGated(changing: Changing): Promise<Switched> {
  const { course, roles, sessions } = changing;
  let done: Attempted;
  try {
    done = await untilCommitted(changing);
  } catch (error) {
    await backOut(course, error);
    throw error;
  }
  const { move, attempts, begun, held } = done;
  await course.at("switch: committed");
  const waited = await openFollower({ ...changing, move }, sessions.arrival);
  const opened = performance.now();
  const switched: Switched = {
    holder: roles.follower.name,
    epoch: move.epoch,
    gateMs: rounded(held - begun),
    fenceMs: rounded(opened - held),
    databaseMs: rounded(opened - held - waited),
    holdMs: rounded(opened - begun),
    attempts,
    at: new Date().toISOString(),
  };
  await writeSettling(course, move, switched);
  await settle(course, sessions);
  return switched;
}

/** Rejects where nothing has happened. */
async function untilCommitted(changing: Changing): Promise<Attempted> {
  const { course, roles, options } = changing;
  const { app, say, at } = course;
  let move = await writeAttempt(course, changing.move);
  await at("switch: journal written");
  await leave(changing, move);
  const reasons: string[] = [];
  for (let attempts = 1; ; attempts += 1) {
    if (attempts > 1) move = await writeAttempt(course, move);
    await at("switch: attempt written");
    const result = await tryOnce(changing, move);
    if ("held" in result) return { ...result, move, attempts };
    reasons.push(result.why);
    say({ step: "try again", note: result.why });
    const isOver = attempts === ATTEMPTS || (result.isGate && attempts >= GATE_ATTEMPTS);
    if (isOver) throw failed(app, attempts, reasons, options);
    const { holder, follower } = roles;
    await writeBoth(roles, [
      { app, phase: "leaving", epoch: move.epoch, address: addressOf(move, follower.name) },
      { app, phase: "elsewhere", epoch: move.epoch, address: addressOf(move, holder.name) },
    ]);
    await sleep(Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** attempts) * (0.5 + Math.random() / 2));
  }
}

async function writeAttempt({ journal }: Course, move: Move): Promise<Move> {
  const epoch = String(BigInt(move.epoch) + 1n);
  await journal.change({ state: "switching", epoch });
  return { ...move, epoch };
}

/** Background work of the app ends on the side that it leaves. */
async function leave({ course, roles, gate, options }: Changing, move: Move): Promise<void> {
  const { app, at, say } = course;
  const { holder, follower } = roles;
  const { epoch } = move;
  say({ step: "leave" });
  const address = addressOf(move, follower.name);
  await writeProvider(holder, { app, phase: "leaving", epoch, address });
  await at("switch: leaving");
  const wait = { phase: "leaving", epoch, withinMs: options.drainMs } as const;
  const missing = await gate.passed(holder, wait);
  if (missing.length > 0) {
    const message = `${app} did not change places: ${tellMissing(missing, "leaving")}`;
    throw new MarcotError("SwitchFailed", message);
  }
  await at("switch: left");
}

type Tried =
  | { readonly begun: number; readonly held: number }
  | { readonly why: string; readonly isGate: boolean };

async function tryOnce(changing: Changing, move: Move): Promise<Tried> {
  const { course, roles, gate, sessions, options } = changing;
  const { app, at, say } = course;
  const { holder, follower } = roles;
  const { epoch } = move;
  const [tables, sequences] = [
    await movedTables(holder.sql, app),
    await sequencesOf({ app, sql: holder.sql }),
  ];
  const behind = move.mode === "stream" ? await lagOf(app, roles) : undefined;
  if (behind !== undefined) return { why: behind, isGate: false };
  const budgetMs = move.mode === "copy" ? (options.pauseMs ?? 0) : options.budgetMs;
  const holdMs = budgetMs + HOLD_MARGIN_MS;
  say({ step: "switch" });
  const begun = performance.now();
  const deadline = begun + budgetMs;
  await writeBoth(roles, [
    { app, phase: "holding", epoch, address: addressOf(move, follower.name), holdMs },
    {
      app,
      phase: "holding",
      epoch,
      address: addressOf(move, holder.name),
      holdMs,
      isHolder: false,
    },
  ]);
  await at("switch: holding");
  const wait = {
    phase: "holding",
    epoch,
    withinMs: Math.max(0, deadline - performance.now()),
  } as const;
  const missing = (
    await Promise.all([gate.passed(holder, wait), gate.passed(follower, wait)])
  ).flat();
  if (missing.length > 0) return { why: tellMissing(missing, "holding"), isGate: true };
  const held = performance.now();
  await at("switch: held");
  try {
    await throughFence({ course, move, roles, sessions, tables, sequences, deadline });
    return { begun, held };
  } catch (error) {
    if (error instanceof Withdrawn) return { why: error.message, isGate: false };
    throw error;
  }
}

async function lagOf(app: string, roles: Roles): Promise<string | undefined> {
  try {
    await notBehind(app, roles, PROBE_MS);
    return undefined;
  } catch (error) {
    if (error instanceof MarcotError && error.code === "SwitchFailed") return error.message;
    throw error;
  }
}

function failed(
  app: string,
  attempts: number,
  reasons: readonly string[],
  { budgetMs }: ChangeOptions,
): MarcotError {
  const times = attempts === 1 ? "once" : `${attempts} times`;
  const message = `${app} did not change places within ${budgetMs} ms, tried ${times}: ${reasons.at(-1)}`;
  return new MarcotError("SwitchFailed", message);
}
