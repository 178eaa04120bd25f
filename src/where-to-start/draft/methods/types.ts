/** Methods of classes, and who calls them: read only for a draft, of the few files that it is made from. */
import type { Export, Place } from "../../types/source.ts";

export interface Method extends Place {
  /** The class, or the object that has it. */
  readonly owner: string;
  readonly name: string;
  /** `(id: string, limit = 10)`, as it is written. */
  readonly parameters: string;
  /** Its type, as it is written. */
  readonly returns: string | undefined;
  /** Whether the class has it, else those that are made of it; undefined where either does. */
  readonly isStatic: boolean | undefined;
}

export interface Class {
  readonly name: string;
  /** The class that it has more methods of. */
  readonly base: string | undefined;
  readonly methods: readonly Method[];
  /** A module of Nest: it says who gets what, and does nothing. */
  readonly isWiring: boolean;
}

/** What a file makes. */
export interface Made {
  readonly classes: readonly Class[];
  /** Of variables that are made of a class: `export const mail = new Mail()`. */
  readonly instances: ReadonlyMap<string, string>;
  /** What is exported, with what it is; undefined where that was known before. */
  readonly exports?: readonly Export[];
}

/** By the names that a file itself uses: what is taken of the unit, as the unit calls it; `*` for a module. */
export type Locals = ReadonlyMap<string, string>;

/** Something is asked of what was taken: `mail.send`. */
export interface Use extends Place {
  /** What the file that uses it calls what was taken. */
  readonly local: string;
  readonly member: string;
  /** Whether of the thing itself, else of an object that was made of it. */
  readonly isDirect: boolean;
}
