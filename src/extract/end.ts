/**
 * The end of a move: it leaves the project for good, or nothing of it is left. What is dropped on one side does not
 * need the other one, so that a database that is down keeps nobody.
 */
import { isDisconnected } from "../data/disconnected.ts";
import { quoted } from "../data/identifier.ts";
import { ownTable } from "../data/own-tables.ts";
import { codeOf, MarcotError } from "../errors.ts";
import { takeLeft } from "../project/usage/left.ts";
import { type Course, moveOf, rolesOf } from "./course.ts";
import { altering, dropFence, forgetRecognisable } from "./fence.ts";
import type { OpenSide } from "./sides.ts";
import { dropSlot } from "./slot.ts";
import { dropStream, dropSubscription, streamOf, unpublish } from "./stream.ts";
import { stillOurs } from "./switch/mover.ts";
import { dropProvider } from "./switch/providers.ts";
import type { Move } from "./types.ts";

/** The service holds the app for good. Its side must be there: what is dropped is the only other copy. */
export async function complete(course: Course): Promise<void> {
  const { app, journal, at, say } = course;
  const move = await moveOf(course);
  if (move.state === "completed") return;
  const isHome = move.info.ending !== "complete" && move.state === "copying";
  if (move.holder !== "service" || !["ready", "copying"].includes(move.state) || isHome) {
    throw refused(move, "completed", completeFix(move));
  }
  await finishComplete(course, move);
  say({ step: "completed", note: app });
  await journal.change({
    state: "completed",
    info: { ending: null, problem: null, full: null, indexes: null },
  });
  await at("complete: done");
}

async function finishComplete(course: Course, move: Move): Promise<void> {
  const { app, journal, project, at } = course;
  const service = await course.service(move.target);
  await journal.change({ info: { ending: "complete" } });
  await at("complete: begun");
  await takeLeft(project.sql, service.sql, app);
  await dropStream(service, project, streamOf(app, "service"));
  await dropStream(project, service, streamOf(app, "project"));
  await at("complete: streams dropped");
  await dropCopy(project);
  await at("complete: copy dropped");
  await makePlain(service, move);
  await at("complete: fences dropped");
}

/**
 * Nothing moves any more: the app is the project's, as before. A way home that was begun is given up: what the project
 * has got of it is dropped, and the service goes on holding the app, as it did before `absorb`.
 */
export async function cancel(course: Course, isAbandoned: boolean): Promise<void> {
  const { journal, at, say } = course;
  const move = await journal.read();
  if (move === undefined) return;
  if (move.holder === "service") {
    if (move.state !== "copying") throw refused(move, "cancelled", cancelFix(move));
    say({
      step: "cancel",
      note: `the copy at home is dropped; the service holds ${move.app} alone`,
    });
    await finishComplete(course, move);
    await journal.change({
      state: "completed",
      info: { ending: null, problem: null, indexes: null, full: null },
    });
    await at("cancel: done");
    return;
  }
  if (!["copying", "ready"].includes(move.state))
    throw refused(move, "cancelled", "Resume it first.");
  await journal.change({ info: { ending: "cancel" } });
  await at("cancel: begun");
  const service = await reachable(course, move);
  await freeProject(course, move, service);
  if (service !== undefined) await freeService(course, service);
  else if (!isAbandoned) throw await leftBehind(course, move);
  await journal.remove();
  await at("cancel: done");
}

/** The project's own side needs nobody, and comes first: what it keeps for a follower would fill its disk. */
async function freeProject(course: Course, move: Move, service: OpenSide | undefined) {
  const { app, project, at } = course;
  const out = streamOf(app, "project");
  const home = streamOf(app, "service");
  const slots = service === undefined ? [out] : await dropSubscription(service, out);
  for (const slot of slots) await dropSlot(project, slot);
  await dropStream(service, project, home);
  await at("cancel: streams dropped");
  if (service !== undefined) await takeLeft(service.sql, project.sql, app);
  await makePlain(project, move);
  await dropProvider(project);
  await project.sql.unsafe(`DELETE FROM ${ownTable(app, "move_markers")}`);
  await at("cancel: fences dropped");
}

async function freeService({ at }: Course, service: OpenSide): Promise<void> {
  await dropCopy(service);
  await at("cancel: copy dropped");
  // A process that still serves the app there would answer from tables that are gone.
  if (!(await isServed(service))) await dropProvider(service);
  await at("cancel: rows dropped");
}

async function isServed({ app, sql }: OpenSide): Promise<boolean> {
  const found = await sql`
    select from marcot.processes p join pg_stat_activity a on a.pid = p.backend
    where ${app} = any(p.apps) and coalesce(a.backend_start = p.backend_start, true)`;
  return found.length > 0;
}

/** The tables stay, and what the move has added to them goes. */
async function makePlain(side: OpenSide, { info }: Move): Promise<void> {
  await unpublish(side);
  await forgetRecognisable(side, info.full ?? []);
  await dropFence(side);
}

async function dropCopy(side: OpenSide): Promise<void> {
  await unpublish(side);
  await altering(side.sql, [
    stillOurs(side.owner),
    `DROP SCHEMA IF EXISTS ${quoted(side.app)} CASCADE`,
  ]);
}

/** Undefined where its database cannot be reached. */
async function reachable(course: Course, move: Move): Promise<OpenSide | undefined> {
  try {
    return (await rolesOf(course, move)).follower;
  } catch (error) {
    if (isDisconnected(error) || codeOf(error) === "DatabaseUnavailable") return undefined;
    throw error;
  }
}

async function leftBehind({ app, journal }: Course, { target }: Move): Promise<MarcotError> {
  const place = target.startsWith("embedded:") ? target : new URL(target).host;
  const problem =
    `${place} cannot be reached: the schema ${app}, the subscription ${streamOf(app, "project")} ` +
    `and the slot ${streamOf(app, "service")} are left there`;
  await journal.change({ info: { problem } });
  const message = `The project's side of ${app} is as before; ${problem}`;
  return new MarcotError("DatabaseUnavailable", message, {
    fix: `Run \`marcot extract cancel ${app}\` again when it is back, or with --abandon if it never will be.`,
  });
}

function completeFix({ app, holder, state }: Move): string {
  if (holder === "project") return "Switch to the service first.";
  if (state !== "copying") return `Run \`marcot extract resume ${app}\` first.`;
  return (
    `It is on its way home: \`marcot extract cancel ${app}\` gives that up, and the service goes on holding it; ` +
    `\`marcot absorb ${app}\` goes on.`
  );
}

function cancelFix({ app, state }: Move): string {
  if (state !== "completed") return `Reverse it first: \`marcot extract reverse ${app}\`.`;
  return `It has left for good, and nothing is under way: \`marcot absorb ${app}\` brings it home.`;
}

function refused(move: Move, what: string, fix: string): MarcotError {
  const { app, state, holder } = move;
  const message = `The move of ${app} cannot be ${what}: it is ${state}, and the ${holder} holds the app`;
  return new MarcotError("MoveRefused", message, { fix });
}
