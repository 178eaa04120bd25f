/** The database of a service: what was said, what is known, and what is meant where nothing is. */
import { resolve } from "node:path";
import { shownDatabase } from "../../../data/database.ts";
import { MarcotError } from "../../../errors.ts";
import type { Move } from "../../../extract/types.ts";
import type { ProjectPlan } from "../../../project/plan.ts";
import type { Opened } from "./opened.ts";

/**
 * What was said before; else what a person says; else a folder beside the project's own. Fails with MoveRefused
 * where a person says another one than before.
 */
export async function targetOf(opened: Opened, to: string | undefined): Promise<string> {
  const { app, plan, extract } = opened;
  const move = await extract.move();
  if (move !== undefined && to !== undefined) refuseOtherTarget(plan, move, to);
  const known = move?.target ?? to ?? ownTarget(plan, app);
  if (known !== undefined) return known;
  throw new MarcotError("CommandInvalid", `where is ${app} to go?`, {
    fix: `Say --to postgres://owner:password@host/${app}: an empty database.`,
  });
}

function refuseOtherTarget({ folder }: ProjectPlan, { app, target }: Move, to: string): void {
  if (placeOf(target, folder) === placeOf(to, folder)) return;
  const message = `${app} moves already, with ${shownDatabase(target)}, and not with ${shownDatabase(to)}`;
  throw new MarcotError("MoveRefused", message, {
    fix: `Leave --to out to go on there; or end that move first: \`marcot absorb ${app}\`.`,
  });
}

/** The same for the same database, however it is written. */
function placeOf(target: string, folder: string): string {
  if (target.startsWith("embedded:")) return resolve(folder, target.slice("embedded:".length));
  const { username, hostname, port, pathname } = new URL(target);
  return `${username}@${hostname}:${port || POSTGRES_PORT}${pathname}`;
}

const POSTGRES_PORT = "5432";

/** Beside an embedded database another one. */
export function ownTarget({ settings }: ProjectPlan, app: string): string | undefined {
  const own = settings.databases.get(app) ?? settings.database;
  return own.startsWith("embedded:") ? `embedded:./.data-${app}` : undefined;
}
