/**
 * Where in contract.ts a version, an endpoint or a field is declared: read from the text, by the names that
 * a contract is written with. What is put together in another way has the place of what stands around it.
 */
import { basename } from "node:path";
import { type Expression, type ObjectExpression, parseSync } from "oxc-parser";
import { isTooDeep } from "./unfit.ts";

export interface Wanted {
  readonly version: string;
  /** An endpoint or an event; empty for the version itself. */
  readonly endpoint: string;
  /** Undefined where no message is meant. */
  readonly side: "request" | "reply" | undefined;
  /** The names of fields, from the outside inwards. */
  readonly fields: readonly string[];
}

/** The line of the smallest part that is there; undefined when not even the version is found. */
export function lineOf(path: string, text: string, wanted: Wanted): number | undefined {
  const constants = constantsOf(path, text);
  const found = versionsBack(constants, wanted.version).map((one) =>
    placeIn(one, wanted, constants),
  );
  // A later version has what it inherits of an earlier one; the deepest place says most.
  const [best] = found.toSorted((a, b) => b.depth - a.depth);
  return best && text.slice(0, best.offset).split("\n").length;
}

interface Place {
  readonly offset: number;
  /** 0 the version, 1 the endpoint, 2 its input or output, 3 and more a field. */
  readonly depth: number;
}

interface Constant {
  readonly offset: number;
  readonly value: Expression;
}

type Constants = ReadonlyMap<string, Constant>;

function constantsOf(path: string, text: string): Constants {
  const constants = new Map<string, Constant>();
  if (isTooDeep(text)) return constants;
  for (const statement of parseSync(basename(path), text).program.body) {
    const declared =
      statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations) {
      if (id.type === "Identifier" && init !== null)
        constants.set(id.name, { offset: declared.start, value: init });
    }
  }
  return constants;
}

interface Version {
  readonly offset: number;
  readonly endpoints: ObjectExpression | undefined;
}

/** The version of that name, then those that it was made of. */
function versionsBack(constants: Constants, version: string): Version[] {
  const isNamed = ({ value }: Constant) =>
    argumentsOf(value).some(
      (one) =>
        one.type === "Literal" &&
        typeof one.value === "string" &&
        one.value.endsWith(`/${version}`),
    );
  const found: Version[] = [];
  const seen = new Set<Constant>();
  let at = [...constants.values()].find(isNamed);
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    const [first, ...rest] = argumentsOf(at.value);
    const last = rest.at(-1);
    found.push({ offset: at.offset, endpoints: last && objectOf(last, constants) });
    at = first?.type === "Identifier" ? constants.get(first.name) : undefined;
  }
  return found;
}

function placeIn(version: Version, wanted: Wanted, constants: Constants): Place {
  let place: Place = { offset: version.offset, depth: 0 };
  const endpoint = propertyOf(version.endpoints, wanted.endpoint, constants);
  if (endpoint === undefined) return place;
  place = { offset: endpoint.start, depth: 1 };
  if (wanted.side === undefined) return place;
  const definition = objectOf(argumentsOf(endpoint.value).at(-1) ?? endpoint.value, constants);
  const name = wanted.side === "request" ? "input" : "output";
  const message = propertyOf(definition, name, constants);
  if (message !== undefined) place = { offset: message.start, depth: 2 };
  // The fields of an event stand in the event itself.
  let fields = message === undefined ? definition : objectOf(message.value, constants);
  for (const field of wanted.fields) {
    const found = propertyOf(fields, field, constants);
    if (found === undefined) break;
    place = { offset: found.start, depth: Math.max(place.depth, 2) + 1 };
    fields = objectOf(found.value, constants);
  }
  return place;
}

function argumentsOf(value: Expression): Expression[] {
  if (value.type !== "CallExpression") return [];
  return value.arguments.filter((one): one is Expression => one.type !== "SpreadElement");
}

/** The object that an expression is, behind a name, `object(…)`, `list(…)` or a type. */
function objectOf(
  value: Expression,
  constants: Constants,
  depth = 0,
): ObjectExpression | undefined {
  if (depth > DEPTH_MAX) return undefined;
  switch (value.type) {
    case "ObjectExpression":
      return value;
    case "Identifier": {
      const constant = constants.get(value.name);
      return constant && objectOf(constant.value, constants, depth + 1);
    }
    case "CallExpression": {
      const [first] = argumentsOf(value);
      return first && objectOf(first, constants, depth + 1);
    }
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "ParenthesizedExpression":
      return objectOf(value.expression, constants, depth + 1);
    default:
      return undefined;
  }
}

/** Names may lead in a circle, in a file that does not run. */
const DEPTH_MAX = 20;

interface Property {
  readonly start: number;
  readonly value: Expression;
}

function propertyOf(
  object: ObjectExpression | undefined,
  name: string,
  constants: Constants,
  depth = 0,
): Property | undefined {
  // What stands last holds, as when it runs.
  for (const one of object?.properties.toReversed() ?? []) {
    if (one.type === "SpreadElement") {
      if (depth > DEPTH_MAX) continue;
      const spread = objectOf(one.argument, constants);
      const found = propertyOf(spread, name, constants, depth + 1);
      if (found !== undefined) return found;
    } else if (!one.computed && keyOf(one.key) === name) {
      return { start: one.start, value: one.value };
    }
  }
  return undefined;
}

function keyOf(key: { readonly type: string }): string | undefined {
  if (key.type === "Identifier") return (key as { name?: string }).name;
  return key.type === "Literal" ? String((key as { value?: unknown }).value) : undefined;
}
