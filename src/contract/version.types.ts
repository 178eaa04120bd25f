/** The types of a next version: what `extend` and `change` make of a contract, and what they refuse. */
import type { AppEvent, Call, DeclaredErrors, Definition, EventDefinition } from "./endpoint.ts";
import type { Field, Fields, Flat, ReadFields } from "./field.ts";
import type { Add, Convert, Drop, Rename } from "./step.ts";

/** A reason that a compiler prints: nothing has this type. */
export interface Refused<Why extends string> {
  readonly refused: Why;
}

export interface Extension {
  readonly input?: Fields;
  readonly output?: Fields;
  readonly errors?: DeclaredErrors;
}

interface Made {
  readonly is: "endpoint" | "event";
}

export type Extensions = { readonly [name: string]: Extension | Made };

type FieldsIn<D, Side extends string> = D extends { readonly [K in Side]: infer F extends Fields }
  ? F
  : {};

type ErrorsIn<D> = D extends { readonly errors: infer E extends DeclaredErrors } ? E : {};

type New<D> =
  D extends Definition<infer I, infer O, infer E>
    ? Call<I, O, E>
    : D extends EventDefinition<infer F>
      ? AppEvent<F>
      : never;

type Merge<A, B> = Flat<Omit<A, keyof B> & B>;

type ExtendedMember<M, D> = D extends Made
  ? New<D>
  : M extends Call<infer I, infer O, infer E, infer K>
    ? Call<I & FieldsIn<D, "input">, O & FieldsIn<D, "output">, E & ErrorsIn<D>, K>
    : M;

/** The members of the next version. */
export type Extended<V, D> = {
  readonly [K in (keyof V & string) | (keyof D & string)]: K extends keyof D
    ? ExtendedMember<K extends keyof V ? V[K] : unknown, D[K]>
    : K extends keyof V
      ? V[K]
      : never;
};

type RequiredOf<F> = {
  [K in keyof F & string]: F[K] extends Field<unknown, unknown, "required"> ? K : never;
}[keyof F & string];

/** An extension's new input fields may be left out: the callers of the version before do not send them. */
export type CheckedExtensions<V, D> = {
  readonly [K in keyof D]: D[K] extends Made
    ? unknown
    : K extends keyof V
      ? CheckedExtension<D[K]>
      : Refused<`there is no ${K & string} to extend`>;
};

type CheckedExtension<D> = [RequiredOf<FieldsIn<D, "input">>] extends [never]
  ? unknown
  : {
      readonly input: Refused<`${RequiredOf<FieldsIn<D, "input">>} needs a default, or optional(): older callers do not send it`>;
    };

export interface Change {
  readonly input?: readonly unknown[];
  readonly output?: readonly unknown[];
}

export type Changes = { readonly [name: string]: Change | Made };

type StepsIn<D, Side extends string> = D extends {
  readonly [K in Side]: infer S extends readonly unknown[];
}
  ? S
  : [];

/** The fields after a list of steps. */
type Apply<F, S> = S extends readonly [infer H, ...infer T] ? Apply<ApplyOne<F, H>, T> : F;

type ApplyOne<F, S> =
  S extends Rename<infer A, infer B>
    ? Flat<Omit<F, A> & { readonly [K in B]: A extends keyof F ? F[A] : never }>
    : S extends Add<infer N, infer T>
      ? Merge<F, { readonly [K in N]: T }>
      : S extends Convert<infer N, infer T>
        ? Merge<F, { readonly [K in N]: T }>
        : S extends Drop<infer N>
          ? Flat<Omit<F, N>>
          : F;

/** What the view must still return, because an older version promised it. */
type Kept<F, S> = S extends readonly [infer H, ...infer T]
  ? (H extends Drop<infer N, "keep"> ? Pick<F, N & keyof F> : {}) & Kept<ApplyOne<F, H>, T>
  : {};

type Fielded<F> = F extends Fields ? F : never;

type ChangedMember<M, D> = D extends Made
  ? New<D>
  : M extends Call<infer I, infer O, infer E, infer K>
    ? Call<
        Fielded<Apply<I, StepsIn<D, "input">>>,
        Fielded<Apply<O, StepsIn<D, "output">>>,
        E,
        K & Fielded<Kept<O, StepsIn<D, "output">>>
      >
    : M;

export type Changed<V, D> = {
  readonly [K in (keyof V & string) | (keyof D & string)]: K extends keyof D
    ? ChangedMember<K extends keyof V ? V[K] : unknown, D[K]>
    : K extends keyof V
      ? V[K]
      : never;
};

export type CheckedChanges<V, D> = {
  readonly [K in keyof D]: D[K] extends Made
    ? unknown
    : K extends keyof V
      ? V[K] extends Call<infer I, infer O>
        ? {
            readonly input?: CheckedSteps<I, StepsIn<D[K], "input">, "input">;
            readonly output?: CheckedSteps<O, StepsIn<D[K], "output">, "output">;
          }
        : unknown
      : Refused<`there is no ${K & string} to change`>;
};

type CheckedSteps<F, S, Side, Done extends readonly unknown[] = []> = S extends readonly [
  infer H,
  ...infer T,
]
  ? CheckedSteps<ApplyOne<F, H>, T, Side, [...Done, CheckedStep<F, H, Side>]>
  : Done;

type CheckedStep<F, S, Side> =
  S extends Rename<infer A, infer B>
    ? A extends keyof F
      ? B extends keyof F
        ? Refused<`${B} exists already`>
        : S
      : Refused<`there is no ${A} to rename`>
    : S extends Add<infer N, infer T, infer HasOld>
      ? N extends keyof F
        ? Refused<`${N} exists already`>
        : Side extends "output"
          ? S
          : HasOld extends true
            ? S
            : T extends Field<unknown, unknown, "required">
              ? Refused<`${N} needs { old: … }: older callers do not send it`>
              : S
      : S extends Convert<infer N, Field, infer V>
        ? N extends keyof F
          ? ReadOne<F, N> extends V
            ? S
            : Refused<`the old ${N} is not what up takes and down gives`>
          : Refused<`there is no ${N} to convert`>
        : S extends Drop<infer N, infer How>
          ? N extends keyof F
            ? CheckedDrop<F, N, How, Side, S>
            : Refused<`there is no ${N} to drop`>
          : Refused<"this is not a step">;

type CheckedDrop<F, N extends string, How, Side, S> = Side extends "input"
  ? How extends "gone"
    ? S
    : Refused<`an input's ${N} is dropped without options`>
  : How extends "gone"
    ? F extends { readonly [K in N]: Field<unknown, unknown, "optional"> }
      ? S
      : Refused<`${N} needs { keep: true } or { was: … }: older callers expect it`>
    : S;

type ReadOne<F, N extends string> = F extends { readonly [K in N]: infer T extends Field }
  ? ReadFields<{ readonly it: T }>["it" & keyof ReadFields<{ readonly it: T }>]
  : never;
