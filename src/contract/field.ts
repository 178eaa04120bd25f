/**
 * Fields: what a value in a contract may be. A field is frozen data: its JSON Schema (2020-12, the
 * contract's truth), and what `compile` needs to check and copy a value. Named after Django's fields.
 *
 * Rules that hold for every field, because every PostgreSQL and every JSON reader can keep them:
 * text is Unicode without U+0000 and without lone surrogates (RFC 7493, 2.1); numbers are finite and
 * integers exact in a double (RFC 7493, 2.2); `-0` becomes `0`.
 */
import { MarcotError } from "../errors.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Whether a field must be written: `default` may be left out and is filled in. */
export type Presence = "required" | "optional" | "default";

export type Kind =
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "choice"
  | "list"
  | "map"
  | "object"
  | "datetime"
  | "date"
  | "uuid"
  | "decimal"
  | "binary"
  | "nullable"
  | "guest";

/** What a field needs beyond its schema to be checked. */
export interface FieldRule {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly pattern?: RegExp | undefined;
  readonly values?: readonly string[] | undefined;
  readonly item?: Field | undefined;
  readonly fields?: Fields | undefined;
  readonly validate?: ((value: unknown) => GuestResult) | undefined;
}

export type GuestResult =
  | { readonly value: unknown }
  | { readonly issues: readonly { readonly message: string; readonly pointer: string }[] };

/** `R` is what a reader gets, `W` what a writer gives, `P` whether the writer must give it. */
export interface Field<R = unknown, W = unknown, P extends Presence = Presence> {
  readonly kind: Kind;
  readonly presence: P;
  readonly schema: JsonSchema;
  readonly rule: FieldRule;
  readonly default?: unknown;
  /** Carries the types only; no value has it. */
  readonly types?: { readonly read: R; readonly written: W };
}

export type Fields = { readonly [name: string]: Field };

type Defaulted<R, W, O> = Field<
  R,
  W,
  O extends { readonly default: unknown } ? "default" : "required"
>;

interface Options<T> {
  /** What a value that was left out becomes. Default: the field is required. */
  readonly default?: T;
  /** Values for readers of the contract, and for an app that is fake (`FAQ_API=fake:`). Default: none. */
  readonly examples?: readonly T[];
}

export interface TextOptions extends Options<string> {
  /** Fewest characters (Unicode code points). Default: none. */
  readonly min?: number;
  /** Most characters (Unicode code points). Default: no limit but the body's. */
  readonly max?: number;
  /** A regular expression with the flag `u`, not anchored by itself. Default: none. */
  readonly pattern?: RegExp;
}

export interface RangeOptions extends Options<number> {
  /** Least value, itself allowed. Default: none. */
  readonly min?: number;
  /** Greatest value, itself allowed. Default: none. */
  readonly max?: number;
}

export interface ListOptions<T> extends Options<readonly T[]> {
  /** Fewest elements. Default: 0. */
  readonly min?: number;
  /** Most elements. Default: no limit but the body's. */
  readonly max?: number;
}

interface Parts {
  readonly kind: Kind;
  readonly schema: JsonSchema;
  readonly rule?: FieldRule;
  readonly options?: Options<unknown>;
}

/** Builds the frozen value; the types are what the caller of this file promises. */
function field<R, W, P extends Presence>({ kind, schema, rule = {}, options = {} }: Parts) {
  const hasDefault = options.default !== undefined;
  const data: Field = Object.freeze({
    kind,
    presence: hasDefault ? "default" : "required",
    schema: Object.freeze(
      defined({ ...schema, default: options.default, examples: options.examples }),
    ),
    rule: Object.freeze(rule),
    ...(hasDefault ? { default: options.default } : {}),
  });
  return data as Field<R, W, P>;
}

function defined(schema: Record<string, unknown>): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

/** Text, counted in Unicode code points as JSON Schema counts them. */
export function text<const O extends TextOptions>(options?: O): Defaulted<string, string, O> {
  const { min, max, pattern }: TextOptions = options ?? {};
  if (pattern !== undefined && pattern.flags !== "u") {
    throw new MarcotError(
      "ContractInvalid",
      `text({ pattern: ${String(pattern)} }): JSON Schema knows no flags; write the pattern with the flag u alone`,
    );
  }
  const schema = { type: "string", minLength: min, maxLength: max, pattern: pattern?.source };
  return field({ kind: "text", schema, rule: { min, max, pattern }, options: options ?? {} });
}

/** A whole number that a double holds exactly: at most 2^53 - 1 either way. */
export function integer<const O extends RangeOptions>(options?: O): Defaulted<number, number, O> {
  const { min, max }: RangeOptions = options ?? {};
  const schema = {
    type: "integer",
    minimum: min ?? Number.MIN_SAFE_INTEGER,
    maximum: max ?? Number.MAX_SAFE_INTEGER,
  };
  return field({ kind: "integer", schema, rule: { min, max }, options: options ?? {} });
}

/** A finite number. For money use `decimal`. */
export function number<const O extends RangeOptions>(options?: O): Defaulted<number, number, O> {
  const { min, max }: RangeOptions = options ?? {};
  const schema = { type: "number", minimum: min, maximum: max };
  return field({ kind: "number", schema, rule: { min, max }, options: options ?? {} });
}

export function boolean<const O extends Options<boolean>>(
  options?: O,
): Defaulted<boolean, boolean, O> {
  return field({ kind: "boolean", schema: { type: "boolean" }, options: options ?? {} });
}

/** One of the given words. */
export function choice<const V extends string, const O extends Options<V>>(
  values: readonly V[],
  options?: O,
): Defaulted<V, V, O> {
  const schema = { type: "string", enum: values };
  return field({ kind: "choice", schema, rule: { values }, options: options ?? {} });
}

export function list<R, W, const O extends ListOptions<NoInfer<W>>>(
  item: Field<R, W, "required">,
  options?: O,
): Defaulted<R[], readonly W[], O> {
  const { min, max }: ListOptions<W> = options ?? {};
  const schema = { type: "array", items: item.schema, minItems: min, maxItems: max };
  return field({ kind: "list", schema, rule: { item, min, max }, options: options ?? {} });
}

/** Values by name, where the names are data. The name `__proto__` is refused. */
export function map<R, W>(
  item: Field<R, W, "required">,
): Field<Record<string, R>, Readonly<Record<string, W>>, "required"> {
  const schema = {
    type: "object",
    additionalProperties: item.schema,
    propertyNames: { not: { const: "__proto__" } },
  };
  return field({ kind: "map", schema, rule: { item } });
}

/** Fields within a field. Fields that are not declared are cut. */
export function object<const F extends Fields>(
  fields: F,
): Field<ReadFields<F>, WrittenFields<F>, "required"> {
  return field({ kind: "object", schema: schemaOf(fields), rule: { fields } });
}

/** A moment: a `Date` in code, RFC 3339 with an offset on the wire. Years 0 to 9999, milliseconds. */
export function datetime(): Field<Date, Date, "required"> {
  return field({ kind: "datetime", schema: { type: "string", format: "date-time" } });
}

/** A day, `"2026-11-24"` in code and on the wire. */
export function date<const O extends Options<string>>(options?: O): Defaulted<string, string, O> {
  return field({
    kind: "date",
    schema: { type: "string", format: "date" },
    options: options ?? {},
  });
}

/** A UUID in lower case on the way out, either case on the way in (RFC 9562). */
export function uuid(
  options: Pick<Options<string>, "examples"> = {},
): Field<string, string, "required"> {
  return field({ kind: "uuid", schema: { type: "string", format: "uuid" }, options });
}

const DECIMAL = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$";

/** An exact decimal number, as text in code and on the wire: `"19.90"`. */
export function decimal<const O extends Options<string>>(
  options?: O,
): Defaulted<string, string, O> {
  const schema = { type: "string", pattern: DECIMAL };
  const rule = { pattern: new RegExp(DECIMAL, "u") };
  return field({ kind: "decimal", schema, rule, options: options ?? {} });
}

/** Bytes: a `Uint8Array` in code, base64 (RFC 4648, section 4, padded) on the wire. */
export function binary(): Field<Uint8Array, Uint8Array, "required"> {
  return field({ kind: "binary", schema: { type: "string", contentEncoding: "base64" } });
}

/** The value or `null`. The field itself must still be there; see `optional`. */
export function nullable<R, W, P extends Presence>(
  inner: Field<R, W, P>,
): Field<R | null, W | null, P> {
  const { default: fallback, ...schema } = inner.schema;
  const data: Field = Object.freeze({
    ...inner,
    kind: "nullable",
    schema: defined({ anyOf: [schema, { type: "null" }], default: fallback }),
    rule: Object.freeze({ item: inner }),
  });
  return data as Field<R | null, W | null, P>;
}

/** The field may be left out; then the reader finds no key. */
export function optional<R, W>(inner: Field<R, W, "required">): Field<R, W, "optional"> {
  const data: Field = Object.freeze({ ...inner, presence: "optional" });
  return data as Field<R, W, "optional">;
}

/** The JSON Schema of a list of fields, as a writer must fill it. Unknown fields stay allowed. */
export function schemaOf(fields: Fields): JsonSchema {
  const entries = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
    required: entries.filter(([, f]) => f.presence === "required").map(([name]) => name),
  };
}

// The types of a list of fields, for who reads it and for who writes it.

export type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;
type ReadOf<F> = F extends Field<infer R> ? R : never;
type WrittenOf<F> = F extends Field<unknown, infer W> ? W : never;

export type ReadFields<F extends Fields> = Flat<
  { -readonly [K in keyof F as F[K]["presence"] extends "optional" ? never : K]: ReadOf<F[K]> } & {
    -readonly [K in keyof F as F[K]["presence"] extends "optional" ? K : never]?: ReadOf<F[K]>;
  }
>;

export type WrittenFields<F extends Fields> = Flat<
  {
    -readonly [K in keyof F as F[K]["presence"] extends "required" ? K : never]: WrittenOf<F[K]>;
  } & {
    -readonly [K in keyof F as F[K]["presence"] extends "required" ? never : K]?:
      WrittenOf<F[K]> | undefined;
  }
>;
