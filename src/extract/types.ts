/** The words of a move: its sides, its states, what it reports. Only types. */
import type { Sql } from "postgres";

/** `project`: where the app lies by the project's settings. `service`: where it goes. */
export type SideName = "project" | "service";

/** The database of one side, as its owner. */
export interface Side {
  readonly name: SideName;
  readonly app: string;
  /** With its password. */
  readonly ownerUrl: string;
  /** A few connections for short statements. Steps that hold something open sessions of their own. */
  readonly sql: Sql;
  /** `server_version_num` / 10000: 18. */
  readonly version: number;
}

/**
 *     copying → ready ⇄ (switching → settling) → completed
 *
 * `ready` with the holder `service` is what people are told as "switched".
 */
export type State = "copying" | "ready" | "switching" | "settling" | "completed";

/** `stream`: PostgreSQL's own replication. `copy`: rows are copied at the switch, under a longer fence. */
export type Mode = "stream" | "copy";

/** A row of the journal. */
export interface Move {
  readonly app: string;
  readonly state: State;
  readonly holder: SideName;
  readonly mode: Mode;
  /** Counts the switches. A bigint, as text. */
  readonly epoch: string;
  /** The owner's URL of the service's database, or `embedded:FOLDER`. With its password. */
  readonly target: string;
  /** The address of the service, as the project's processes reach it. */
  readonly service: string | null;
  /** The address of the app in the project, as the service reaches it. */
  readonly home: string | null;
  readonly info: MoveInfo;
  readonly startedAt: Date;
  readonly changedAt: Date;
}

/** What is worth keeping of what happened. */
export interface MoveInfo {
  readonly lastSwitch?: Switched;
  /** Why the last switch did not happen, or what settling could not do. */
  readonly problem?: string;
  readonly verified?: Verified;
  /** An end that was begun: it is finished before anything else. */
  readonly ending?: "cancel" | "complete";
  /** Indexes that the follower is without while rows are copied: each by its name, as it is made again. */
  readonly indexes?: readonly { readonly name: string; readonly definition: string }[];
  /** Tables that got `REPLICA IDENTITY FULL` for the move, and lose it with its end. */
  readonly full?: readonly string[];
}

/** The figures of a switch. Milliseconds. Of one that `resume` finished, as long as it is known: from its commit. */
export interface Switched {
  readonly holder: SideName;
  readonly epoch: string;
  /** From the first process that held writes until all did. */
  readonly gateMs: number;
  /** From the lock of the tables until the new side took writes. */
  readonly fenceMs: number;
  /** What of that the databases took: for the rest, processes were waited for that had to hear where the app is. */
  readonly databaseMs: number;
  /** From the first process that held writes until the new side took them. */
  readonly holdMs: number;
  readonly attempts: number;
  readonly at: string;
}

/** What a comparison of both sides found. */
export interface Verified {
  readonly tables: readonly VerifiedTable[];
  readonly rows: number;
  readonly different: number;
  readonly milliseconds: number;
  /** At the moment of a switch, or of the running app. */
  readonly of: "switch" | "running";
}

export interface VerifiedTable {
  readonly table: string;
  readonly holderRows: number;
  readonly followerRows: number;
  /** Primary keys of rows that differ or are on one side only; the first ten. */
  readonly different: readonly string[];
}

/** Told while something takes long. `done` and `total` in rows, where both are known. */
export interface Progress {
  readonly step: string;
  readonly note?: string;
  readonly done?: number;
  readonly total?: number;
}

export type Say = (progress: Progress) => void;

export interface Status {
  readonly app: string;
  /** Undefined where nothing moves. */
  readonly move: Move | undefined;
  /** For people: "copying, 61 % of 1,204,331 rows". */
  readonly sentence: string;
  readonly tables: readonly TableStatus[];
  readonly rows: { readonly copied: number; readonly total: number };
  /** What the follower has not got yet; null where nothing streams. */
  readonly lag: { readonly bytes: number; readonly milliseconds: number | null } | null;
  /** Until the copy is made; null where that is not known. */
  readonly secondsLeft: number | null;
  readonly processes: readonly ProcessStatus[];
  /** Whether a command works on this move just now. */
  readonly coordinator: number | null;
  /** What is wrong, each with what to do. */
  readonly problems: readonly { readonly what: string; readonly fix: string }[];
  /** Commands that make sense now. */
  readonly next: readonly string[];
}

/** How long writes wait at a switch, unless somebody says otherwise. */
export const BUDGET_MS = 1000;

export interface TableStatus {
  readonly table: string;
  readonly state: "waiting" | "copying" | "catching up" | "following";
  readonly copied: number;
  readonly total: number;
}

export interface ProcessStatus {
  readonly side: SideName;
  readonly host: string;
  readonly pid: number;
  readonly apps: readonly string[];
  readonly since: Date;
}
