/**
 * Steps: how one version of a shape becomes the next. Each is frozen data; `plan` makes functions of
 * a chain of them, and `version` checks that a chain fits. Input goes up, from an old caller to the
 * view; output goes down, from the view to an old caller.
 */
import { MarcotError } from "../errors.ts";
import type { Field, Fields } from "./field.ts";

export interface Rename<A extends string = string, B extends string = string> {
  readonly step: "rename";
  readonly from: A;
  readonly to: B;
}

export interface Add<
  N extends string = string,
  F extends Field = Field,
  O extends boolean = boolean,
> {
  readonly step: "add";
  readonly name: N;
  readonly field: F;
  /** Whether `old` says what a caller who does not know the field is taken to mean. */
  readonly hasOld: O;
  readonly old: unknown;
}

export interface Drop<
  N extends string = string,
  K extends "keep" | "was" | "gone" = "keep" | "was" | "gone",
> {
  readonly step: "drop";
  readonly name: N;
  /** keep: the view still returns it; was: computed from the rest; gone: nothing stands for it. */
  readonly how: K;
  readonly was: ((rest: Readonly<Record<string, unknown>>) => unknown) | undefined;
}

export interface Convert<N extends string = string, F extends Field = Field, V = unknown> {
  readonly step: "convert";
  readonly name: N;
  readonly field: F;
  readonly up: (old: unknown) => unknown;
  readonly down: (now: unknown) => unknown;
  readonly types?: { readonly old: V };
}

export type Step = Rename | Add | Drop | Convert;

/** The field `from` is called `to` now. Nothing is lost either way. */
export function rename<const A extends string, const B extends string>(
  from: A,
  to: B,
): Rename<A, B> {
  return Object.freeze({ step: "rename", from, to });
}

/** A new field. In an input, a field that must be there needs `old`: what older callers mean. */
export function add<const N extends string, F extends Field>(name: N, field: F): Add<N, F, false>;
export function add<const N extends string, F extends Field>(
  name: N,
  field: F,
  options: { readonly old: unknown },
): Add<N, F, true>;
export function add(name: string, field: Field, options?: { readonly old: unknown }): Add {
  return Object.freeze({
    step: "add",
    name,
    field,
    hasOld: options !== undefined,
    old: options?.old,
  });
}

/** A field that is gone. In an output, old callers still get it: kept by the view, or computed. */
export function drop<const N extends string>(name: N): Drop<N, "gone">;
export function drop<const N extends string>(
  name: N,
  options: { readonly keep: true },
): Drop<N, "keep">;
export function drop<const N extends string>(
  name: N,
  options: { readonly was: (rest: Readonly<Record<string, unknown>>) => unknown },
): Drop<N, "was">;
export function drop(
  name: string,
  options: { keep?: true; was?: (rest: Readonly<Record<string, unknown>>) => unknown } = {},
): Drop {
  const how = options.keep === true ? "keep" : options.was === undefined ? "gone" : "was";
  return Object.freeze({ step: "drop", name, how, was: options.was });
}

/** A field whose type or meaning changes: `up` turns the old value into the new one, `down` back. */
export function convert<const N extends string, F extends Field, V, W>(
  name: N,
  field: F & Field<W>,
  options: { readonly up: (old: V) => NoInfer<W>; readonly down: (now: NoInfer<W>) => V },
): Convert<N, F, V> {
  const step: unknown = Object.freeze({
    step: "convert",
    name,
    field,
    up: options.up,
    down: options.down,
  });
  return step as Convert<N, F, V>; // the values that reach `up` and `down` were checked against V and W
}

/** The fields after a step. `where` is named when the step does not fit. */
export function applyStep(fields: Fields, step: Step, where: string): Fields {
  const { [nameIn(step)]: old, ...rest } = fields;
  if (step.step === "add") {
    if (old !== undefined) throw misfit(where, `add("${step.name}"): the field exists already`);
    return { ...fields, [step.name]: step.field };
  }
  if (old === undefined)
    throw misfit(where, `${step.step}("${nameIn(step)}"): there is no such field`);
  if (step.step === "drop") return rest;
  if (step.step === "convert") return { ...fields, [step.name]: step.field };
  if (step.to in fields) throw misfit(where, `rename to "${step.to}": the field exists already`);
  return { ...rest, [step.to]: old };
}

function nameIn(step: Step): string {
  return step.step === "rename" ? step.from : step.name;
}

function misfit(where: string, what: string): MarcotError {
  return new MarcotError("ContractInvalid", `${where}: ${what}`);
}
