/** Whether two schemas say the same, word for word but for titles, order and what a `$ref` gathers. */
import { LEVELS_MAX, spend } from "./budget.ts";
import { equals } from "./accepts.ts";
import { pairs } from "./pairs.ts";
import {
  FILLED,
  isObject,
  LISTS,
  MAPS,
  ONE,
  resolve,
  type Schema,
  type SchemaObject,
} from "./schema.ts";

/** Keywords that say nothing about the value. */
export const ANNOTATIONS = new Set([
  "title",
  "description",
  "examples",
  "example",
  "default",
  "deprecated",
  "readOnly",
  "writeOnly",
  "$comment",
  "$schema",
  "$id",
  "id",
  "$anchor",
  "$vocabulary",
  "discriminator",
  "externalDocs",
  "xml",
  "contentEncoding",
  "contentMediaType",
  "contentSchema",
  "unit",
  "ref",
]);

export function isAnnotation(keyword: string): boolean {
  return ANNOTATIONS.has(keyword) || keyword.startsWith("x-");
}

/** The same values are accepted, as far as the words tell. */
export const same = comparison((name) => !isAnnotation(name));

/** Not even a title differs. */
export const identical = comparison(() => true);

interface Walk {
  /** Taken as the same until shown otherwise. */
  readonly assumed: [SchemaObject, SchemaObject][];
  /** Whether it ended at a level, and not at a difference. */
  isCut: boolean;
}

function comparison(counts: (keyword: string) => boolean): (one: Schema, other: Schema) => boolean {
  const known = pairs<boolean>();

  return (one, other) => {
    const [left, right] = [resolve(one), resolve(other)];
    if (left === right) return true;
    if (typeof left === "boolean" || typeof right === "boolean") return false;
    const before = known.get(left, right);
    if (before !== undefined) return before;
    const walk: Walk = { assumed: [], isCut: false };
    let answer = false;
    try {
      answer = compare(left, right, walk);
    } finally {
      // A no says nothing about the yes of pairs on the way; a yes says it of all of them.
      if (!answer) forget(walk.assumed);
    }
    if (!answer) known.set(left, right, false);
    return answer;
  };

  function forget(assumed: Walk["assumed"]): void {
    for (const [a, b] of assumed) if (known.get(a, b) === true) known.set(a, b, undefined);
  }

  function compare(one: Schema, other: Schema, walk: Walk, level = 0): boolean {
    const [left, right] = [resolve(one), resolve(other)];
    if (left === right) return true;
    if (typeof left === "boolean" || typeof right === "boolean") return false;
    const before = known.get(left, right);
    if (before !== undefined) return before;
    if ("$unreadable" in left || "$unreadable" in right) return false;
    if (level > LEVELS_MAX) {
      walk.isCut = true;
      return false;
    }
    spend(1);
    known.set(left, right, true);
    walk.assumed.push([left, right]);
    const answer = compareWords(left, right, walk, level);
    // What differs although others are taken as the same does differ.
    if (!answer && !walk.isCut) known.set(left, right, false);
    return answer;
  }

  function compareWords(
    left: SchemaObject,
    right: SchemaObject,
    walk: Walk,
    level: number,
  ): boolean {
    const [names, others] = [wordsOf(left), wordsOf(right)];
    const inner = (a: unknown, b: unknown) => compare(a as Schema, b as Schema, walk, level + 1);
    return (
      names.length === others.length &&
      names.every((name) => {
        if (!Object.hasOwn(right, name)) return false;
        const [a, b] = [left[name], right[name]];
        if (ONE.includes(name)) return inner(a, b);
        if (LISTS.includes(name) && Array.isArray(a) && Array.isArray(b)) {
          return a.length === b.length && a.every((part, index) => inner(part, b[index]));
        }
        if (MAPS.includes(name) && isObject(a) && isObject(b)) {
          const keys = Object.keys(a);
          return (
            keys.length === Object.keys(b).length &&
            keys.every((key) => Object.hasOwn(b, key) && inner(a[key], b[key]))
          );
        }
        if (name === "required" && Array.isArray(a) && Array.isArray(b)) {
          return equals(a.toSorted(), b.toSorted());
        }
        return equals(a, b);
      })
    );
  }

  function wordsOf(schema: SchemaObject): string[] {
    return Object.keys(schema).filter((name) => counts(name) && name !== FILLED);
  }
}
