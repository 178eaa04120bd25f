/**
 * Which class has which reference as a column, as TypeORM, MikroORM and Nest's Mongoose give them out: what an abstract
 * class holds is of each entity that inherits it, also through others, and an entity has a copy of what the one above
 * it has, unless both share a table.
 */
import { INHERITED_MAX } from "../../python/resolve/columns.ts";
import { remembered } from "../../python/resolve/remembered.ts";
import type { ClassFacts, FileFacts, ForeignKey } from "../../types/source.ts";
import { boundIn } from "../reader/bound.ts";

export interface Column {
  /** Of the class with the rows, and where that stands: whoever takes it elsewhere takes the column along. */
  readonly key: ForeignKey;
  /** As it is written, maybe in a file of another unit: what its names mean is said there. */
  readonly written: ForeignKey;
}

/** Which class a name means in a file; undefined for what is not of this code base. */
export type FindClass = (name: string, file: string) => ClassFacts | undefined;

export function columnsIn(
  files: ReadonlyMap<string, FileFacts>,
  find: FindClass,
): (facts: FileFacts) => readonly Column[] {
  let left = INHERITED_MAX;
  const handedOn = new Set<ClassFacts>();
  const fieldsOf = remembered((one: ClassFacts): readonly ForeignKey[] => {
    if (one.isProxy) return one.keys;
    const fields = [...one.keys];
    const taken = new Set(one.attributes);
    for (const name of one.bases) {
      const base = find(name, one.file);
      if (base === undefined || base === one) continue;
      handedOn.add(base);
      for (const field of fieldsOf(base, [])) {
        if (taken.has(field.field) || left <= 0) continue;
        taken.add(field.field);
        fields.push(field);
        left -= 1;
      }
    }
    return fields;
  });
  const entities = new Map<ClassFacts, readonly ForeignKey[]>();
  for (const { language, classes = [] } of files.values())
    for (const one of language === "typescript" ? classes : [])
      if (one.isModel) entities.set(one, fieldsOf(one, []));
  const hasNoRows = (one: ClassFacts) => !one.isModel && (one.isAbstract || handedOn.has(one));
  return ({ foreignKeys, classes = [] }) => {
    const rowless = new Set(classes.filter(hasNoRows).map(({ name }) => name));
    const own = foreignKeys.filter(({ owner }) => !rowless.has(owner));
    const inherited = classes.flatMap((one) =>
      (entities.get(one) ?? [])
        // Its own are before them, and among those of the file.
        .slice(one.keys.length)
        .map((written) => ({ key: keyOf(one, written), written })),
    );
    const all = [...own.map((key) => ({ key, written: key })), ...inherited];
    return all.toSorted((a, b) => a.key.line - b.key.line);
  };
}

/** Its place is where the class begins that has the column; what it says, where it is written. */
function keyOf({ name, file, line }: ClassFacts, written: ForeignKey): ForeignKey {
  const { owner, to } = written;
  return {
    ...written,
    file,
    line,
    owner: name,
    to: `${to}, by ${owner} in ${written.file}:${written.line}`,
  };
}

/** Of what a file imports, the file that makes it: undefined for what is not of this code base. */
export type MadeIn = (file: string, from: string, name: string) => string | undefined;

export function classFinder(files: ReadonlyMap<string, FileFacts>, madeIn: MadeIn): FindClass {
  const byFile = new Map<string, ReadonlyMap<string, ClassFacts>>();
  for (const { file, language, classes = [] } of files.values())
    if (language === "typescript" && classes.length > 0)
      byFile.set(file, new Map(classes.map((one) => [one.name, one])));
  const bound = boundIn(files);
  return (written, file) => {
    const [first = "", ...rest] = written.split(".");
    const local = rest.length === 0 ? byFile.get(file)?.get(first) : undefined;
    if (local !== undefined) return local;
    const imported = bound(file, first);
    if (imported === undefined) return undefined;
    const { from } = imported;
    const name = imported.name === "*" ? (rest.at(-1) ?? first) : imported.name;
    const made = madeIn(file, from, name) ?? "";
    const classes = byFile.get(made);
    if (classes === undefined || classes.has(name)) return classes?.get(name);
    // By another name, as `default`: the class that stands where it is exported, or the only one.
    const line = files.get(made)?.exports.find((one) => one.name === name)?.line;
    const all = [...classes.values()];
    return all.find((one) => one.line === line) ?? (all.length === 1 ? all[0] : undefined);
  };
}
