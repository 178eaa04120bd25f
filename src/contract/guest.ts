/**
 * A schema of another library (zod, valibot, ArkType: any Standard Schema) in the place of a list of
 * fields. It is a guest: its JSON Schema is the contract, its own check runs besides. What it accepts
 * must be JSON on both sides, so a schema that turns a value into another type is refused here.
 */
import { MarcotError } from "../errors.ts";
import type { Field, Fields, GuestResult, JsonSchema, ReadFields, WrittenFields } from "./field.ts";

/** The parts of Standard Schema 1.1 (https://standardschema.dev) that are used here. */
export interface Guest<W = unknown, R = W> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => GuestAnswer | Promise<GuestAnswer>;
    readonly types?: { readonly input: W; readonly output: R } | undefined;
  };
}

interface GuestAnswer {
  readonly value?: unknown;
  readonly issues?: readonly GuestIssue[] | undefined;
}

interface GuestIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What an endpoint accepts or returns, before it has a name: fields, or a guest. */
export type Shape = Fields | Guest;

export type Read<S> =
  S extends Guest<unknown, infer R> ? R : S extends Fields ? ReadFields<S> : never;
export type Written<S> =
  S extends Guest<infer W, unknown> ? W : S extends Fields ? WrittenFields<S> : never;

export function isGuest(shape: Shape): shape is Guest {
  return "~standard" in shape;
}

/** The fields of a shape, or the one field that a guest is. `where` is named in the error. */
export function partsOf(shape: Shape, where: string): Fields | Field {
  return isGuest(shape) ? guestField(shape, where) : shape;
}

/** Any value that JSON can say, unchecked: where a service of others says no more. */
export function json(): Field<unknown, unknown, "required"> {
  return anything;
}

const anything: Field<unknown, unknown, "required"> = Object.freeze({
  kind: "guest",
  presence: "required",
  schema: Object.freeze({}),
  rule: Object.freeze({
    validate: (value: unknown) => {
      const found: { message: string; pointer: string }[] = [];
      const copy = copyJson(value, "", found, 0);
      return found.length > 0 ? { issues: found } : { value: copy };
    },
  }),
});

function guestField(guest: Guest, where: string): Field {
  return Object.freeze({
    kind: "guest",
    presence: "required",
    schema: guestSchema(guest, where),
    rule: Object.freeze({ validate: (value: unknown) => validate(guest, value, where) }),
  });
}

function guestSchema(guest: Guest, where: string): JsonSchema {
  const standard: unknown = guest["~standard"];
  const convert = hasJsonSchema(standard) ? standard.jsonSchema : undefined;
  if (convert === undefined) {
    throw new MarcotError(
      "ContractInvalid",
      `${where}: this ${guest["~standard"].vendor} schema offers no JSON Schema (Standard JSON Schema)`,
    );
  }
  try {
    convert.output({ target: "draft-2020-12" }); // throws for a transform, whose output has no schema
    const { $schema: _, ...schema } = convert.input({ target: "draft-2020-12" });
    return schema;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MarcotError("ContractInvalid", `${where}: JSON Schema cannot say this: ${reason}`, {
      cause,
    });
  }
}

type Convert = (options: { readonly target: string }) => Record<string, unknown>;

function hasJsonSchema(
  standard: unknown,
): standard is { readonly jsonSchema: { readonly input: Convert; readonly output: Convert } } {
  return typeof standard === "object" && standard !== null && "jsonSchema" in standard;
}

function validate(guest: Guest, value: unknown, where: string): GuestResult {
  const found: { message: string; pointer: string }[] = [];
  const copy = copyJson(value, "", found, 0);
  if (found.length > 0) return { issues: found };
  const answer = guest["~standard"].validate(copy);
  if (answer instanceof Promise) {
    throw new MarcotError(
      "ContractInvalid",
      `${where}: a schema in a contract cannot be asynchronous`,
    );
  }
  if (answer.issues === undefined) return { value: answer.value };
  return {
    issues: answer.issues.map(({ message, path }) => ({ message, pointer: toPointer(path) })),
  };
}

function toPointer(path: GuestIssue["path"] = []): string {
  return path
    .map(
      (part) =>
        `/${String(typeof part === "object" ? part.key : part)
          .replaceAll("~", "~0")
          .replaceAll("/", "~1")}`,
    )
    .join("");
}

/** Deeper values come from a loop in the data or from an attack, and would end in a full stack. */
const DEPTH_MAX = 100;

/** A copy as JSON would make it: no `undefined`, no `-0`; what JSON cannot say is an issue. */
function copyJson(
  value: unknown,
  pointer: string,
  found: { message: string; pointer: string }[],
  depth: number,
): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value === 0 ? 0 : value;
  if (depth < DEPTH_MAX && Array.isArray(value)) {
    return value.map((item, index) => copyJson(item, `${pointer}/${index}`, found, depth + 1));
  }
  if (depth < DEPTH_MAX && typeof value === "object" && isPlain(value)) {
    const entries = Object.entries(value).filter(
      ([name, item]) => item !== undefined && name !== "__proto__",
    );
    return Object.fromEntries(
      entries.map(([name, item]) => [name, copyJson(item, `${pointer}/${name}`, found, depth + 1)]),
    );
  }
  found.push({ message: "a value that JSON can say", pointer });
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
