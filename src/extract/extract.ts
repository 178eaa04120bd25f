/**
 * An app leaves while people use it, and comes home. Read this third: each function is one step that a person
 * can ask for, and each makes sure of what it needs, so that repeating it does no harm.
 */
import { randomBytes } from "node:crypto";
import { connect } from "../data/database.ts";
import { MarcotError } from "../errors.ts";
import { ownerUrls, type ProjectPlan } from "../project/plan.ts";
import type { Course } from "./course.ts";
import { cancel, complete } from "./end.ts";
import { openJournal, readMove } from "./journal.ts";
import type { At } from "./points.ts";
import { putRight } from "./start/repair.ts";
import { openSide, openTarget, type OpenSide, type Owner } from "./sides.ts";
import { begin, beginHome, makeCopy } from "./start/start.ts";
import { statusOf } from "./status/status.ts";
import { claimService } from "./switch/mover.ts";
import { finishSwitch } from "./switch/resume.ts";
import { changePlaces } from "./switch/switch.ts";
import { told } from "./told.ts";
import {
  BUDGET_MS,
  type Mode,
  type Move,
  type Say,
  type SideName,
  type Status,
  type Switched,
} from "./types.ts";

export interface ExtractOptions {
  /** Read with the settings of the project, whose database has the journal. */
  readonly plan: ProjectPlan;
  readonly app: string;
  /** Told how far it is. Default: nobody. */
  readonly say?: Say;
  /** Called at each of `points`, and waited for: for tests. Default: nothing is called. */
  readonly at?: At;
}

export interface StartOptions {
  /** The owner's URL of an empty database for the service, or `embedded:FOLDER`. */
  readonly to: string;
  /** Rows that lie in the app's schema there already are deleted. Default: false, they are a reason to refuse. */
  readonly replace?: boolean;
  /** Default: `stream`. `copy`, where the databases cannot replicate: rows are copied at the switch. */
  readonly mode?: Mode;
}

export interface SwitchOptions {
  /** The address of the service. Default: as it was told before. */
  readonly service?: string;
  /** The address of the app in the project, for calls that reach the service later. Default: none. */
  readonly home?: string;
  /** How long writes may wait. Default: 1000 ms. */
  readonly budgetMs?: number;
  /** How long background work may take to end before. Default: 30,000 ms. */
  readonly drainMs?: number;
  /** For `copy`: the pause that is allowed, at which rows are copied. Default: not allowed. */
  readonly pauseMs?: number;
}

export interface CancelOptions {
  /** Ends the move although the service's database cannot be reached, and leaves there what is there. Default: false. */
  readonly abandon?: boolean;
}

export interface ResumeOptions {
  /** Ends the command that works on the move, as one that hangs. Default: false, it is a reason to refuse. */
  readonly takeOver?: boolean;
}

/** Each step that changes anything fails with MoveRefused while another command works on the move. */
export interface Extract {
  /** The journal's row; undefined where nothing moves. */
  move(): Promise<Move | undefined>;
  status(): Promise<Status>;
  /** Makes the copy, and resolves when the follower has all. */
  start(options: StartOptions): Promise<void>;
  /** The holder and the follower change places: `to` says who is to hold it then. */
  switch(to: SideName, options?: SwitchOptions): Promise<Switched>;
  /** Ends the move where the service holds the app: the project's copy is dropped. */
  complete(): Promise<void>;
  /**
   * Ends the move where the project holds the app: the service's copy is dropped. While the way home is copied it
   * gives that up: what the project has of it is dropped, and the service goes on holding the app alone.
   */
  cancel(options?: CancelOptions): Promise<void>;
  /**
   * Finishes, or takes back, what a command that died had begun; where nothing was, it makes sure that the holder is
   * written and the follower follows. Answers what it found.
   */
  resume(options?: ResumeOptions): Promise<string>;
  /** From `completed`: makes the copy at home again, and resolves when it has all. */
  startHome(): Promise<void>;
  close(): Promise<void>;
}

const DRAIN_MS = 30_000;

/** Fails with DatabaseUnavailable when the project's database cannot be reached. */
export async function openExtract(options: ExtractOptions): Promise<Extract> {
  const { app } = options;
  const owner = ownerUrls(options.plan);
  const ownerUrl = await owner.of(app);
  const reader = connect(ownerUrl, { name: "extract" });
  let opened: Promise<OpenCourse> | undefined;
  const course = (takeOver = false) =>
    (opened ??= openCourse({ ...options, ownerUrl, takeOver }).catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  const step = async <T>(work: (course: Course) => Promise<T>, takeOver = false): Promise<T> => {
    try {
      return await work(await course(takeOver));
    } catch (error) {
      throw told(error, app);
    }
  };
  return {
    move: () => readMove(reader, app),
    status: () => statusOf({ ...options, ownerUrl }),
    start: ({ to, replace = false, mode = "stream" }) =>
      step(async (work) => {
        await refuseEnding(work);
        await begin(work, { to, replace, mode });
        await makeCopy(work);
      }),
    switch: (to, given = {}) =>
      step(async (work) => {
        await refuseEnding(work);
        const done = await finishBegun(work, to);
        if (done !== undefined) return done;
        const { service, home, budgetMs = BUDGET_MS, drainMs = DRAIN_MS, pauseMs } = given;
        return changePlaces(work, to, { service, home, budgetMs, drainMs, pauseMs });
      }),
    complete: () => step(complete),
    cancel: ({ abandon = false } = {}) =>
      step(async (work) => {
        const move = await work.journal.read();
        if (move?.state === "switching" || move?.state === "settling")
          await finishSwitch(work, move);
        await cancel(work, abandon);
      }),
    resume: ({ takeOver = false } = {}) => step(resume, takeOver),
    startHome: () =>
      step(async (work) => {
        await refuseEnding(work);
        await beginHome(work);
        await makeCopy(work);
      }),
    async close() {
      await (await opened?.catch(() => undefined))?.close();
      await reader.end({ timeout: 5 });
      await owner.close();
    },
  };
}

async function refuseEnding({ app, journal }: Course): Promise<void> {
  const ending = (await journal.read())?.info.ending;
  if (ending === undefined) return;
  throw new MarcotError("MoveRefused", `The end of the move of ${app} was begun (${ending})`, {
    fix: `Finish it: \`marcot extract ${ending} ${app}\`.`,
  });
}

/** A switch that was begun is finished, or taken back, before another one; it may be the one that is asked for. */
async function finishBegun(course: Course, to: SideName): Promise<Switched | undefined> {
  const before = await course.journal.read();
  const isBegun = before?.state === "switching" || before?.state === "settling";
  if (isBegun) await finishSwitch(course, before);
  const move = isBegun ? await course.journal.read() : before;
  return isBegun && move?.holder === to ? move.info.lastSwitch : undefined;
}

async function resume(course: Course): Promise<string> {
  const { app, journal } = course;
  const move = await journal.read();
  if (move === undefined) return `${app} does not move`;
  const { state, holder, info } = move;
  if (info.ending === "cancel") {
    await cancel(course, false);
    return `${app} was being cancelled; that is done`;
  }
  if (info.ending === "complete" && state !== "completed") {
    await complete(course);
    return `the move of ${app} was being completed; that is done`;
  }
  if (state === "switching" || state === "settling") return finishSwitch(course, move);
  if (state === "copying") {
    await makeCopy(course);
    return `the copy of ${app} was being made; it is there`;
  }
  const where = `the move of ${app} is ${state}, and the ${holder} holds the app`;
  const done = state === "ready" ? await putRight(course, move) : [];
  if (done.length === 0) return `nothing was begun, and all is in place: ${where}`;
  return `it was put right that ${done.join("; that ")}: ${where}`;
}

interface OpenCourse extends Course {
  close(): Promise<void>;
}

interface CourseOptions extends ExtractOptions {
  readonly ownerUrl: string;
  readonly takeOver: boolean;
}

/** Takes the lock of the move. */
async function openCourse(options: CourseOptions): Promise<OpenCourse> {
  const { plan, app, ownerUrl, takeOver, say = () => {}, at = () => {} } = options;
  const owner: Owner = { app, token: randomBytes(4).toString("hex") };
  const project = await openSide("project", ownerUrl, owner);
  try {
    const journal = await openJournal(project, takeOver);
    let service: { readonly target: string; readonly side: Promise<OpenSide> } | undefined;
    return {
      app,
      plan,
      journal,
      project,
      say,
      at,
      service(target) {
        if (service?.target === target) return service.side;
        const side = openService(target, plan.folder, project);
        service = { target, side };
        side.catch(() => (service = undefined));
        return side;
      },
      async close() {
        await (await service?.side.catch(() => undefined))?.close();
        await journal.close();
        await project.close();
      },
    };
  } catch (error) {
    await project.close();
    throw error;
  }
}

async function openService(target: string, folder: string, project: OpenSide): Promise<OpenSide> {
  const side = await openTarget(target, folder, project.owner);
  try {
    await claimService(side, project);
    return side;
  } catch (error) {
    await side.close();
    throw error;
  }
}
