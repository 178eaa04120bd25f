/** What other units take of a unit: by import, by a name that no import shows, by foreign keys. */
import { bySpelling } from "../order.ts";
import type { ResolvedHidden, ResolvedImport, UnitFacts } from "../score/facts.ts";
import type { Export, Place } from "../types/source.ts";
import { modelOfCall, namedModel } from "../typescript/prisma/owners.ts";
import type { Calls } from "./methods/read.ts";
import { type Name, type Thing, thingOf, thingsOf } from "./things.ts";

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
  const thing = thingsOf(unit, calls.exports);
  const taken = new Map<string, Omit<Taken, "callers"> & { readonly callers: Set<string> }>();
  const add = ({ key, name, made }: Thing, places: readonly string[]) => {
    const known = taken.get(key) ?? { name, callers: new Set() };
    for (const place of places) known.callers.add(place);
    taken.set(key, { ...known, made });
  };
  for (const one of [...unit.importsIn, ...unit.ofProject].filter(({ isType }) => !isType))
    for (const name of namesOf(one)) add(thing(name), [placeOf(one)]);
  for (const { callers, ...one } of calls.functions) add(thingOf(one), callers);
  const models = modelFinder(unit);
  for (const tie of hiddenOf(unit)) {
    const model = models(tie);
    if (model === undefined) continue;
    const { name, file, line } = model;
    add(thingOf({ name, file, line, is: "model" }), [placeOf(tie)]);
  }
  return [...taken.values()]
    .map((one) => ({ ...one, callers: [...one.callers] }))
    .toSorted((a, b) => bySpelling(a.name, b.name));
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

/** An import without names takes the module. */
function namesOf({ names, source, made }: ResolvedImport): Name[] {
  if (names.length === 0) return [{ name: "*", from: source.from }];
  return names.map((name, index) => ({ name, from: source.from, made: made?.[index] }));
}

function placeOf({ file, line }: Place): string {
  return `${file}:${line}`;
}
