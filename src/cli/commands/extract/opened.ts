/** What each command about a move needs: the project, the move, a line of progress, and an end that leaves nothing half done. */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openEmbedded } from "../../../data/embedded.ts";
import { MarcotError } from "../../../errors.ts";
import type { Extract } from "../../../extract/extract.ts";
import type { Move, Say } from "../../../extract/types.ts";
import { findProject } from "../../../project/find.ts";
import {
  localFiles,
  ownerUrls,
  type ProjectPlan,
  readProject,
  refuseUnlisted,
} from "../../../project/plan.ts";
import {
  Interrupted,
  INTERRUPTED,
  type Interrupts,
  listenForInterrupts,
} from "../../terminal/interrupt.ts";
import { type ProgressLine, progressLine } from "../../terminal/progress.ts";

export interface Opened extends Pick<Interrupts, "whole" | "ending" | "signal"> {
  readonly app: string;
  readonly plan: ProjectPlan;
  readonly extract: Extract;
  readonly line: ProgressLine;
  /** The largest total that a step has told: how many rows there are, where it knew. */
  told(): number;
  /** The project's database, as its owner. Embedded: its server runs until the command ends. */
  ownerUrl(): Promise<string>;
  /** The service's database, as its owner. There must be a move. */
  serviceUrl(): Promise<string>;
  /** Lets other commands work on the move, and answers what goes on reading it. */
  release(): Promise<Extract>;
  /** Done at the end of the command, however it ends; the last first. */
  atEnd(work: () => Promise<void>): void;
}

const EMBEDDED = "embedded:";

/** Longer than a status takes; shorter than a person who has pressed Ctrl+C waits. */
const LEAVE_MS = 5_000;

/** The app is provided by this project, or was until it began to move. */
export async function readApp(app: string): Promise<ProjectPlan> {
  const plan = await readProject({ folder: findProject(process.cwd()) });
  refuseUnlisted(app, plan.settings.apps);
  localFiles(plan, [app]); // where a variable says that the app is elsewhere, it is not ours to move
  return plan;
}

export async function withExtract(
  app: string,
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  const plan = await readApp(app);
  // Loaded only here: no other command needs it.
  const { openExtract } = await import("../../../extract/extract.ts");
  const line = progressLine();
  const owner = ownerUrls(plan);
  const ends: (() => Promise<void>)[] = [() => owner.close()];
  const interrupts = listenForInterrupts((text) => {
    line.clear();
    console.error(text);
  });
  let isStopped = false;
  let most = 0;
  try {
    const say: Say = (told) => {
      most = Math.max(most, told.total ?? 0);
      // The app has changed sides by then, and to compare all rows may take hours.
      if (told.step === "compare") interrupts.letGo();
      if (!isStopped) line.say(told); // what was stopped may go on for a moment
    };
    const extract = await openExtract({ plan, app, say });
    ends.push(() => extract.close());
    const { whole, ending, signal, stopped } = interrupts;
    const atEnd = (end: () => Promise<void>) => void ends.push(end);
    const opened: Opened = {
      app,
      plan,
      extract,
      line,
      told: () => most,
      whole,
      ending,
      signal,
      atEnd,
      ownerUrl: () => owner.of(app),
      async release() {
        await extract.close();
        const reader = await openExtract({ plan, app });
        ends.push(() => reader.close());
        return reader;
      },
      async serviceUrl() {
        const { target = "" } = (await extract.move()) ?? {};
        if (!target.startsWith(EMBEDDED)) return target;
        const server = await openEmbedded(resolve(plan.folder, target.slice(EMBEDDED.length)));
        ends.push(() => server.stop());
        return server.url;
      },
    };
    const worked = work(opened);
    worked.catch(() => undefined); // told below, unless a person has stopped it
    try {
      await Promise.race([worked, stopped]);
    } catch (error) {
      isStopped = isInterrupted(error);
      line.clear();
      if (!isStopped) throw error;
      console.error(await stoppedText(extract, app));
    }
  } finally {
    line.clear();
    const ended = endAll(ends.toReversed());
    await (isStopped ? Promise.race([ended, sleep(LEAVE_MS, undefined, { ref: false })]) : ended);
    interrupts.close();
  }
  // What was stopped may still wait for a database.
  if (isStopped) process.exit(INTERRUPTED);
}

async function endAll(ends: readonly (() => Promise<void>)[]): Promise<void> {
  for (const end of ends) await end();
}

/** What waited was woken by the same signal, and says so in its own way. */
function isInterrupted(error: unknown): boolean {
  return error instanceof Interrupted || (error instanceof Error && error.name === "AbortError");
}

async function stoppedText(extract: Extract, app: string): Promise<string> {
  const late = sleep(LEAVE_MS, undefined, { ref: false });
  const status = await Promise.race([extract.status(), late]).catch(() => undefined);
  if (status === undefined) return `stopped. marcot extract status ${app} says how far it is.`;
  const next = status.next.map((command) => `  ${command}`);
  const others = next.length === 0 ? "" : `; or\n${next.join("\n")}`;
  return `stopped. ${app}: ${status.sentence}\nThe same command goes on from here${others}`;
}

/** A switch that another command has begun is finished, or taken back, before anything else. */
export async function finishBegun({ extract, whole }: Opened): Promise<Move | undefined> {
  const move = await extract.move();
  if (move?.state !== "switching" && move?.state !== "settling") return move;
  await whole("what was begun is finished first", () => extract.resume());
  return extract.move();
}

/** For what cannot be undone: a person is asked; where nobody can be, `--yes` must have been said. */
export async function confirmed(question: string, isYes: boolean): Promise<boolean> {
  if (isYes) return true;
  const { confirm } = await import("../../terminal/ask.ts");
  return confirm(question);
}

/** Before work begins that would have to ask at its end. */
export function refuseUnasked(isYes: boolean, what: string): void {
  if (isYes || process.stdin.isTTY) return;
  throw new MarcotError("CommandInvalid", `nobody can be asked here whether ${what}`, {
    fix: "Say --yes.",
  });
}
