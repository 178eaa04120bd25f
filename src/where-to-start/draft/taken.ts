/** What other units take of a unit: by import, by a name that no import shows, by foreign keys. */
import { bySpelling } from "../order.ts";
import type { ResolvedHidden, ResolvedImport, UnitFacts } from "../score/facts.ts";
import { isTying } from "../score/ties.ts";
import type { Export, Place } from "../types/source.ts";
import { modelOfCall, namedModel } from "../typescript/prisma/owners.ts";
import type { Calls } from "./methods/read.ts";

/** What others take, by its name. */
export interface Taken {
  readonly name: string;
  readonly callers: readonly string[];
  /** Where it is made; undefined when it is a module, or is passed on from elsewhere. */
  readonly made: Export | undefined;
}

/** A tie without an import: what it is called, and where. */
export interface Named {
  readonly what: string;
  readonly places: readonly string[];
}

/** By import, and models also by name, as `get_model("orders", "Order")`. */
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
  const models = modelFinder(unit);
  for (const tie of hiddenOf(unit)) {
    const model = models(tie);
    if (model === undefined) continue;
    const { name, file, line } = model;
    made.set(name, { name, file, line, is: "model" });
    add(name, [placeOf(tie)]);
  }
  return [...callers]
    .toSorted(([a], [b]) => bySpelling(a, b))
    .map(([name, places]) => ({ name, callers: [...places], made: made.get(name) }));
}

/** All that is taken by name and is no model: URLs, signals, tasks, tokens, look-ups. */
export function namedIn(unit: UnitFacts): Named[] {
  const models = modelFinder(unit);
  const rest = hiddenOf(unit).filter((tie) => models(tie) === undefined);
  return grouped(rest, ({ kind, what }) =>
    kind === "transaction" ? "transactions that cover it too" : `${kind} ${what}`,
  );
}

/** Rows of the unit that others refer to. */
export function referredIn({ keysIn }: UnitFacts): Named[] {
  return grouped(
    keysIn,
    // What is inherited says after a comma of whom.
    ({ source }) => source.to.split(",", 1)[0] || source.kind,
    ({ source, field }) => ` ${source.owner}.${field}`,
  );
}

function grouped<T extends Place>(
  ties: readonly T[],
  whatOf: (tie: T) => string,
  tail: (tie: T) => string = () => "",
): Named[] {
  return [...Map.groupBy(ties, whatOf)]
    .toSorted(([a], [b]) => bySpelling(a, b))
    .map(([what, all]) => ({
      what,
      places: [...new Set(all.map((tie) => `${placeOf(tie)}${tail(tie)}`))],
    }));
}

function hiddenOf({ hiddenIn, hiddenOfProject }: UnitFacts): ResolvedHidden[] {
  return [...hiddenIn, ...hiddenOfProject];
}

/** Of the unit's models the one that a tie names, whatever its letters: Django asks for `order.order` too. */
function modelFinder({ tables }: UnitFacts) {
  const models = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  return ({ kind, what }: ResolvedHidden) => {
    if (kind !== "model by name") return undefined;
    const name = modelOfCall(what) ?? namedModel(what) ?? what;
    return models.get(name.slice(name.lastIndexOf(".") + 1).toLowerCase());
  };
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
