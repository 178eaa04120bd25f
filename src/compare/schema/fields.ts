/**
 * What a cell says of the fields of an object: which names it can have, and what holds for each. A sender
 * is closed: it writes declared names only, unless its schema declares none or says that others may come.
 */
import { matches } from "../values/formats.ts";
import { spend, Unprovable } from "./budget.ts";
import { isObject, type Schema, type SchemaObject } from "./schema.ts";
import { type Branch, type Cell } from "./view.ts";

/** Names that nobody lists: those that a pattern matches, or all others. */
export interface NameClass {
  readonly pattern?: string;
  readonly schema: Schema;
}

export const propertiesOf = (leaf: SchemaObject) =>
  (isObject(leaf["properties"]) ? leaf["properties"] : {}) as Readonly<Record<string, Schema>>;

export const patternsOf = (leaf: SchemaObject) =>
  Object.entries(
    (isObject(leaf["patternProperties"]) ? leaf["patternProperties"] : {}) as object,
  ) as [string, Schema][];

export const requiredOf = (leaf: SchemaObject) => (leaf["required"] as string[] | undefined) ?? [];

export const needsOf = (leaf: SchemaObject) =>
  Object.entries((leaf["dependentRequired"] ?? {}) as Record<string, string[]>);

/** What is said of names that are not listed; undefined where nothing is said. */
export function restOf(leaf: SchemaObject): Schema | undefined {
  const rest = leaf["additionalProperties"] as Schema | undefined;
  const unevaluated = leaf["unevaluatedProperties"];
  // What remains unevaluated depends on all other keywords; so any name, with any value.
  return rest ?? (unevaluated === undefined || unevaluated === false ? undefined : true);
}

const DECLARING = [
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
];

/** Whether no schema of the cell speaks of fields: then a sender may write any. */
export function isFree({ leaves }: Cell): boolean {
  return !leaves.some((leaf) => DECLARING.some((keyword) => leaf[keyword] !== undefined));
}

export function isHit(pattern: string, name: string): boolean {
  const answer = matches(pattern, name);
  if (answer === undefined) throw new Unprovable(`the pattern ${pattern} cannot be read`);
  return answer;
}

const listed = new WeakMap<Cell, ReadonlySet<string>>();
const wanted = new WeakMap<Cell, ReadonlySet<string>>();

/** The names that the cell lists. */
export function namesOf(cell: Cell): ReadonlySet<string> {
  const namesIn = (leaf: SchemaObject) => [...Object.keys(propertiesOf(leaf)), ...requiredOf(leaf)];
  const names = listed.get(cell) ?? new Set(cell.leaves.flatMap(namesIn));
  listed.set(cell, names);
  return names;
}

export function requiredNames(cell: Cell): ReadonlySet<string> {
  const names = wanted.get(cell) ?? new Set(cell.leaves.flatMap(requiredOf));
  wanted.set(cell, names);
  return names;
}

const constraints = new WeakMap<Cell, Map<string, Schema>>();

/** All that must hold for a field of this name, if it is there. */
export function constraintOf(cell: Cell, name: string): Schema {
  let known = constraints.get(cell);
  if (known === undefined) constraints.set(cell, (known = new Map()));
  const before = known.get(name);
  if (before !== undefined) return before;
  spend(cell.leaves.length);
  const schema = both(cell.leaves.flatMap((leaf) => constraintsOfLeaf(leaf, name)));
  known.set(name, schema);
  return schema;
}

function constraintsOfLeaf(leaf: SchemaObject, name: string): Schema[] {
  const properties = propertiesOf(leaf);
  const own = Object.hasOwn(properties, name) ? [properties[name] as Schema] : [];
  const hits = patternsOf(leaf).filter(([pattern]) => isHit(pattern, name));
  if (own.length + hits.length > 0) return [...own, ...hits.map(([, schema]) => schema)];
  const rest = leaf["additionalProperties"] as Schema | undefined;
  return rest === undefined ? [] : [rest];
}

export function both(schemas: readonly Schema[]): Schema {
  const telling = [...new Set(schemas)].filter((schema) => schema !== true);
  if (telling.includes(false)) return false;
  const [first] = telling as SchemaObject[];
  if (first === undefined || telling.length === 1) return first ?? true;
  const key = String(telling.map((schema) => numberOf(schema as SchemaObject)).sort());
  const made = conjunctions.get(first) ?? new Map<string, Schema>();
  conjunctions.set(first, made);
  const before = made.get(key);
  if (before !== undefined) return before;
  const schema = { allOf: telling };
  made.set(key, schema);
  return schema;
}

/** The same parts give the same object, so that a recursive type is met again as itself. */
const conjunctions = new WeakMap<SchemaObject, Map<string, Schema>>();
const numbers = new WeakMap<SchemaObject, number>();
let count = 0;

function numberOf(schema: SchemaObject): number {
  let number = numbers.get(schema);
  if (number === undefined) numbers.set(schema, (number = count += 1));
  return number;
}

/** All that must hold for the item at this place. */
export function itemOf({ leaves }: Branch, index: number): Schema {
  return both(
    leaves.map((leaf) => {
      const prefix = leaf["prefixItems"];
      const own = Array.isArray(prefix) ? (prefix[index] as Schema | undefined) : undefined;
      return own ?? (leaf["items"] as Schema | undefined) ?? true;
    }),
  );
}

/** Whether a sender can write this name. */
export function canHave(cell: Cell, name: string, isClosed: boolean): boolean {
  if (constraintOf(cell, name) === false) return false;
  if (!isClosed || isFree(cell)) return true;
  return namesOf(cell).has(name) || cell.leaves.some((leaf) => declares(leaf, name));
}

function declares(leaf: SchemaObject, name: string): boolean {
  return (
    patternsOf(leaf).some(([pattern]) => isHit(pattern, name)) || (restOf(leaf) ?? false) !== false
  );
}

/** The classes of names that a sender can write beyond those that it lists. */
export function classesOf(cell: Cell, isClosed: boolean): NameClass[] {
  const { leaves } = cell;
  if (leaves.some((leaf) => restOf(leaf) === false && patternsOf(leaf).length === 0)) return [];
  const classes: NameClass[] = [];
  const isOpen = !isClosed || isFree(cell) || leaves.some((leaf) => isRestOpen(leaf));
  const isForbidden = leaves.some((leaf) => restOf(leaf) === false);
  // A leaf with patterns may say something else of a name than its rest does: so it is left out.
  const rests = leaves.filter((leaf) => patternsOf(leaf).length === 0);
  const rest = both(
    rests.map((leaf) => (leaf["additionalProperties"] as Schema | undefined) ?? true),
  );
  if (isOpen && !isForbidden) classes.push({ schema: rest });
  for (const leaf of leaves) {
    for (const [pattern, schema] of patternsOf(leaf)) {
      classes.push({ pattern, schema: both([schema, rest]) });
    }
  }
  return classes.filter(({ schema }) => schema !== false);
}

function isRestOpen(leaf: SchemaObject): boolean {
  const rest = restOf(leaf);
  return rest !== undefined && rest !== false;
}
