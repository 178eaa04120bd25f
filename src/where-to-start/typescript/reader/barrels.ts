/**
 * Files in no unit that hand on what units export: `export * from "./orders"` in libs/index.ts. What is imported of
 * them is the units'. Of what such a file makes itself, nothing is known.
 */
import type { ParseResult } from "oxc-parser";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts, Pass } from "../../types/source.ts";

export function passesOf({ staticExports }: ParseResult["module"]): Pass[] {
  return staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName, exportName }): Pass[] => {
      if (moduleRequest === null) return [];
      const of = importName.name ?? "*";
      const name = exportName.kind === "Default" ? "default" : (exportName.name ?? "*");
      return [{ name, of, from: moduleRequest.value }];
    }),
  );
}

/** `T` is whose a file is: a unit, or the file itself. */
export interface Barrels<T extends object | string = UnitPlace> {
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly resolve: (file: string, specifier: string) => string | undefined;
  readonly unitOf: (file: string) => T | undefined;
}

export type Through = (file: string, names: readonly string[]) => Map<UnitPlace, string[]>;

/** Where that is made which a file exports, through all that hand it on, in units too; undefined where it is not seen. */
export type MakerOf<T> = (
  file: string,
  name: string,
) => { readonly unit: T | undefined } | undefined;

export function makersIn<T extends object | string>(barrels: Barrels<T>): MakerOf<T> {
  const exportedBy = exportsOf(barrels, { entersUnits: true });
  return (file, name) => {
    const made = exportedBy(file);
    return made.has(name) ? { unit: made.get(name) } : undefined;
  };
}

/** For names that are imported of a file in no unit: the units that they are of. */
export function throughBarrels(barrels: Barrels): Through {
  const exportedBy = exportsOf(barrels, { entersUnits: false });
  return (file, names) => {
    const taken = new Map<UnitPlace, string[]>();
    // Most files hand on nothing.
    if ((barrels.files.get(file)?.passes?.length ?? 0) === 0) return taken;
    const units = exportedBy(file);
    for (const name of names) {
      const found = name === "*" ? new Set(units.values()) : [units.get(name)];
      for (const unit of found)
        if (unit !== undefined) taken.set(unit, [...(taken.get(unit) ?? []), name]);
    }
    return taken;
  };
}

/** By the name of each export, whose it is. Of types nothing is known: they are no tie. */
type Exported<T> = ReadonlyMap<string, T | undefined>;

interface Walk {
  /** Whether what a unit hands on is not yet its own. */
  readonly entersUnits: boolean;
}

/** Nobody hands on more often. */
const ROUNDS_MAX = 50;

/** What a file hands on, and from where. */
interface Handing<T> extends Pass {
  readonly target: string;
  /** Whose it is, whoever made it; undefined where that is still to be found. */
  readonly giver: T | undefined;
}

/**
 * Of all files that hand on, at the first question: each takes what the others have until none has more, since files may
 * hand on each other.
 */
function exportsOf<T extends object | string>(
  barrels: Barrels<T>,
  walk: Walk,
): (file: string) => Exported<T> {
  const { files, unitOf } = barrels;
  const known = new Map<string, Map<string, T | undefined>>();
  const ownOf = (file: string) => {
    const own = unitOf(file);
    const exports = files.get(file)?.exports ?? [];
    const units = known.get(file) ?? new Map(exports.map(({ name }) => [name, own]));
    known.set(file, units);
    return units;
  };
  let isDone = false;
  return (file) => {
    if (!isDone)
      handOn(
        [...files.values()].map((facts) => handingsOf(facts, barrels, walk)),
        ownOf,
      );
    isDone = true;
    return ownOf(file);
  };
}

interface Hands<T> {
  readonly file: string;
  readonly named: readonly Handing<T>[];
  readonly whole: readonly Handing<T>[];
}

function handingsOf<T extends object | string>(
  { file, passes = [] }: FileFacts,
  barrels: Barrels<T>,
  walk: Walk,
): Hands<T> {
  const own = barrels.unitOf(file);
  const all = passes.flatMap((pass): Handing<T>[] => {
    const target = barrels.resolve(file, pass.from);
    if (target === undefined) return [];
    const giver = walk.entersUnits ? undefined : (own ?? barrels.unitOf(target));
    return [{ ...pass, target, giver }];
  });
  const { named = [], whole = [] } = Object.groupBy(all, ({ name }) =>
    name === "*" ? "whole" : "named",
  );
  return { file, named, whole };
}

function handOn<T>(
  all: readonly Hands<T>[],
  exportedBy: (file: string) => Map<string, T | undefined>,
): void {
  const handing = all.filter(({ named, whole }) => named.length + whole.length > 0);
  let hasMore = true;
  const take = (units: Map<string, T | undefined>, name: string, unit?: T) => {
    if (units.has(name)) return;
    units.set(name, unit);
    hasMore = true;
  };
  for (let round = 0; hasMore && round < ROUNDS_MAX; round += 1) {
    hasMore = false;
    for (const { file, named, whole } of handing) {
      const units = exportedBy(file);
      for (const { name, of, target, giver } of named) {
        const next = exportedBy(target);
        if (giver !== undefined || next.has(of)) take(units, name, giver ?? next.get(of));
      }
      // What has a name here goes before what is handed on whole.
      const kept = new Set(["default", ...named.map(({ name }) => name)]);
      for (const { target, giver } of whole)
        for (const [one, unit] of exportedBy(target))
          if (!kept.has(one)) take(units, one, giver ?? unit);
    }
  }
}
