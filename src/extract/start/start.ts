/**
 * The follower gets the app: its tables by its migrations, its rows by a stream that first copies and then follows.
 * Each step makes sure of what it needs, so that a start that died is begun again from the top.
 */
import { shownDatabase, withoutPassword } from "../../data/database.ts";
import { checkMigrated, migrate } from "../../data/migrate.ts";
import { provision } from "../../data/roles.ts";
import { MarcotError } from "../../errors.ts";
import {
  addressOf,
  type Course,
  migrationsOf,
  moveOf,
  otherSide,
  type Roles,
  rolesOf,
} from "../course.ts";
import { emptyTables, makeRecognisable, setFence, tablesWithRows, unrecognised } from "../fence.ts";
import { checkSides, type OpenSide } from "../sides.ts";
import { makeSlot, slotOf } from "../slot.ts";
import {
  correctConnection,
  dropStream,
  enable,
  publish,
  streamOf,
  subscribe,
  subscriptionOf,
} from "../stream.ts";
import { highestEpoch, writeProvider } from "../switch/providers.ts";
import type { Mode, Move } from "../types.ts";
import { schemaDifference } from "../verify/schema.ts";
import { unlike } from "./alike.ts";
import { waitUntilCopied, waitUntilCurrent } from "./copied.ts";
import { dropIndexes, makeIndexes } from "./indexes.ts";
import { joinTables } from "./joined.ts";

/** A nightly report may be at work in the database; who begins a move has time. */
const SLOT_MS = 300_000;

export interface BeginOptions {
  readonly to: string;
  readonly replace: boolean;
  readonly mode: Mode;
}

/** Begins a move: `makeCopy` does the rest. */
export async function begin(course: Course, options: BeginOptions): Promise<void> {
  const { app, journal, project, at } = course;
  const { to: target, mode, replace } = options;
  const known = await journal.read();
  if (known !== undefined) return refuseOther(known, target);
  const service = await course.service(target);
  await checkSides(project, service, mode);
  await checkMigrated({ ownerUrl: project.ownerUrl, app, folder: migrationsOf(course) });
  if (!replace) await refuseRows(service);
  await at("start: begun");
  const epoch = await highestEpoch([project, service]);
  await journal.add({ state: "copying", holder: "project", mode, epoch, target });
  await at("start: journal written");
  // Of a move that was given up: they would be taken for ours.
  await dropStream(project, service, streamOf(app, "project"));
  await dropStream(service, project, streamOf(app, "service"));
}

/** Begins the way home of an app that has left for good. */
export async function beginHome(course: Course): Promise<void> {
  const { journal, project, at } = course;
  const move = await moveOf(course);
  if (move.state === "copying" && move.holder === "service") return;
  if (move.state !== "completed") {
    const message = `${move.app} has not left for good: it is ${move.state}`;
    throw new MarcotError("MoveRefused", message, { fix: `\`marcot absorb ${move.app}\`.` });
  }
  const service = await course.service(move.target);
  await checkSides(project, service, move.mode);
  await refuseRows(project);
  await at("start: begun");
  await journal.change({ state: "copying" });
  await at("start: journal written");
}

/** From `copying` to `ready`. */
export async function makeCopy(course: Course): Promise<void> {
  const { journal, at, say } = course;
  const move = await moveOf(course);
  const roles = await rolesOf(course, move);
  await prepareFollower(course, move, roles);
  if (move.mode === "stream") await stream(course, roles);
  await journal.change({ state: "ready", info: { problem: null } });
  say({ step: "ready" });
  await at("start: ready");
}

async function prepareFollower(course: Course, move: Move, roles: Roles): Promise<void> {
  const { app, at, say } = course;
  const { holder, follower } = roles;
  // First of all: the service's processes may be there already, and must not answer.
  await writeProvider(follower, {
    app,
    phase: "elsewhere",
    epoch: move.epoch,
    address: addressOf(move, holder.name),
  });
  await at("start: provider row written");
  say({ step: "migrate" });
  await makeAlike(course, roles);
  await at("start: migrated");
  say({ step: "fence" });
  await setFence(holder, "disabled");
  await setFence(follower, "enabled");
  await at("start: fences made");
  if (move.mode === "copy") await emptyTables(follower);
}

/** By its migrations, unless it is alike already: its history may have been emptied, to be copied with the rows. */
async function makeAlike(course: Course, { holder, follower }: Roles): Promise<void> {
  const { app } = course;
  const { ownerUrl } = follower;
  const indexes = (await moveOf(course)).info.indexes ?? [];
  const differences = async () => {
    const all = await schemaDifference({ app, from: holder, to: follower });
    // Those that are gone while rows are copied come again.
    return all.filter((text) => !indexes.some(({ name }) => text.includes(`.${name} `)));
  };
  if ((await differences()).length === 0) return provision(ownerUrl, app);
  await migrate({ ownerUrl, app, folder: migrationsOf(course) });
  const left = await differences();
  if (left.length > 0) throw unlike(await moveOf(course), left);
}

async function stream(course: Course, roles: Roles): Promise<void> {
  const { app, journal, at } = course;
  const { holder, follower } = roles;
  const name = streamOf(app, holder.name);
  const info = (await moveOf(course)).info;
  const full = new Set([...(info.full ?? []), ...(await unrecognised(holder))]);
  await journal.change({ info: { full: [...full] } });
  for (const side of [holder, follower]) {
    await makeRecognisable(side);
    await publish(side);
  }
  await at("start: published");
  const slot = await slotOf(holder, name);
  const isBroken = slot === undefined || slot.isLost;
  // Without its slot a stream has lost rows: it begins anew.
  if (isBroken) await dropStream(holder, follower, name);
  if ((await subscriptionOf(follower, name)) === undefined) {
    // A way back that a switch has left would carry to the holder that its copy was emptied.
    await dropStream(follower, holder, streamOf(app, follower.name));
    await emptyTables(follower);
    await dropIndexes(course, holder, follower);
    await makeSlot(holder, name, SLOT_MS);
    await at("start: slot made");
    await subscribe(follower, holder, { copy: "rows" });
  } else {
    await correctConnection(follower, holder);
  }
  await enable(follower, name);
  await at("start: subscribed");
  await waitUntilCopied(course, roles);
  await joinTables(course, roles);
  await at("start: copied");
  await makeIndexes(course, follower);
  await at("start: indexes made");
  await waitUntilCurrent(course, roles);
}

function refuseOther(move: Move, target: string): void {
  if (move.state === "copying" && move.holder === "project" && move.target === target) return;
  const { app, state, holder } = move;
  const where = shownDatabase(move.target);
  const message =
    state === "copying"
      ? `A copy of ${app} for the ${otherSide(holder)} is being made already, in ${where}`
      : `${app} moves already: it is ${state}, and held by the ${holder} (${where})`;
  throw new MarcotError("MoveRefused", message);
}

async function refuseRows(side: OpenSide): Promise<void> {
  const tables = await tablesWithRows(side);
  if (tables.length === 0) return;
  const message = `${withoutPassword(side.ownerUrl)} has rows of ${side.app} already: ${tables.join(", ")}`;
  const fix =
    side.name === "service"
      ? "Name another database, or say --replace to have them deleted."
      : `Drop the schema ${side.app} there, if nobody needs them.`;
  throw new MarcotError("MoveRefused", message, { fix });
}
