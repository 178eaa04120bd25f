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

export interface Barrels {
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly resolve: (file: string, specifier: string) => string | undefined;
  readonly unitOf: (file: string) => UnitPlace | undefined;
}

export type Through = (file: string, names: readonly string[]) => Map<UnitPlace, string[]>;

/** Where that is made which a file exports, through all that hand it on, in units too; undefined where it is not seen. */
export type MakerOf = (
  file: string,
  name: string,
) => { readonly unit: UnitPlace | undefined } | undefined;

export function makersIn(barrels: Barrels): MakerOf {
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
type Exported = ReadonlyMap<string, UnitPlace | undefined>;

interface Walk {
  /** Whether what a unit hands on is not yet its own. */
  readonly entersUnits: boolean;
}

/** Nobody hands on more often. */
const ROUNDS_MAX = 50;

/** What a file hands on, and from where. */
interface Handing extends Pass {
  readonly target: string;
  /** Whose it is, whoever made it; undefined where that is still to be found. */
  readonly giver: UnitPlace | undefined;
}

/**
 * Of all files that hand on, at the first question: each takes what the others have until none has more, since files may
 * hand on each other.
 */
function exportsOf(barrels: Barrels, walk: Walk): (file: string) => Exported {
  const { files, unitOf } = barrels;
  const known = new Map<string, Map<string, UnitPlace | undefined>>();
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

interface Hands {
  readonly file: string;
  readonly named: readonly Handing[];
  readonly whole: readonly Handing[];
}

function handingsOf({ file, passes = [] }: FileFacts, barrels: Barrels, walk: Walk): Hands {
  const own = barrels.unitOf(file);
  const all = passes.flatMap((pass): Handing[] => {
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

function handOn(
  all: readonly Hands[],
  exportedBy: (file: string) => Map<string, UnitPlace | undefined>,
): void {
  const handing = all.filter(({ named, whole }) => named.length + whole.length > 0);
  let hasMore = true;
  const take = (units: Map<string, UnitPlace | undefined>, name: string, unit?: UnitPlace) => {
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
