/** The functions that make steps: all that a contract.ts writes in `change`. */
import { type Field, map as mapField } from "../field.ts";
import type {
  Add,
  Convert,
  Drop,
  ErrorStep,
  Flatten,
  Gone,
  Inside,
  Limit,
  Loses,
  MapValues,
  Nest,
  Rename,
  Table,
  Unknowing,
  Unwrap,
  Wrap,
} from "./step.ts";

type ReadOf<F> = F extends Field<infer R> ? R : never;
type Present<F> =
  F extends Field<infer R, unknown, infer P> ? (P extends "optional" ? R | undefined : R) : never;

/** The field `from` is called `to` now. Nothing is lost either way. */
export function rename<const A extends string, const B extends string>(
  from: A,
  to: B,
): Rename<A, B> {
  return Object.freeze({ step: "rename", from, to });
}

/**
 * A new field. In an input, a field that must be there needs `old`: what older callers mean, as a value
 * or computed from what they send.
 */
export function add<const N extends string, F extends Field>(name: N, field: F): Add<N, F, false>;
export function add<const N extends string, F extends Field, V = unknown>(
  name: N,
  field: F,
  options: { readonly old: ReadOf<F> | ((input: V) => ReadOf<F>) },
): Add<N, F, true, V>;
export function add(name: string, field: Field, options?: { readonly old: unknown }): Add {
  const hasOld = options !== undefined;
  return Object.freeze({ step: "add", name, field, hasOld, old: options?.old });
}

/**
 * A field that is gone. Of an input it is ignored. In an output older callers still get it: kept by the
 * view, or computed from the rest.
 */
export function drop<const N extends string>(name: N): Drop<N, "gone">;
export function drop<
  const N extends string,
  O extends { readonly keep: true } | { readonly was: Unknowing },
>(
  name: N,
  options: O,
): O extends { readonly was: (rest: infer V) => infer W } ? Drop<N, "was", V, W> : Drop<N, "keep">;
export function drop(name: string, options: { keep?: true; was?: Unknowing } = {}): Drop {
  const how = options.keep === true ? "keep" : options.was === undefined ? "gone" : "was";
  return Object.freeze({ step: "drop", name, how, was: options.was });
}

/**
 * A field whose type or meaning changes: `up` turns the old value into the new one, `down` back. A field
 * that is absent stays absent.
 */
export function convert<const N extends string, F extends Field, V, W>(
  name: N,
  field: F & Field<W>,
  options: {
    readonly up: (old: V) => NoInfer<W>;
    readonly down: (now: NoInfer<W>) => V;
    /** What does not come back as it was, in words. Default: nothing, and `check` tries it. */
    readonly loses?: Loses;
  },
): Convert<N, F, V> {
  const { up, down, loses = {} } = options;
  const step: unknown = Object.freeze({ step: "convert", name, field, up, down, loses });
  return step as Convert<N, F, V>; // the values that reach `up` and `down` were checked against V and W
}

/**
 * One value becomes a list of at least one. Older callers get the first; where the list may be empty,
 * `empty` is what they get then.
 */
export function wrap<const A extends string, const B extends string>(from: A, to: B): Wrap<A, B>;
export function wrap<const A extends string, const B extends string, const E>(
  from: A,
  to: B,
  options: { readonly empty: E },
): Wrap<A, B, E>;
export function wrap(from: string, to: string, options?: { readonly empty: unknown }): Wrap {
  const hasEmpty = options !== undefined;
  return Object.freeze({ step: "wrap", from, to, hasEmpty, empty: options?.empty });
}

/**
 * A list becomes one value: of an older caller's list, the first. Where that list may be empty, `empty`
 * is what it means then.
 */
export function unwrap<const A extends string, const B extends string>(
  from: A,
  to: B,
): Unwrap<A, B>;
export function unwrap<const A extends string, const B extends string, const E>(
  from: A,
  to: B,
  options: { readonly empty: E },
): Unwrap<A, B, E>;
export function unwrap(from: string, to: string, options?: { readonly empty: unknown }): Unwrap {
  const hasEmpty = options !== undefined;
  return Object.freeze({ step: "unwrap", from, to, hasEmpty, empty: options?.empty });
}

/** Fields move into a new object: `nest(["street", "city"], "address")`. Nothing is lost either way. */
export function nest<const N extends string, const B extends string>(
  names: readonly N[],
  to: B,
): Nest<N, B> {
  return Object.freeze({ step: "nest", names: Object.freeze([...names]), to });
}

/** The fields of an object move up beside it, and the object is gone. Nothing is lost either way. */
export function flat<const N extends string>(name: N): Flatten<N> {
  return Object.freeze({ step: "flat", name });
}

/** Steps for the fields of an object, or of each object in a list. */
export function inside<const N extends string, const S extends readonly unknown[]>(
  name: N,
  steps: S,
): Inside<N, S> {
  return Object.freeze({ step: "inside", name, steps: Object.freeze(steps) });
}

/** With a field: values by name, where the names are data (see `field`). */
export function map<R, W>(item: Field<R, W, "required">): ReturnType<typeof mapField<R, W>>;
/**
 * With a name and a table: the words of a choice change. `up` has a new word for every old one. In an
 * output every new word needs an old one too: `up` turned around says it, or else `down`.
 */
export function map<
  const N extends string,
  const U extends Table,
  const D extends Table = Readonly<Record<never, never>>,
>(name: N, up: U, options?: { readonly down?: D }): MapValues<N, U, D>;
export function map(
  what: string | Field<unknown, unknown, "required">,
  up: Table = {},
  options: { readonly down?: Table } = {},
): unknown {
  if (typeof what !== "string") return mapField(what);
  const down = Object.freeze({ ...options.down });
  return Object.freeze({ step: "map", name: what, up: Object.freeze({ ...up }), down });
}

/**
 * Limits that become narrower. Each version keeps its own at the edge, so the view must still take what
 * older callers may send. `old` is for an input's field that was optional and no longer is.
 */
export function tighten<const N extends string, F extends Field>(
  name: N,
  field: F,
): Limit<"tighten", N, F, false>;
export function tighten<const N extends string, F extends Field>(
  name: N,
  field: F,
  options: { readonly old: ReadOf<F> },
): Limit<"tighten", N, F, true>;
export function tighten(name: string, field: Field, options?: { readonly old: unknown }): Limit {
  return limit("tighten", name, field, options ?? {});
}

/**
 * Limits that become wider. In an output older callers were promised the narrow ones: `down` makes a
 * value that keeps them.
 */
export function loosen<const N extends string, F extends Field>(
  name: N,
  field: F,
): Limit<"loosen", N, F, false, never>;
export function loosen<const N extends string, F extends Field, V>(
  name: N,
  field: F,
  options: { readonly down: (now: Present<F>) => V },
): Limit<"loosen", N, F, false, V>;
export function loosen(name: string, field: Field, options: { down?: Unknowing } = {}): Limit {
  return limit("loosen", name, field, options);
}

function limit(
  step: "tighten" | "loosen",
  name: string,
  field: Field,
  { old, down }: { readonly old?: unknown; readonly down?: Unknowing },
): Limit {
  return Object.freeze({ step, name, field, hasOld: old !== undefined, old, down });
}

/**
 * What older callers know as the error `from` is called `to` now. With `keep`, `from` stays declared
 * beside it: one old error becomes two.
 */
export function error<const A extends string, const B extends string>(
  from: A,
  to: B,
  options?: { readonly status?: number },
): ErrorStep<A, B, false>;
export function error<const A extends string, const B extends string>(
  from: A,
  to: B,
  options: { readonly status?: number; readonly keep: true },
): ErrorStep<A, B, true>;
export function error(
  from: string,
  to: string,
  { status, keep }: { readonly status?: number; readonly keep?: true } = {},
): ErrorStep {
  return Object.freeze({ step: "error", from, to, status, keep: keep === true });
}

/** The endpoint or event is not in this version. Its last view stays, for older callers. */
export function gone(): Gone {
  return Object.freeze({ is: "gone" });
}
