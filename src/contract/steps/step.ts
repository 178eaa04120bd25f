/**
 * Steps: how one version of a shape becomes the next. Each is frozen data, which `steps` makes;
 * `step-fields` knows what it does to the fields, `fuse` what it does to a value, `loss` what is lost.
 * Input goes up, from an older caller to the view; output and events go down, to an older caller.
 */
import type { Field, Fields } from "../field.ts";

/** What a converter's author says that is lost on the way, in words for a report. */
export interface Loses {
  /** What is lost of an older caller's request. Default: nothing. */
  readonly request?: string;
  /** What is lost of a reply or an event, on its way to an older caller. Default: nothing. */
  readonly reply?: string;
}

export type Unknowing = (value: never) => unknown;

export interface Rename<A extends string = string, B extends string = string> {
  readonly step: "rename";
  readonly from: A;
  readonly to: B;
}

export interface Add<
  N extends string = string,
  F extends Field = Field,
  O extends boolean = boolean,
  V = unknown,
> {
  readonly step: "add";
  readonly name: N;
  readonly field: F;
  /** Whether `old` says what a caller who does not know the field is taken to mean. */
  readonly hasOld: O;
  readonly old: unknown;
  readonly types?: { readonly takes: V };
}

export interface Drop<
  N extends string = string,
  K extends "keep" | "was" | "gone" = "keep" | "was" | "gone",
  V = unknown,
  W = unknown,
> {
  readonly step: "drop";
  readonly name: N;
  /** keep: the view still returns it; was: computed from the rest; gone: nothing stands for it. */
  readonly how: K;
  readonly was: Unknowing | undefined;
  readonly types?: { readonly takes: V; readonly gives: W };
}

export interface Convert<N extends string = string, F extends Field = Field, V = unknown> {
  readonly step: "convert";
  readonly name: N;
  readonly field: F;
  readonly up: Unknowing;
  readonly down: Unknowing;
  readonly loses: Loses;
  readonly types?: { readonly old: V };
}

export interface Wrap<A extends string = string, B extends string = string, E = unknown> {
  readonly step: "wrap";
  readonly from: A;
  readonly to: B;
  readonly hasEmpty: boolean;
  readonly empty: E;
}

export interface Unwrap<A extends string = string, B extends string = string, E = unknown> {
  readonly step: "unwrap";
  readonly from: A;
  readonly to: B;
  readonly hasEmpty: boolean;
  readonly empty: E;
}

export interface Nest<N extends string = string, B extends string = string> {
  readonly step: "nest";
  readonly names: readonly N[];
  readonly to: B;
}

export interface Flatten<N extends string = string> {
  readonly step: "flat";
  readonly name: N;
}

export type Table = Readonly<Record<string, string>>;

export interface MapValues<
  N extends string = string,
  U extends Table = Table,
  D extends Table = Table,
> {
  readonly step: "map";
  readonly name: N;
  readonly up: U;
  /** For the values that `up` turned around does not answer. */
  readonly down: D;
}

export interface Limit<
  S extends "tighten" | "loosen" = "tighten" | "loosen",
  N extends string = string,
  F extends Field = Field,
  O extends boolean = boolean,
  V = unknown,
> {
  readonly step: S;
  readonly name: N;
  readonly field: F;
  readonly hasOld: O;
  readonly old: unknown;
  readonly down: Unknowing | undefined;
  readonly types?: { readonly gives: V };
}

export interface Inside<
  N extends string = string,
  S extends readonly unknown[] = readonly unknown[],
> {
  readonly step: "inside";
  readonly name: N;
  readonly steps: S;
}

export type Step =
  Rename | Add | Drop | Convert | Wrap | Unwrap | Nest | Flatten | MapValues | Limit | Inside;

/** An event goes the way of an output. */
export type Side = "input" | "output";

/** A step in its place: the fields that it finds, and those that it leaves. */
export interface Link {
  readonly step: Step;
  readonly before: Fields;
  readonly after: Fields;
  /** Those of `inside`; of any other step none. */
  readonly inner: readonly Link[];
}

/** What an older caller knows as the error `from` is called `to` now. */
export interface ErrorStep<
  A extends string = string,
  B extends string = string,
  K extends boolean = boolean,
> {
  readonly step: "error";
  readonly from: A;
  readonly to: B;
  /** Undefined: that of `from`. */
  readonly status: number | undefined;
  /** Whether `from` stays declared beside `to`. */
  readonly keep: K;
}

/** The endpoint or event ends with the version before. */
export interface Gone {
  readonly is: "gone";
}
