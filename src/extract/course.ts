/** What every step of a move is given. */
import { join } from "node:path";
import { MarcotError } from "../errors.ts";
import type { ProjectPlan } from "../project/plan.ts";
import type { Journal } from "./journal.ts";
import type { At } from "./points.ts";
import type { OpenSide } from "./sides.ts";
import type { Move, Say, SideName } from "./types.ts";

/** A command at work: it holds the lock of the move. */
export interface Course {
  readonly app: string;
  readonly plan: ProjectPlan;
  readonly journal: Journal;
  readonly project: OpenSide;
  /** Opened when it is first asked for, and kept. Fails with DatabaseUnavailable. */
  service(target: string): Promise<OpenSide>;
  readonly say: Say;
  readonly at: At;
}

/** Both sides, by what they are at the moment. */
export interface Roles {
  readonly holder: OpenSide;
  readonly follower: OpenSide;
}

export async function rolesOf(
  course: Course,
  move: Pick<Move, "target" | "holder">,
): Promise<Roles> {
  const { project } = course;
  const service = await course.service(move.target);
  return move.holder === "project"
    ? { holder: project, follower: service }
    : { holder: service, follower: project };
}

export function otherSide(side: SideName): SideName {
  return side === "project" ? "service" : "project";
}

/** Where the processes of the other side find the app when `side` holds it. */
export function addressOf(move: Pick<Move, "service" | "home">, side: SideName): string | null {
  return side === "service" ? move.service : move.home;
}

/** What to do where both sides do not have the same tables: `marcot migrate` refuses while an app moves. */
export function alikeFix({ app, holder }: Pick<Move, "app" | "holder">): string {
  const byHand = `Make the same change by hand in both databases, and run \`marcot extract resume ${app}\``;
  const ending =
    holder === "project"
      ? `\`marcot extract cancel ${app}\`, migrate, and begin again`
      : `\`marcot extract complete ${app}\`, migrate where the service runs, and \`marcot absorb ${app}\` to bring it home`;
  return `${byHand}; or ${ending}.`;
}

/** What to do where the follower has missed rows. */
export function brokenFix({ app, holder }: Pick<Move, "app" | "holder">): string {
  return holder === "project"
    ? `Run \`marcot extract resume ${app}\`: it copies the rows anew.`
    : `Run \`marcot extract complete ${app}\`; \`marcot absorb ${app}\` then copies it home anew.`;
}

/** The journal's row. Fails with MoveRefused where nothing moves. */
export async function moveOf({ app, journal }: Course): Promise<Move> {
  const move = await journal.read();
  if (move !== undefined) return move;
  throw new MarcotError("MoveRefused", `${app} does not move`, {
    fix: `Begin with \`marcot extract start ${app} --to URL\`.`,
  });
}

/** The folder of the app's migrations. */
export function migrationsOf({ plan, app }: Pick<Course, "plan" | "app">): string {
  const files = plan.apps.find(({ name }) => name === app)?.files;
  if (files !== undefined) return join(files.folder, "migrations");
  throw new MarcotError(
    "AppNotFound",
    `The code of ${app} is not here, so its tables cannot be made`,
  );
}
