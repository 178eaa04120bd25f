/**
 * Which class has which foreign key as a column, as Django gives them out: what an abstract model holds is of each
 * model that inherits it, a model that inherits one with rows has a column that leads there, and a proxy has none.
 */
import type { ClassFacts, FileFacts, ForeignKey } from "../../types/source.ts";
import type { Classes } from "./classes.ts";
import { remembered } from "./remembered.ts";

export interface Column {
  /** Of the class with the rows, and where that stands: whoever takes it elsewhere takes the column along. */
  readonly key: ForeignKey;
  /** As its field is written, maybe in a file of another unit: what its names mean is said there. */
  readonly written: ForeignKey;
  /** Whose rows it refers to, where that is a class of this code base. */
  readonly table: ClassFacts | undefined;
}

/** By the file of the class, in the order of its lines. */
export function columnsOf(
  files: ReadonlyMap<string, FileFacts>,
  classes: Classes,
): ReadonlyMap<string, readonly Column[]> {
  const fieldsOf = fieldsIn(classes);
  let left = INHERITED_MAX;
  const columns = new Map<string, readonly Column[]>();
  for (const { file, language, foreignKeys, classes: own = [] } of files.values()) {
    if (language !== "python") continue;
    const inClasses = new Set(own.flatMap(({ keys }) => keys));
    // Added to a class from outside: `User.add_to_class("manager", ForeignKey(…))`.
    const added = foreignKeys.filter((key) => !inClasses.has(key));
    const found = added.map((key) => ({ key, written: key, table: tableOf(key, classes) }));
    const having = own.filter((one) => !one.isAbstract && !classes.isPlain(one));
    // A class may be written twice, in two branches of an `if`: what both inherit is one column.
    const seen = new Set([...inClasses].map(({ owner, field }) => `${owner}.${field}`));
    for (const one of having) {
      for (const { field, by, table = tableOf(field, classes) } of left > 0
        ? fieldsOf(one)
        : ownOf(one)) {
        const name = `${one.name}.${field.field}`;
        const isOwn = inClasses.has(field) && by === one;
        if (!isOwn && (seen.has(name) || left <= 0)) continue;
        if (!isOwn) left -= 1;
        seen.add(name);
        found.push({ key: isOwn ? field : keyOf(one, { field, by }), written: field, table });
      }
    }
    const sorted = found.toSorted((a, b) => a.key.line - b.key.line);
    if (sorted.length > 0) columns.set(file, sorted);
  }
  return columns;
}

/** What a thousand classes inherit of a thousand fields nobody wrote; the rest is not counted. */
export const INHERITED_MAX = 100_000;

function ownOf(one: ClassFacts): Field[] {
  return one.keys.map((field) => ({ field, by: one }));
}

/** Its place is where the class begins that has the column; what it says, where the field is written. */
function keyOf({ name, file, line }: ClassFacts, { field, by }: Field): ForeignKey {
  const from =
    by.name === name && by.file === file ? "" : `, by ${by.name} in ${field.file}:${field.line}`;
  return { ...field, file, line, owner: name, to: `${field.to}${from}` };
}

interface Field {
  readonly field: ForeignKey;
  /** The class that it is written in, or the first that inherits rows. */
  readonly by: ClassFacts;
  /** Of a column that inherited rows are found by. */
  readonly table?: ClassFacts;
}

/** More has no class that somebody wrote. */
const FIELDS_MAX = 1000;

/** Those of a class, its own and what it inherits, each name once. */
function fieldsIn(classes: Classes): (one: ClassFacts) => readonly Field[] {
  const fieldsOf = remembered((one: ClassFacts): readonly Field[] => {
    if (one.isProxy) return [];
    const fields = one.keys.map((field): Field => ({ field, by: one }));
    const taken = new Set(one.attributes);
    const parents: ClassFacts[] = [];
    for (const base of classes.basesOf(one)) {
      if (classes.isPlain(base)) {
        for (const name of attributesOf(base, none)) taken.add(name);
      } else if (base.isAbstract) {
        const inherited = fieldsOf(base, []).filter(({ field }) => !taken.has(field.field));
        fields.push(...inherited.slice(0, FIELDS_MAX));
        for (const { field } of inherited) taken.add(field.field);
      } else if (classes.isModel(base)) {
        parents.push(rowsOf(base, classes));
        for (const name of namesOf(base, none)) taken.add(name);
      }
    }
    for (const table of parents) {
      const field = linkTo(table, one);
      const isLinked = fields.some((own) => isLink(own, table, classes));
      if (!isLinked && !taken.has(field.field)) fields.push({ field, by: one, table });
    }
    return fields;
  });
  /** Of the columns that a model has, with those that its parents have for it. */
  const namesOf = remembered((one: ClassFacts): ReadonlySet<string> => {
    const above = classes.basesOf(one).flatMap((base) => [...namesOf(base, none)]);
    const own = fieldsOf(one, []).map(({ field }) => field.field);
    return new Set([...own, ...above].slice(0, FIELDS_MAX));
  });
  const attributesOf = remembered((one: ClassFacts): ReadonlySet<string> => {
    const above = classes.basesOf(one).flatMap((base) => [...attributesOf(base, none)]);
    return new Set([...one.attributes, ...above].slice(0, FIELDS_MAX));
  });
  return (one) => fieldsOf(one, []);
}

const none: ReadonlySet<string> = new Set();

/** `page_ptr` of a model that inherits Page. */
function linkTo(table: ClassFacts, { name, file, line }: ClassFacts): ForeignKey {
  const field = `${table.name.toLowerCase()}_ptr`;
  return { kind: "one to one", field, owner: name, to: table.name, file, line };
}

/** A one to one that is written out is that column. */
function isLink({ field, table: known }: Field, table: ClassFacts, classes: Classes): boolean {
  if (field.kind !== "one to one") return false;
  const to = known ?? tableOf(field, classes);
  return to === undefined ? field.to.split(".").at(-1) === table.name : to === table;
}

/** Longer chains of proxies are circles. */
const PROXIES_MAX = 20;

/** Of a proxy, the model whose rows it shows. */
export function rowsOf(one: ClassFacts, classes: Classes): ClassFacts {
  let at = one;
  for (let count = 0; at.isProxy && count < PROXIES_MAX; count += 1) {
    const next = classes.basesOf(at).find((base) => !base.isAbstract && classes.isModel(base));
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

function tableOf({ to, isText, file }: ForeignKey, classes: Classes): ClassFacts | undefined {
  if (isText === true || !/^[\p{L}_][\p{L}\p{N}_.]*$/u.test(to)) return undefined;
  const found = classes.find(to, file);
  return found === undefined ? undefined : rowsOf(found, classes);
}
