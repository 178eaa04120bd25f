/**
 * What is said of a code base: each number can be counted again from the places beside it; commits and authors of the
 * whole history, which would be too many to list, with git.
 */
import type { History } from "./history.ts";
import type { Project, UnitKind } from "./project.ts";
import type { HiddenKind, LinkKind, Outside, Place } from "./source.ts";

/** A tie between units. */
export interface Tie extends Place {
  readonly to: string;
  readonly what: string;
}

/** Only types are taken: nothing is left of it at run time, and nothing is to be cut. */
export interface MayBeType {
  readonly isType: boolean;
}

export interface Cut extends Place {
  readonly kind:
    | "import"
    | "model import"
    | "contract call"
    | "foreign key"
    | "foreign key to the user"
    | "generic foreign key"
    | HiddenKind
    | "global transaction"
    | "cycle";
  /** `out`: this unit needs the other one. */
  readonly direction: "out" | "in";
  /** The other unit. */
  readonly unit: string;
  readonly what: string;
  readonly points: number;
  /** What it becomes. */
  readonly becomes: string;
}

export type GateName =
  "in every request" | "identity" | "core" | "project" | "tests" | "apart" | "asleep" | "no pain";

export interface Gate {
  readonly name: GateName;
  readonly why: string;
  /** What caused it. */
  readonly at: Place | undefined;
}

export interface Score {
  /** How much breaks with it: 0 nothing, 1 everything. */
  readonly critical: number;
  /** How much it hurts: 0 not at all. Undefined where nothing is known. */
  readonly pain: number | undefined;
  /** How little would have to be cut: 1 nothing. */
  readonly small: number;
  /** 0 to 100. */
  readonly total: number;
}

/** What stores rows. */
export interface Table extends Place {
  readonly name: string;
  /** Of a running project, where they were measured. */
  readonly rows?: number;
  readonly bytes?: number;
}

/** What was measured of a unit while the project ran. */
export interface Traffic {
  readonly days: number;
  readonly calls: number;
  /** Of all calls, the share that goes to the unit, from 0 to 1. */
  readonly share: number;
  readonly errors: number;
  /** Calls that took longer than a second. */
  readonly slow: number;
  /** From the beginning of each call to its end, with what it waited for. */
  readonly milliseconds: number;
  /** Of the time of all calls, from 0 to 1. */
  readonly timeShare: number;
}

/** One unit of the report. */
export interface Unit {
  readonly name: string;
  readonly path: string;
  readonly kind: UnitKind;
  readonly lines: number;
  readonly files: number;
  readonly testLines: number;
  readonly models: number;
  /** Of the whole history, as git's log counts them. */
  readonly commits: number;
  readonly authors: number;
  /** Of the window, that count: the score is made of these. */
  readonly recentCommits: number;
  readonly fixes: number;
  readonly recentAuthors: number;
  readonly monthsActive: number;
  /** By CODEOWNERS, else whoever made the most commits. */
  readonly owner: string | undefined;
  /** Of the recent commits, newest first. */
  readonly commitIds: readonly string[];
  /** Those of them that say that they repair something. */
  readonly fixIds: readonly string[];
  /** Who made them, sorted. Hashed unless people are asked for. */
  readonly people: readonly string[];
  /** The files that `lines` counts. */
  readonly sources: readonly { readonly file: string; readonly lines: number }[];
  /** What it stores: models, entities, tables. */
  readonly tables: readonly Table[];
  /** Undefined where nothing was measured. */
  readonly traffic: Traffic | undefined;
  readonly importsOut: readonly (Tie & MayBeType)[];
  readonly importsIn: readonly (Place &
    MayBeType & { readonly from: string; readonly what: string })[];
  readonly foreignKeysOut: readonly (Tie & { readonly field: string; readonly kind: LinkKind })[];
  readonly foreignKeysIn: readonly (Place & {
    readonly from: string;
    readonly field: string;
    readonly kind: LinkKind;
  })[];
  readonly neededBy: readonly string[];
  readonly needs: readonly string[];
  readonly ownWorld: readonly Outside[];
  readonly cuts: readonly Cut[];
  readonly cutPoints: number;
  /** What the score counts as `cuts`: coarser than the bill. */
  readonly tieWeight: number;
  readonly size: "S" | "M" | "L" | "XL";
  readonly gate: Gate | undefined;
  readonly score: Score;
  /** From 1; undefined behind a gate. */
  readonly rank: number | undefined;
  readonly answer: "service" | "package" | "stay";
  /** The score in sentences. */
  readonly why: readonly string[];
}

/** The whole report: what `--json` prints, described by docs/reference/where-to-start.schema.json. */
export interface Report {
  readonly schema: "marcot/where-to-start/1";
  readonly project: {
    readonly name: string;
    readonly kind: Project["kind"];
    readonly lines: number;
    readonly files: number;
  };
  readonly repository:
    | {
        readonly head: string;
        /** What was read of it: "" for all, else a folder with `/` at its end. */
        readonly prefix: string;
        readonly isShallow: boolean;
        readonly isDirty: boolean;
        readonly commits: number;
        readonly window: History["window"];
        readonly origin: string | undefined;
      }
    | undefined;
  readonly evidence: {
    readonly history: "full" | "shallow" | "none";
    readonly traffic: "measured" | "none";
    readonly confidence: "high" | "medium" | "low";
    /** What is missing, each in a sentence. */
    readonly missing: readonly string[];
  };
  readonly formula: readonly string[];
  /** Best first; those behind gates last. */
  readonly units: readonly Unit[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly imports: number;
    readonly foreignKeys: number;
    readonly together: number;
  }[];
  readonly start: {
    /** Null: stay. */
    readonly unit: string | null;
    readonly answer: "service" | "package" | "stay";
    readonly why: string;
    readonly runnerUp: { readonly unit: string; readonly why: string } | null;
  };
  /** What was not read. */
  readonly skipped: { readonly files: number; readonly examples: readonly string[] };
  readonly problems: readonly string[];
}
