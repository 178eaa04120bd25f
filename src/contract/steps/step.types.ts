/** What each step does to the types of the fields. `step-fields` does the same to the fields themselves. */
import type { Field, Flat, Presence, ReadFields, WrittenFields } from "../field.ts";
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

export type Merge<A, B> = Flat<Omit<A, keyof B> & B>;

/** The fields after a list of steps. */
export type Apply<F, S> = S extends readonly [infer H, ...infer T] ? Apply<ApplyOne<F, H>, T> : F;

/** One member of a table is asked for, not ten conditions one after the other. */
export type ApplyOne<F, S> = S extends Step ? Applied<F, S>[S["step"]] : F;

interface Applied<F, S> {
  readonly rename: S extends Rename<infer A, infer B>
    ? Moved<F, A, B, A extends keyof F ? F[A] : never>
    : never;
  readonly add: S extends Add<infer N, infer T> ? Merge<F, { readonly [K in N]: T }> : never;
  readonly drop: S extends Drop<infer N> ? Flat<Omit<F, N>> : never;
  readonly convert: S extends Convert<infer N, infer T>
    ? Merge<F, { readonly [K in N]: T }>
    : never;
  readonly wrap: S extends Wrap<infer A, infer B> ? Moved<F, A, B, Listed<FieldIn<F, A>>> : never;
  readonly unwrap: S extends Unwrap<infer A, infer B>
    ? Moved<F, A, B, Unlisted<FieldIn<F, A>>>
    : never;
  readonly nest: S extends Nest<infer N, infer B>
    ? Moved<F, N, B, Nested<Pick<F, N & keyof F>>>
    : never;
  readonly flat: S extends Flatten<infer N> ? Merge<Omit<F, N>, Inner<FieldIn<F, N>>> : never;
  readonly map: S extends MapValues<infer N, infer U, infer D>
    ? Merge<F, { readonly [K in N]: Reworded<FieldIn<F, N>, U[keyof U] | (keyof D & string)> }>
    : never;
  readonly inside: S extends Inside<infer N, infer T>
    ? Merge<F, { readonly [K in N]: Rebuilt<FieldIn<F, N>, T> }>
    : never;
  readonly tighten: Limited<F, S>;
  readonly loosen: Limited<F, S>;
}

type Limited<F, S> =
  S extends Limit<"tighten" | "loosen", infer N, infer T>
    ? Merge<F, { readonly [K in N]: T }>
    : never;

type Moved<F, A extends string, B extends string, T> = Flat<Omit<F, A> & { readonly [K in B]: T }>;

export type FieldIn<F, N> = N extends keyof F ? F[N] : never;

type Listed<T> = T extends Field<infer R, infer W, infer P> ? Field<R[], readonly W[], P> : never;

type Unlisted<T> =
  T extends Field<readonly (infer R)[], readonly (infer W)[], infer P> ? Field<R, W, P> : never;

type Nested<F> =
  F extends Readonly<Record<string, Field>>
    ? Field<ReadFields<F>, WrittenFields<F>, "required">
    : never;

type Reworded<T, V extends string> =
  T extends Field<unknown, unknown, infer P> ? Field<V, V, P> : never;

/** The fields of an object, found again from what is read and written of it. */
export type Inner<T> =
  T extends Field<infer R, infer W>
    ? {
        readonly [K in keyof R & keyof W]-?: Field<
          Exclude<R[K], undefined>,
          Exclude<W[K], undefined>,
          {} extends Pick<R, K> ? "optional" : {} extends Pick<W, K> ? "default" : "required"
        >;
      }
    : never;

/** The fields of an object, or of the objects in a list. */
export type InnerOf<T> =
  T extends Field<readonly (infer R)[], readonly (infer W)[]>
    ? Inner<Field<R, W, "required">>
    : Inner<T>;

type Rebuilt<T, S> =
  T extends Field<infer R, unknown, infer P>
    ? Whole<Nested<Apply<InnerOf<T>, S>>, R extends readonly unknown[] ? true : false, P>
    : never;

type Whole<T, IsList, P extends Presence> =
  T extends Field<infer R, infer W>
    ? IsList extends true
      ? Field<R[], readonly W[], P>
      : Field<R, W, P>
    : never;

/** What the view must still return, because an older version promised it. */
export type Kept<F, S> = S extends readonly [infer H, ...infer T]
  ? (H extends Drop<infer N, "keep"> ? Pick<F, N & keyof F> : {}) & Kept<ApplyOne<F, H>, T>
  : {};
