/** What other units take of a unit. */
import { bySpelling } from "../order.ts";
import type { ResolvedImport, UnitFacts } from "../score/facts.ts";
import { isTying } from "../score/ties.ts";
import type { Export, Place } from "../types/source.ts";
import type { Calls } from "./methods/read.ts";

/** What others take, by its name. */
export interface Taken {
  readonly name: string;
  readonly callers: readonly string[];
  /** Where it is made; undefined when it is a module, or is passed on from elsewhere. */
  readonly made: Export | undefined;
}

export function takenOf(unit: UnitFacts, calls: Calls): Taken[] {
  const made = madeIn(unit);
  const callers = new Map<string, Set<string>>();
  const add = (name: string, places: readonly string[]) =>
    callers.set(name, new Set([...(callers.get(name) ?? []), ...places]));
  for (const one of [...unit.importsIn, ...unit.ofProject].filter(({ isType }) => !isType))
    for (const name of namesOf(one)) add(name, [placeOf(one)]);
  for (const { callers: places, ...one } of calls.functions) {
    made.set(one.name, one);
    add(one.name, places);
  }
  return [...callers]
    .toSorted(([a], [b]) => bySpelling(a, b))
    .map(([name, places]) => ({ name, callers: [...places], made: made.get(name) }));
}

function madeIn({ files }: UnitFacts): Map<string, Export> {
  const made = new Map<string, Export>();
  for (const file of files.filter(isTying)) {
    const models = new Map(file.models.map((model) => [model.name, model]));
    for (const one of file.exports) {
      // Of a class that is written twice the rows are those of the model.
      const model = models.get(one.name);
      const is = model === undefined ? one.is : "model";
      if (!made.has(one.name)) made.set(one.name, { ...one, ...model, is });
    }
  }
  return made;
}

function namesOf({ names, source }: ResolvedImport): readonly string[] {
  const said = names.filter((name) => name !== "*" && name !== "default");
  return said.length > 0 ? said : [source.from];
}

function placeOf({ file, line }: Place): string {
  return `${file}:${line}`;
}
