/** A move that is `ready` is looked over, and what is not as it should be is put right. */
import { MarcotError } from "../../errors.ts";
import { addressOf, brokenFix, type Course, type Roles, rolesOf } from "../course.ts";
import { setFence } from "../fence.ts";
import type { OpenSide } from "../sides.ts";
import { slotOf } from "../slot.ts";
import { correctConnection, enable, publish, streamOf, subscriptionOf } from "../stream.ts";
import { writeProvider } from "../switch/providers.ts";
import { fenced, movedTables } from "../tables.ts";
import type { Move } from "../types.ts";
import { schemaDifference } from "../verify/schema.ts";
import { unlike } from "./alike.ts";
import { waitUntilCurrent } from "./copied.ts";
import { joinTables } from "./joined.ts";
import { makeCopy } from "./start.ts";

/**
 * Answers what it has put right, in words: nothing where all was in place. A copy that has missed rows is made anew.
 * Fails with MoveBlocked where that cannot be, or where the tables of both sides are not alike.
 */
export async function putRight(course: Course, move: Move): Promise<readonly string[]> {
  const { app, journal } = course;
  const roles = await rolesOf(course, move);
  const done = [...(await repairRows(course, move, roles)), ...(await repairFences(roles))];
  const isBroken = move.mode === "stream" && (await hasMissed(app, roles));
  if (isBroken && move.holder === "service") {
    const message = `The project's copy of ${app} has missed rows, and cannot follow any more; the service goes on`;
    throw new MarcotError("MoveBlocked", message, { fix: brokenFix(move) });
  }
  if (isBroken) {
    await journal.change({ state: "copying" });
    await makeCopy(course);
    return [...done, "its copy had missed rows, and was made anew"];
  }
  const { holder: from, follower: to } = roles;
  const different = await schemaDifference({ app, from, to });
  if (different.length > 0) throw unlike(move, different);
  if (move.mode === "stream") done.push(...(await repairStream(course, roles)));
  await journal.change({ info: { problem: null } });
  return done;
}

/** Without its slot, or without its place in it, a stream does not know any more what it has brought. */
async function hasMissed(app: string, { holder, follower }: Roles): Promise<boolean> {
  const name = streamOf(app, holder.name);
  const slot = await slotOf(holder, name);
  if (slot === undefined || slot.isLost) return true;
  return (await subscriptionOf(follower, name)) === undefined;
}

/** A row that is right is left as it is: with a rehearsal, it says more than this. */
async function repairRows(
  { app }: Course,
  move: Move,
  { holder, follower }: Roles,
): Promise<string[]> {
  const { epoch } = move;
  const done: string[] = [];
  const { phase = "here" } = (await rowOf(holder)) ?? {};
  if (phase !== "here") {
    const address = addressOf(move, follower.name);
    await writeProvider(holder, { app, phase: "here", epoch, address });
    done.push(`the ${holder.name}'s processes were told "${phase}"`);
  }
  const found = await rowOf(follower);
  const address = addressOf(move, holder.name);
  if (found?.phase !== "elsewhere" || found.address !== address) {
    await writeProvider(follower, { app, phase: "elsewhere", epoch, address });
    done.push(`the ${follower.name}'s processes were not told where it is`);
  }
  return done;
}

interface Row {
  readonly phase: string;
  readonly address: string | null;
}

async function rowOf({ app, sql }: OpenSide): Promise<Row | undefined> {
  const [row] = await sql<Row[]>`select phase, address from marcot.providers where app = ${app}`;
  return row;
}

async function repairFences({ holder, follower }: Roles): Promise<string[]> {
  const done: string[] = [];
  for (const [side, to] of [
    [holder, "disabled"],
    [follower, "enabled"],
  ] as const) {
    const tables = fenced(await movedTables(side.sql, side.app));
    const isRight = tables.every(({ fence }) => fence === to || (!fence && side === holder));
    await setFence(side, to);
    const word = to === "enabled" ? "took" : "refused";
    if (!isRight) done.push(`tables of the ${side.name} ${word} writes`);
  }
  return done;
}

async function repairStream(course: Course, roles: Roles): Promise<string[]> {
  const { holder, follower } = roles;
  const name = streamOf(course.app, holder.name);
  const done: string[] = [];
  const isEnabled = (await subscriptionOf(follower, name))?.enabled === true;
  await publish(holder);
  await correctConnection(follower, holder);
  await enable(follower, name);
  if (!isEnabled) done.push(`the ${follower.name}'s subscription was disabled`);
  const joined = await joinTables(course, roles);
  if (joined.length > 0) done.push(`the stream did not carry ${joined.join(", ")}`);
  await waitUntilCurrent(course, roles);
  return done;
}
