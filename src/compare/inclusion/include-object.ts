/** Whether the objects of one cell are objects of another. */
import * as fields from "../schema/fields.ts";
import { findText } from "../values/language.ts";
import { objectWith, samplesOf } from "./samples.ts";
import type { Json, Schema, SchemaObject } from "../schema/schema.ts";
import type { Answer, Fit, Run } from "./run.ts";
import { same } from "../schema/same.ts";
import { splitName } from "./split.ts";
import type { Cell } from "../schema/view.ts";

/** What was found so far about one pair of cells. */
interface Search {
  readonly cell: Cell;
  readonly other: Cell;
  readonly run: Run;
  readonly tries: Json[];
  /** Of the cell of which this is a part by one field. */
  readonly outer: ReadonlySet<string> | undefined;
  readonly misfits: Set<string>;
  isWithin: boolean;
  why: string | undefined;
}

export function fitsObject(cell: Cell, other: Cell, run: Run, whole?: Fit): Fit {
  const outer = whole?.misfits;
  const start = { isWithin: true, why: undefined, tries: [], misfits: new Set<string>() };
  const search: Search = { cell, other, run, outer, ...start };
  for (const compare of COMPARISONS) {
    compare(search);
    // Not all misfits are known then.
    if (isDecided(search)) return { ...search, misfits: undefined };
  }
  return search;
}

const COMPARISONS = [
  compareRequired,
  compareListed,
  compareClasses,
  compareNames,
  compareCounts,
  compareNeeds,
  compareUnevaluated,
];

/** Of shapes only a yes counts, and that is lost. */
function isDecided({ run, isWithin }: Search): boolean {
  return run.isShape && !isWithin;
}

/** Enough examples to choose a small one; each has to be put together. */
const TRIES_MAX = 5;

function fail(search: Search, why?: string): void {
  search.isWithin = false;
  search.why ??= why;
}

function attempt(search: Search, fixed: ReadonlyMap<string, Json>): void {
  const { cell, run, tries } = search;
  if (run.isShape) return; // only a yes counts
  const object = objectWith(cell, fixed, run.sending);
  if (object !== undefined) tries.push(object);
}

/** Notes what an answer about one field means for the whole. */
function note(search: Search, name: string | undefined, answer: Answer): void {
  if (answer.is === "yes") return;
  fail(search, answer.is === "unknown" ? answer.why : undefined);
  if (answer.is === "unknown" || name === undefined) return;
  if (search.tries.length > TRIES_MAX) return;
  for (const example of answer.examples.slice(0, 2)) attempt(search, new Map([[name, example]]));
}

function compareRequired(search: Search): void {
  const own = fields.requiredNames(search.cell);
  for (const name of fields.requiredNames(search.other)) {
    if (own.has(name)) continue;
    fail(search);
    return attempt(search, new Map()); // one example lacks all of them
  }
}

function compareListed(search: Search): void {
  const { cell, other, run } = search;
  const names = new Set([...fields.namesOf(cell), ...fields.namesOf(other)]);
  const part = search.outer === undefined ? undefined : splitName(cell);
  for (const name of names) {
    // A part of a cell differs from it in one field alone.
    if (part !== undefined && part !== name && search.outer?.has(name) === false) continue;
    if (!fields.canHave(cell, name, run.isClosed)) continue;
    const [own, theirs] = [fields.constraintOf(cell, name), fields.constraintOf(other, name)];
    const answer = run.include(own, theirs);
    if (answer.is !== "yes") search.misfits.add(name);
    note(search, name, answer);
    if (isDecided(search)) return;
  }
}

/** Names that neither side lists. */
function compareClasses(search: Search): void {
  const { cell, other, run } = search;
  const classes = fields.classesOf(cell, run.isClosed);
  for (const leaf of other.leaves) {
    const patterns = fields.patternsOf(leaf);
    for (const one of classes) {
      for (const [pattern, schema] of patterns) {
        note(search, nameOf(one, pattern), run.include(one.schema, schema));
      }
      const rest = leaf["additionalProperties"] as Schema | undefined;
      if (rest === undefined || patterns.some(([pattern]) => pattern === one.pattern)) continue;
      note(search, nameOf(one), run.include(one.schema, rest));
    }
  }
}

/** A name of a class that, if asked, another pattern matches too. */
function nameOf({ pattern }: fields.NameClass, also?: string): string | undefined {
  const patterns = [pattern, also].flatMap((one) => (one === undefined ? [] : [one]));
  if (patterns.length === 0) return "x";
  return findText({ patterns, min: 0, max: 100 }) ?? undefined;
}

function compareNames(search: Search): void {
  const { cell, other, run } = search;
  const own = cell.leaves.flatMap((leaf): Schema[] =>
    leaf["propertyNames"] === undefined ? [] : [leaf["propertyNames"] as Schema],
  );
  for (const leaf of other.leaves) {
    const rule = leaf["propertyNames"] as Schema | undefined;
    if (rule === undefined) continue;
    for (const name of fields.namesOf(cell)) {
      if (!fields.canHave(cell, name, run.isClosed)) continue;
      const answer = run.include(fields.both([{ const: name }, ...own]), rule);
      if (answer.is === "yes") continue;
      fail(search, "the rule for names");
      const value = samplesOf(fields.constraintOf(cell, name), run.sending)[0];
      if (value !== undefined) attempt(search, new Map([[name, value]]));
    }
    for (const one of fields.classesOf(cell, run.isClosed))
      compareClassNames(search, one, own, rule);
  }
}

function compareClassNames(
  search: Search,
  one: fields.NameClass,
  own: readonly Schema[],
  rule: Schema,
): void {
  const { run } = search;
  if (own.some((schema) => !run.receiver.isTouched(rule) && same(schema, rule))) return;
  const hit: SchemaObject = one.pattern === undefined ? {} : { pattern: one.pattern };
  const answer = run.include(fields.both([{ type: "string", ...hit }, ...own]), rule);
  if (answer.is === "yes") return;
  fail(search, "the rule for names");
  const [value] = samplesOf(one.schema, run.sending);
  if (answer.is === "unknown" || value === undefined) return;
  for (const name of answer.examples) attempt(search, new Map([[String(name), value]]));
}

function compareCounts(search: Search): void {
  const { cell, other, run } = search;
  const isCounted = (leaf: SchemaObject) => "minProperties" in leaf || "maxProperties" in leaf;
  if (!other.leaves.some(isCounted)) return;
  const numbers = ({ leaves }: Cell, keyword: string) =>
    leaves.flatMap((leaf) => (typeof leaf[keyword] === "number" ? [leaf[keyword]] : []));
  const required = fields.requiredNames(cell).size;
  const min = Math.max(required, ...numbers(cell, "minProperties"));
  const listed = [...fields.namesOf(cell)].filter((name) =>
    fields.canHave(cell, name, run.isClosed),
  );
  const isCountable = fields.classesOf(cell, run.isClosed).length === 0;
  const max = Math.min(...numbers(cell, "maxProperties"), isCountable ? listed.length : Infinity);
  if (numbers(other, "minProperties").some((wanted) => wanted > min)) {
    fail(search, "the number of fields");
    attempt(search, new Map());
  }
  if (numbers(other, "maxProperties").some((wanted) => wanted < max)) {
    fail(search, "the number of fields");
    const least = Math.min(...numbers(other, "maxProperties")) + 1;
    attemptMany(search, listed, least);
  }
}

/** A message with at least so many fields, or as many as there are. */
function attemptMany(search: Search, listed: readonly string[], least: number): void {
  const { cell, run } = search;
  const more = Array.from({ length: Math.min(least, 50) }, (_, index) => `x${index}`);
  const found = new Map<string, Json>();
  for (const name of [...listed, ...more]) {
    if (found.size >= least) break;
    if (!fields.canHave(cell, name, run.isClosed)) continue;
    const [value] = samplesOf(fields.constraintOf(cell, name), run.sending);
    if (value !== undefined) found.set(name, value);
  }
  attempt(search, found);
}

function compareNeeds(search: Search): void {
  const { cell, other, run } = search;
  const required = fields.requiredNames(cell);
  const own = cell.leaves.flatMap(fields.needsOf);
  for (const [name, wanted] of other.leaves.flatMap(fields.needsOf)) {
    if (!fields.canHave(cell, name, run.isClosed)) continue;
    const given = new Set(own.flatMap(([owner, others]) => (owner === name ? others : [])));
    if (wanted.every((one) => required.has(one) || given.has(one))) continue;
    fail(search);
    const [value] = samplesOf(fields.constraintOf(cell, name), run.sending);
    if (value !== undefined) attempt(search, new Map([[name, value]]));
  }
  for (const leaf of other.leaves) {
    const parts = Object.entries((leaf["dependentSchemas"] ?? {}) as Record<string, Schema>);
    for (const [name, schema] of parts) {
      if (!fields.canHave(cell, name, run.isClosed) || hasSame(cell, name, schema, run)) continue;
      fail(search, "dependentSchemas are only compared word for word");
      const [value] = samplesOf(fields.constraintOf(cell, name), run.sending);
      if (value !== undefined) attempt(search, new Map([[name, value]]));
    }
  }
}

function compareUnevaluated(search: Search): void {
  for (const leaf of search.other.leaves) {
    if (leaf["unevaluatedProperties"] === undefined) continue;
    fail(search, "unevaluatedProperties is only compared word for word");
    attempt(search, new Map());
  }
}

function hasSame({ leaves }: Cell, name: string, schema: Schema, run: Run): boolean {
  if (run.isShape || run.receiver.isTouched(schema)) return false;
  return leaves.some((leaf) => {
    const own = (leaf["dependentSchemas"] as Record<string, Schema> | undefined)?.[name];
    return own !== undefined && same(own, schema);
  });
}
