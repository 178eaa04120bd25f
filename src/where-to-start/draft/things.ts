/** What the names that others take of a unit stand for. */
import { posix } from "node:path";
import type { UnitFacts } from "../score/facts.ts";
import { isTying } from "../score/ties.ts";
import type { Export, Made } from "../types/source.ts";

/** A name as an import has it. */
export interface Name {
  /** `*` for a module, `default`. */
  readonly name: string;
  /** The module, as it is written. */
  readonly from: string;
  /** Where it is made, where that is known. */
  readonly made?: Made | undefined;
}

export interface Thing {
  /** The same for whatever is the same thing, by which name it may be taken. */
  readonly key: string;
  readonly name: string;
  /** Undefined when it is a module, or is passed on from elsewhere. */
  readonly made: Export | undefined;
}

/** By their files. */
export type ExportsOf = ReadonlyMap<string, readonly Export[]>;

/** `read`: of files that were read again, with what each export is. */
export function thingsOf({ files }: UnitFacts, read: ExportsOf): (name: Name) => Thing {
  const byName = new Map<string, Export>();
  const byPlace = new Map<string, Export>();
  for (const { file, models: declared, exports } of files.filter(isTying)) {
    const models = new Map(declared.map((model) => [model.name, model]));
    for (const one of read.get(file) ?? exports) {
      // Of a class that is written twice the rows are those of the model.
      const model = models.get(one.of ?? one.name);
      const made = model === undefined ? one : { ...one, ...model, is: "model" as const };
      if (!byName.has(one.name)) byName.set(one.name, made);
      byPlace.set(placeOf({ file, name: one.name }), made);
    }
  }
  return (taken) => {
    const known = taken.made && byPlace.get(placeOf(taken.made));
    const isNamed = taken.name !== "*" && taken.name !== "default";
    const made = known ?? (isNamed ? byName.get(taken.name) : undefined);
    if (made !== undefined) return thingOf(made, isNamed ? taken.name : undefined);
    const name = isNamed ? taken.name : taken.from;
    return { key: name, name, made };
  };
}

/** `called`: as it is imported. */
export function thingOf(made: Export, called?: string): Thing {
  const { file, is, name, of = name } = made;
  const own = of === "default" ? calledAfter(file) : of;
  return { key: placeOf({ file, name: of }), name: is === "model" ? name : (called ?? own), made };
}

/** What has no name is called as its file is, or as its folder. */
export function calledAfter(file: string): string {
  const name = posix.basename(file).split(".", 1)[0] ?? "";
  return name === "index" ? posix.basename(posix.dirname(file)) : name;
}

function placeOf({ file, name }: Made): string {
  return `${file}\0${name}`;
}
