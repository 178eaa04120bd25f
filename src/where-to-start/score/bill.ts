/**
 * The bill: all that would have to be cut to take a unit out, each with its place, its weight, and what it
 * becomes. No hours: nobody has measured them.
 */
import type { Cut } from "../types/report.ts";
import type { HiddenKind } from "../types/source.ts";
import { isToBeCut } from "./ties.ts";
import type { Evidence, ResolvedHidden, ResolvedImport, ResolvedKey, UnitFacts } from "./facts.ts";

interface Price {
  readonly points: number;
  readonly becomes: string;
}

/** As docs/topics/where-to-start.md explains them. */
export const prices = {
  import: { points: 1, becomes: "a call of its contract, or a copied constant" },
  "model import": { points: 2, becomes: "a call of its contract that returns plain data" },
  "contract call": { points: 0, becomes: "the same call: where its provider is, is a setting" },
  "foreign key out": { points: 2, becomes: "a column with the id, and a link" },
  "foreign key in": {
    points: 4,
    becomes: "a column with the id, and a call where rows were joined",
  },
  "foreign key to the user": { points: 1, becomes: "the user's id" },
  "generic foreign key": { points: 4, becomes: "a link with the name of its type" },
  "look-up": { points: 3, becomes: "a call of its contract with ids" },
  signal: { points: 3, becomes: "an event" },
  task: { points: 3, becomes: "an event, or a job of its own" },
  transaction: { points: 5, becomes: "an event in the outbox, or two steps" },
  join: { points: 3, becomes: "a call of its contract with ids, or rows kept by its events" },
  url: { points: 1, becomes: "the address of the service" },
  template: { points: 1, becomes: "a tag or a template of its own, over a call of its contract" },
  permission: { points: 1, becomes: "a question to whoever knows permissions" },
  "model by name": { points: 2, becomes: "a call of its contract" },
  injection: { points: 2, becomes: "a call of its contract" },
  "global transaction": { points: 5, becomes: "a transaction for each view" },
  cycle: { points: 3, becomes: "an event, in one of the two directions" },
} as const satisfies Record<string, Price>;

/** Up to each: what one person sees whole, a team's piece of work, a project of its own. */
const SIZES = [
  { size: "S", upTo: 15 },
  { size: "M", upTo: 50 },
  { size: "L", upTo: 150 },
] as const;

export function sizeOf(points: number): "S" | "M" | "L" | "XL" {
  return SIZES.find(({ upTo }) => points <= upTo)?.size ?? "XL";
}

/** In the order of work: what needs thought first, what is many and easy last. */
export function billOf(unit: UnitFacts, { project }: Evidence): Cut[] {
  const cuts: Cut[] = [
    ...cyclesOf(unit),
    ...unit.keysIn.map((key) => toKeyCut(key, "in")),
    ...[...unit.keysOut, ...unit.userKeys].map((key) => toKeyCut(key, "out")),
    ...oneForEachTransaction(unit.hiddenOut).flatMap((tie) => toHiddenCut(tie, "out", unit)),
    ...[...unit.hiddenIn, ...unit.hiddenOfProject].flatMap((tie) => toHiddenCut(tie, "in", unit)),
    ...valuesOf([...unit.importsIn, ...unit.ofProject]).map((one) => toImportCut(one, "in")),
    ...valuesOf(unit.importsOut).map((one) => toImportCut(one, "out")),
  ];
  const { atomicRequests } = project;
  if (atomicRequests === undefined || (unit.keysIn.length === 0 && unit.importsIn.length === 0))
    return cuts;
  const { points, becomes } = prices["global transaction"];
  const what = "every request is one transaction (ATOMIC_REQUESTS)";
  return [
    {
      ...atomicRequests,
      kind: "global transaction",
      direction: "in",
      unit: "the project",
      what,
      points,
      becomes,
    },
    ...cuts,
  ];
}

/** What is only types is no cut: nothing of it runs. */
function valuesOf(imports: readonly ResolvedImport[]): readonly ResolvedImport[] {
  return imports.filter(({ isType }) => !isType);
}

/** One that is about several units is cut once. */
function oneForEachTransaction(ties: readonly ResolvedHidden[]): ResolvedHidden[] {
  const others = new Map<string, string[]>();
  const keyOf = ({ file, line, what }: ResolvedHidden) => `${file}:${line} ${what}`;
  for (const tie of ties) {
    if (tie.kind !== "transaction" || tie.to === undefined) continue;
    others.set(keyOf(tie), [...(others.get(keyOf(tie)) ?? []), tie.to]);
  }
  return ties.flatMap((tie) => {
    if (tie.kind !== "transaction") return [tie];
    const names = others.get(keyOf(tie)) ?? [];
    if (names[0] !== tie.to) return [];
    return [names.length < 2 ? tie : { ...tie, what: `${tie.what}, with ${names.join(" and ")}` }];
  });
}

function toImportCut(one: ResolvedImport, direction: Cut["direction"]): Cut {
  const kind = one.isContract === true ? "contract call" : one.isModel ? "model import" : "import";
  const taken =
    one.names.length === 0 ? one.source.from : `${one.names.join(", ")} from ${one.source.from}`;
  return {
    ...placeOf(one),
    kind,
    direction,
    unit: otherOf(one, direction),
    what: taken,
    ...prices[kind],
  };
}

function toKeyCut(key: ResolvedKey, direction: Cut["direction"]): Cut {
  const kind = key.isUser
    ? "foreign key to the user"
    : key.kind === "generic"
      ? "generic foreign key"
      : "foreign key";
  const price = kind === "foreign key" ? prices[`foreign key ${direction}`] : prices[kind];
  const what = `${key.source.owner}.${key.field} -> ${key.source.to}`;
  return { ...placeOf(key), kind, direction, unit: otherOf(key, direction), what, ...price };
}

/** A transaction counts where the file takes part in another unit; other ties where they lead to one. */
function toHiddenCut(
  tie: ResolvedHidden,
  direction: Cut["direction"],
  { place }: UnitFacts,
): Cut[] {
  const other = direction === "out" ? (tie.to ?? tie.outside) : tie.from;
  if (other === undefined || other === place.name) return [];
  const kind: HiddenKind = tie.kind;
  return [{ ...placeOf(tie), kind, direction, unit: other, what: tie.what, ...prices[kind] }];
}

/** Two units that need each other: one direction has to go before anything else can. */
function cyclesOf({ importsIn, importsOut }: UnitFacts): Cut[] {
  const back = new Set(importsIn.filter(isToBeCut).map(({ from }) => from));
  const both = [...new Set(importsOut.filter(isToBeCut).map(({ to }) => to))].filter((name) =>
    back.has(name),
  );
  return both.toSorted().flatMap((name) => {
    const first = valuesOf(importsOut).find(({ to }) => to === name);
    if (first === undefined) return [];
    const what = `${name} and this one import each other`;
    return [
      {
        ...placeOf(first),
        kind: "cycle",
        direction: "out",
        unit: name,
        what,
        ...prices.cycle,
      } as const,
    ];
  });
}

function otherOf(
  { from, to }: { readonly from: string; readonly to: string },
  direction: Cut["direction"],
): string {
  return direction === "out" ? to : from;
}

function placeOf({ file, line }: { readonly file: string; readonly line: number }) {
  return { file, line };
}
