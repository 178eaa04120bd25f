/** What a fault is, and what it may do to a case. */
import type { Coordinator } from "./coordinator.ts";
import type { Door } from "./load.ts";
import type { Process } from "./process.ts";
import type { Scene } from "./scene.ts";

/** Where a move is to get, one after the other. */
export type Goal =
  | "copied"
  | "extracted"
  | "reversed"
  | "extracted again"
  | "completed"
  | "copied home"
  | "absorbed"
  | "ended";

/** The running case, for what strikes it. */
export interface Victim {
  readonly scene: Scene;
  readonly coordinator: Coordinator;
  readonly doors: readonly Door[];
  /** Does it later; a case waits for it before anything is resumed. */
  later(milliseconds: number, repair: () => Promise<void>): void;
  /** Ends or freezes a process of the project; users go elsewhere until it is back. */
  down(index: number): Process;
  up(index: number): void;
  /** Notes that something held that had to be refused, or the other way round. */
  wrong(what: string): void;
  say(what: string): void;
}

export interface Fault {
  readonly name: string;
  /** What is done, in a sentence. */
  readonly sentence: string;
  /** When it strikes: at a point of the coordinator (the nth time that it comes there), or around a goal. */
  readonly when:
    | {
        readonly point: string;
        readonly nth?: number;
        /** Where the coordinator is killed before, so that it comes to the point at all. */
        readonly killedAt?: string;
      }
    | { readonly before: Goal }
    | { readonly during: Goal; readonly afterMs?: number }
    | { readonly after: Goal }
    | undefined;
  strike(victim: Victim): Promise<void>;
  /** The goals; default: copied, extracted, reversed, ended. */
  readonly goals?: readonly Goal[];
  /** Users may be refused meanwhile, with a reason: what they need is gone. Default: no request may fail. */
  readonly mayRefuse?: boolean;
  /** Neither side may be written until it is resumed: that is done first, and what there is to see is looked at then. */
  readonly isUrgent?: boolean;
  /** The status has to name this while the fault lasts. */
  readonly named?: RegExp;
  /** Done before `resume`, for what no later repair does. */
  repair?(victim: Victim): Promise<void>;
  /** Taken instead of `resume`. */
  readonly way?: "cancel";
  readonly oldRows?: number;
  readonly megabytes?: number;
  readonly isSameServer?: boolean;
  readonly hasWires?: boolean;
}

export const SHORT: readonly Goal[] = ["copied", "extracted", "reversed", "ended"];
export const FULL: readonly Goal[] = [
  "copied",
  "extracted",
  "reversed",
  "extracted again",
  "completed",
  "copied home",
  "absorbed",
  "ended",
];
