/**
 * An app leaves while people use it, and comes home. Read this third: each function is one step that a person
 * can ask for, and each makes sure of what it needs, so that repeating it does no harm.
 */
import type { ProjectPlan } from "../project/plan.ts";
import type { Move, Say, Status, Switched } from "./types.ts";

export interface ExtractOptions {
  /** Read with the settings of the project, whose database has the journal. */
  readonly plan: ProjectPlan;
  readonly app: string;
  /** Told how far it is. Default: nobody. */
  readonly say?: Say;
}

export interface StartOptions {
  /** The owner's URL of an empty database for the service, or `embedded:FOLDER`. */
  readonly to: string;
  /** Rows that lie in the app's schema there already are deleted. Default: false, they are a reason to refuse. */
  readonly replace?: boolean;
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

export interface Extract {
  /** The journal's row; undefined where nothing moves. */
  move(): Promise<Move | undefined>;
  status(): Promise<Status>;
  /** Makes the copy, and resolves when the follower has all. */
  start(options: StartOptions): Promise<void>;
  /** The holder and the follower change places: `to` says who is to hold it then. */
  switch(to: "project" | "service", options?: SwitchOptions): Promise<Switched>;
  /** Ends the move where the service holds the app: the project's copy is dropped. */
  complete(): Promise<void>;
  /** Ends the move where the project holds the app: the service's copy is dropped. */
  cancel(): Promise<void>;
  /** Finishes, or takes back, what a command that died had begun. Answers what it found. */
  resume(): Promise<string>;
  /** From `completed`: makes the copy at home again, and resolves when it has all. */
  startHome(): Promise<void>;
  close(): Promise<void>;
}

export declare function openExtract(options: ExtractOptions): Promise<Extract>;
