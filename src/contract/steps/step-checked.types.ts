/**
 * Which steps the compiler refuses, and in which words: each step that fits has its own type, each
 * other one a sentence, so that the error is one line at the step. `step-fields` has the same rules.
 */
import type { Field, Fields, ReadFields } from "../field.ts";
import type {
  Add,
  Convert,
  Drop,
  Flatten,
  Inside,
  Limit,
  MapValues,
  Nest,
  Rename,
  Step,
  Unwrap,
  Wrap,
} from "./step.ts";
import type { ApplyOne, FieldIn, Inner, InnerOf } from "./step.types.ts";

/** A reason that a compiler prints: nothing has this type. */
export interface Refused<Why extends string> {
  readonly refused: Why;
}

export type CheckedSteps<F, S, Side, Done extends readonly unknown[] = []> = S extends readonly [
  infer H,
  ...infer T,
]
  ? CheckedSteps<ApplyOne<F, H>, T, Side, [...Done, CheckedStep<F, H, Side>]>
  : Done;

type CheckedStep<F, S, Side> = S extends Step
  ? Checked<F, S, Side>[S["step"]]
  : Refused<"this is not a step">;

interface Checked<F, S, Side> {
  readonly rename: S extends Rename<infer A, infer B> ? Known<F, A, "rename", Free<F, B, S>> : S;
  readonly add: S extends Add<infer N, infer T, infer O, infer V>
    ? Free<F, N, Side extends "output" ? S : CheckedAdd<F, N, T, O, V, S>>
    : S;
  readonly drop: S extends Drop<infer N, infer How, infer V, infer W>
    ? Known<F, N, "drop", CheckedDrop<F, N, How, V, W, Side, S>>
    : S;
  readonly convert: S extends Convert<infer N, infer T, infer V>
    ? Known<F, N, "convert", CheckedConvert<FieldIn<F, N>, N, T, V, Side, S>>
    : S;
  readonly wrap: S extends Wrap<infer A, infer B, infer E>
    ? Known<F, A, "wrap", CheckedWrap<F, A, B, E, S>>
    : S;
  readonly unwrap: S extends Unwrap<infer A, infer B, infer E>
    ? Known<F, A, "unwrap", CheckedUnwrap<F, A, B, E, S>>
    : S;
  readonly nest: S extends Nest<infer N, infer B> ? Known<F, N, "nest", Free<Omit<F, N>, B, S>> : S;
  readonly flat: S extends Flatten<infer N> ? Known<F, N, "flatten", CheckedFlat<F, N, S>> : S;
  readonly map: S extends MapValues<infer N, infer U, infer D>
    ? Known<F, N, "map", CheckedMap<ReadOf<FieldIn<F, N>>, N, U, D, Side, S>>
    : S;
  readonly inside: S extends Inside<infer N, infer T>
    ? Known<F, N, "change", CheckedInside<FieldIn<F, N>, N, T, Side, S>>
    : S;
  readonly tighten: CheckedLimit<F, S, Side>;
  readonly loosen: CheckedLimit<F, S, Side>;
}

type Known<F, N extends string, Verb extends string, Then> = [N] extends [keyof F]
  ? Then
  : Refused<`there is no ${Exclude<N, keyof F>} to ${Verb}`>;

/** A field may keep its name. */
type FreeFrom<F, A extends string, B extends string, Then> = Free<Omit<F, A>, B, Then>;

type Free<F, N extends string, Then> = [N & keyof F] extends [never]
  ? Then
  : Refused<`${N & keyof F & string} exists already`>;

type ReadOf<T> = T extends Field<infer R> ? R : never;
type WrittenOf<T> = T extends Field<unknown, infer W> ? W : never;
type PresenceOf<T> = T extends Field<unknown, unknown, infer P> ? P : never;
type Whole<F> = F extends Fields ? ReadFields<F> : never;

type CheckedAdd<F, N extends string, T, O, V, S> = O extends true
  ? Whole<F> extends V
    ? S
    : Refused<`old of ${N} takes something else than the input has`>
  : PresenceOf<T> extends "required"
    ? Refused<`${N} needs { old: … }: older callers do not send it`>
    : S;

type CheckedDrop<F, N extends string, How, V, W, Side, S> = Side extends "input"
  ? How extends "gone"
    ? S
    : Refused<`an input's ${N} is dropped without options`>
  : How extends "keep"
    ? S
    : How extends "was"
      ? Whole<Omit<F, N>> extends V
        ? W extends WrittenOf<FieldIn<F, N>>
          ? S
          : Refused<`was gives something else than older callers expect of ${N}`>
        : Refused<`was of ${N} takes something else than the rest has`>
      : PresenceOf<FieldIn<F, N>> extends "optional"
        ? S
        : Refused<`${N} needs { keep: true } or { was: … }: older callers expect it`>;

type CheckedConvert<Old, N extends string, T, V, Side, S> =
  ReadOf<Old> extends V
    ? Side extends "input"
      ? Steady<Old, T, N, S>
      : V extends WrittenOf<Old>
        ? Steady<T, Old, N, S>
        : Refused<`down of ${N} gives something else than older callers expect`>
    : Refused<`the old ${N} is not what up takes and down gives`>;

/** What may be absent where it is sent, may be absent where it is received. */
type Steady<Sender, Receiver, N extends string, S> =
  PresenceOf<Sender> extends "optional"
    ? PresenceOf<Receiver> extends "required"
      ? Refused<`${N} may be absent on one side and not on the other`>
      : S
    : S;

type IsList<R> = R extends readonly unknown[] ? true : false;

type CheckedWrap<F, A extends string, B extends string, E, S> =
  IsList<ReadOf<FieldIn<F, A>>> extends false
    ? unknown extends E
      ? FreeFrom<F, A, B, S>
      : E extends WrittenOf<FieldIn<F, A>>
        ? FreeFrom<F, A, B, S>
        : Refused<`empty is not what older callers expect of ${A}`>
    : Refused<`${A} is a list already`>;

type CheckedUnwrap<F, A extends string, B extends string, E, S> =
  ReadOf<FieldIn<F, A>> extends readonly (infer R)[]
    ? unknown extends E
      ? FreeFrom<F, A, B, S>
      : E extends R
        ? FreeFrom<F, A, B, S>
        : Refused<`empty is not an element of ${A}`>
    : Refused<`${A} is not a list`>;

/** Neither a map, whose names are data, nor a value of another kind. */
type IsObject<R> = [R] extends [Date | Uint8Array | readonly unknown[] | string | number | boolean]
  ? false
  : null extends R
    ? false
    : string extends keyof R
      ? false
      : true;

type CheckedFlat<F, N extends string, S> =
  PresenceOf<FieldIn<F, N>> extends "required"
    ? IsObject<ReadOf<FieldIn<F, N>>> extends true
      ? Free<Omit<F, N>, keyof Inner<FieldIn<F, N>> & string, S>
      : Refused<`${N} is not an object whose names are known`>
    : Refused<`${N} may be absent, and then nothing says so`>;

type CheckedMap<R, N extends string, U, D, Side, S> = string extends R
  ? Refused<`${N} is not a choice`>
  : [R] extends [string]
    ? [R] extends [keyof U]
      ? [keyof U | D[keyof D]] extends [R]
        ? Side extends "input"
          ? S
          : [Silent<U, D>] extends [never]
            ? S
            : Refused<`${Silent<U, D>} of ${N} needs one old value: say it in down`>
        : Refused<`${N} has no value ${Exclude<keyof U | D[keyof D], R> & string}`>
      : Refused<`${Exclude<R, keyof U> & string} of ${N} needs a new value`>
    : Refused<`${N} is not a choice`>;

/** New words that come from several old ones, and that `down` does not decide. */
type Silent<U, D> = {
  [A in keyof U]: U[A] extends keyof D
    ? never
    : { [B in keyof U]: U[B] extends U[A] ? B : never }[keyof U] extends A
      ? never
      : U[A] & string;
}[keyof U];

type CheckedInside<Old, N extends string, T extends readonly unknown[], Side, S> =
  IsObject<ElementOf<ReadOf<Old>>> extends true
    ? Extract<T[number], Drop<string, "keep">> extends never
      ? FirstRefused<CheckedSteps<InnerOf<Old>, T, Side>, S>
      : Refused<`nothing is kept inside ${N}: use { was: … }`>
    : Refused<`${N} is neither an object nor a list of objects`>;

type ElementOf<R> = R extends readonly (infer T)[] ? T : R;

type FirstRefused<C, S> = C extends readonly [infer H, ...infer T]
  ? H extends Refused<string>
    ? H
    : FirstRefused<T, S>
  : S;

type CheckedLimit<F, S, Side> =
  S extends Limit<infer Word, infer N, infer T, infer O, infer V>
    ? Known<
        F,
        N,
        Word,
        Side extends "input"
          ? LimitedInput<FieldIn<F, N>, N, T, O, S>
          : LimitedOutput<FieldIn<F, N>, N, T, Word, V, S>
      >
    : S;

type LimitedInput<Old, N extends string, T, O, S> =
  ReadOf<Old> extends ReadOf<T>
    ? O extends true
      ? S
      : PresenceOf<Old> extends "optional"
        ? PresenceOf<T> extends "required"
          ? Refused<`${N} needs { old: … }: older callers may leave it out`>
          : S
        : S
    : Refused<`older callers send other values of ${N}: use map or convert`>;

type LimitedOutput<Old, N extends string, T, Word, V, S> = Word extends "loosen"
  ? [V] extends [never]
    ? Refused<`${N} needs { down: … }: older callers were promised the narrow limits`>
    : V extends WrittenOf<Old>
      ? S
      : Refused<`down of ${N} gives something else than older callers expect`>
  : WrittenOf<T> extends WrittenOf<Old>
    ? PresenceOf<T> extends "optional"
      ? PresenceOf<Old> extends "required"
        ? Refused<`${N} may be absent now, and older callers expect it: use loosen`>
        : S
      : S
    : Refused<`older callers do not know the new values of ${N}: use map or loosen`>;
