/** Two files, what they are, and what changed between them: `marcot contract diff`. */
import { readFileSync } from "node:fs";
import { MarcotError } from "../errors.ts";
import type { CompareOptions } from "./comparison.ts";
import { compareLocks } from "./contracts.ts";
import { type Finding, POLICIES, type Side } from "./finding.ts";
import { judge } from "./judge.ts";
import type { Lock } from "./lock.ts";
import { lockOfOpenApi } from "./openapi/openapi.ts";
import { asComparison } from "./schema/budget.ts";
import { isObject, readerOf } from "./schema/schema.ts";

export type As = "request" | "response" | "event";

export interface DiffOptions extends CompareOptions {
  /** How two JSON Schemas are used. Default: none, and it must be said. */
  readonly as?: As | undefined;
}

export type Kind = "lock" | "openapi" | "schema";

/** Reads JSON, or YAML where the content is no JSON. */
export async function readDocument(path: string): Promise<unknown> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new MarcotError("CommandInvalid", `${path} cannot be read`, { cause });
  }
  return parseDocument(text, path);
}

/** `path` is named in the error. */
export async function parseDocument(text: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Most OpenAPI documents are YAML. Its parser is loaded only for them.
    const { parse } = await import("yaml");
    try {
      return parse(text, { maxAliasCount: 1000 }) as unknown;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
      throw new MarcotError("CommandInvalid", `${path} is neither JSON nor YAML: ${reason}`, {
        cause,
      });
    }
  }
}

export function kindOf(document: unknown): Kind | undefined {
  if (typeof document === "boolean") return "schema";
  if (!isObject(document)) return undefined;
  if (typeof document["openapi"] === "string")
    return /^3\.[01]/.test(document["openapi"]) ? "openapi" : undefined;
  if (isObject(document["versions"]) && typeof document["app"] === "string") return "lock";
  return document["swagger"] === undefined ? "schema" : undefined;
}

export function diff(old: unknown, fresh: unknown, options: DiffOptions = {}): Finding[] {
  const [kind, other] = [kindOf(old), kindOf(fresh)];
  if (kind === undefined || other === undefined) {
    throw invalid("only locks, JSON Schemas and OpenAPI 3.0 or 3.1 documents can be compared");
  }
  if (kind !== other) throw invalid(`one is a ${kind}, the other a ${other}`);
  if (kind === "schema") return diffSchemas(old, fresh, options);
  if (options.as !== undefined) throw invalid("--as is for two JSON Schemas");
  if (kind === "lock") return compareLocks(old as Lock, fresh as Lock, options);
  return diffOpenApi(old as Record<string, unknown>, fresh as Record<string, unknown>, options);
}

function diffSchemas(old: unknown, fresh: unknown, { as, policies }: DiffOptions): Finding[] {
  if (as === undefined)
    throw invalid("say how the schemas are used: --as request, response or event");
  const sides: Record<As, Side[]> = {
    request: ["request"],
    response: ["reply"],
    event: ["request", "reply"],
  };
  const all = { ...POLICIES, ...policies };
  const isFilled = all.defaults === "filled";
  const compare = (side: Side) => {
    const defaults = side === "request" ? "optional" : "required";
    const read = (raw: unknown) => readerOf(raw, isFilled ? { defaults } : {}).read(raw);
    return judge({ side, where: "", old: read(old), fresh: read(fresh), policies: all });
  };
  return asComparison(() => sides[as].flatMap(compare));
}

/** Documents are compared whatever their versions are called: a new one is meant to follow the old one. */
function diffOpenApi(
  old: Record<string, unknown>,
  fresh: Record<string, unknown>,
  options: DiffOptions,
): Finding[] {
  const [before, after] = [lockOfOpenApi(old), lockOfOpenApi(fresh)];
  const name = Object.keys(after.versions)[0] ?? "v1";
  const versions = Object.fromEntries(
    Object.values(before.versions).map((version) => [name, version]),
  );
  const policies = { defaults: "ignored" as const, ...options.policies };
  return compareLocks({ ...before, versions }, after, { ...options, policies });
}

function invalid(message: string): MarcotError {
  return new MarcotError("CommandInvalid", message);
}
