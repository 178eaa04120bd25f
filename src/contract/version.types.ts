/** The types of a next version: what `extend` and `change` make of a contract, and what they refuse. */
import type {
  AnyEvent,
  AppEvent,
  Call,
  DeclaredErrors,
  Definition,
  EventDefinition,
} from "./endpoint.ts";
import type { Field, Fields } from "./field.ts";
import type { ErrorStep, Gone } from "./steps/step.ts";
import type { CheckedSteps, Refused } from "./steps/step-checked.types.ts";
import type { Apply, Kept, Merge } from "./steps/step.types.ts";

export interface Extension {
  readonly input?: Fields;
  readonly output?: Fields;
  /** More fields of an event. */
  readonly fields?: Fields;
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

type ExtendedMember<M, D> = D extends Made
  ? New<D>
  : M extends Call<infer I, infer O, infer E, infer K>
    ? Call<I & FieldsIn<D, "input">, O & FieldsIn<D, "output">, E & ErrorsIn<D>, K>
    : M extends AppEvent<infer F, infer K>
      ? AppEvent<F & FieldsIn<D, "fields">, K>
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
  readonly [K in keyof D]: K extends keyof V
    ? D[K] extends Made
      ? Refused<`${K & string} exists already; say what changes`>
      : CheckedExtension<V[K], D[K]>
    : D[K] extends Made
      ? unknown
      : Refused<`there is no ${K & string} to extend`>;
};

type CheckedExtension<M, D> = M extends AnyEvent
  ? { readonly input?: OfEndpoints; readonly output?: OfEndpoints }
  : [RequiredOf<FieldsIn<D, "input">>] extends [never]
    ? { readonly fields?: OfEvents }
    : {
        readonly input: Refused<`${RequiredOf<FieldsIn<D, "input">>} needs a default, or optional(): older callers do not send it`>;
      };

export interface Change {
  readonly input?: readonly unknown[];
  readonly output?: readonly unknown[];
  /** Steps of an event. */
  readonly fields?: readonly unknown[];
  readonly errors?: readonly unknown[];
  /** Status of a success, from this version on. Default: as before. */
  readonly status?: number;
}

export type Changes = { readonly [name: string]: Change | Made | Gone };

type StepsIn<D, Side extends string> = D extends {
  readonly [K in Side]: infer S extends readonly unknown[];
}
  ? S
  : [];

/** Not `E & DeclaredErrors`, which would let any name be an error. */
type Named<E> = E extends DeclaredErrors ? E : never;

type Fielded<F> = F extends Fields ? F : never;

/** The errors after a list of steps. */
type Translated<E, S> = S extends readonly [infer H, ...infer T]
  ? Translated<ErrorAfter<E, H>, T>
  : E;

type ErrorAfter<E, S> =
  S extends ErrorStep<infer A, infer B, infer K>
    ? Merge<K extends true ? E : Omit<E, A>, { readonly [N in B]: number }>
    : E;

type ChangedMember<M, D> = D extends Made
  ? New<D>
  : M extends Call<infer I, infer O, infer E, infer K>
    ? Call<
        Fielded<Apply<I, StepsIn<D, "input">>>,
        Fielded<Apply<O, StepsIn<D, "output">>>,
        Named<Translated<E, StepsIn<D, "errors">>>,
        K & Fielded<Kept<O, StepsIn<D, "output">>>
      >
    : M extends AppEvent<infer F, infer K>
      ? AppEvent<
          Fielded<Apply<F, StepsIn<D, "fields">>>,
          K & Fielded<Kept<F, StepsIn<D, "fields">>>
        >
      : M;

export type Changed<V, D> = {
  readonly [
    K in (keyof V & string) | (keyof D & string) as K extends keyof D
      ? D[K] extends Gone
        ? never
        : K
      : K
  ]: K extends keyof D
    ? ChangedMember<K extends keyof V ? V[K] : unknown, D[K]>
    : K extends keyof V
      ? V[K]
      : never;
};

export type CheckedChanges<V, D> = {
  readonly [K in keyof D]: K extends keyof V
    ? D[K] extends Made
      ? Refused<`${K & string} exists already; say what changes`>
      : D[K] extends Gone
        ? unknown
        : CheckedChange<V[K], D[K]>
    : D[K] extends Made
      ? unknown
      : Refused<`there is no ${K & string} to change`>;
};

type CheckedChange<M, D> =
  M extends Call<infer I, infer O, infer E>
    ? {
        readonly input?: CheckedSteps<I, StepsIn<D, "input">, "input">;
        readonly output?: CheckedSteps<O, StepsIn<D, "output">, "output">;
        readonly errors?: CheckedErrors<E, StepsIn<D, "errors">>;
        readonly fields?: OfEvents;
      }
    : M extends AppEvent<infer F>
      ? {
          readonly fields?: CheckedSteps<F, StepsIn<D, "fields">, "output">;
          readonly input?: OfEndpoints;
          readonly output?: OfEndpoints;
        }
      : unknown;

type OfEvents = Refused<"only an event has fields: say input or output">;
type OfEndpoints = Refused<"an event has no input or output: say fields">;

type CheckedErrors<E, S, Done extends readonly unknown[] = []> = S extends readonly [
  infer H,
  ...infer T,
]
  ? CheckedErrors<ErrorAfter<E, H>, T, [...Done, CheckedError<E, H>]>
  : Done;

type CheckedError<E, S> =
  S extends ErrorStep<infer A, infer B>
    ? A extends keyof E
      ? B extends keyof E
        ? Refused<`the error ${B} exists already`>
        : S
      : Refused<`there is no error ${A}`>
    : Refused<"this is not a step for errors">;
