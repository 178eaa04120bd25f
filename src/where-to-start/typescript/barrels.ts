/**
 * Files in no unit that hand on what units export: `export * from "./orders"` in libs/index.ts. What is imported of
 * them is the units'. Of what such a file makes itself, nothing is known.
 */
import type { ParseResult } from "oxc-parser";
import type { UnitPlace } from "../types/project.ts";
import type { FileFacts, Pass } from "../types/source.ts";

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
  const known = new Map<string, Exported>();
  return (file, name) => {
    const made = exportedBy(file, { ...barrels, known, depth: 0, entersUnits: true });
    return made.has(name) ? { unit: made.get(name) } : undefined;
  };
}

/** For names that are imported of a file in no unit: the units that they are of. */
export function throughBarrels(barrels: Barrels): Through {
  const known = new Map<string, Exported>();
  return (file, names) => {
    const taken = new Map<UnitPlace, string[]>();
    // Most files hand on nothing.
    if ((barrels.files.get(file)?.passes?.length ?? 0) === 0) return taken;
    const units = exportedBy(file, { ...barrels, known, depth: 0, entersUnits: false });
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

interface Walk extends Barrels {
  readonly known: Map<string, Exported>;
  readonly depth: number;
  /** Whether what a unit hands on is not yet its own. */
  readonly entersUnits: boolean;
}

/** Nobody hands on more often, and a stack has an end. */
const DEPTH_MAX = 50;

function exportedBy(file: string, walk: Walk): Exported {
  const { files, resolve, unitOf, known, depth, entersUnits } = walk;
  const before = known.get(file);
  if (before !== undefined) return before;
  known.set(file, new Map()); // what hands on itself adds nothing by that
  const { passes = [], exports = [] } = files.get(file) ?? {};
  const own = unitOf(file);
  const units = new Map<string, UnitPlace | undefined>(exports.map(({ name }) => [name, own]));
  // What has a name here goes before what is handed on whole.
  for (const { name, of, from } of passes.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const target = resolve(file, from);
    if (target === undefined || depth > DEPTH_MAX) continue;
    const next = exportedBy(target, { ...walk, depth: depth + 1 });
    const giver = entersUnits ? undefined : (own ?? unitOf(target));
    if (name !== "*") {
      if (giver !== undefined || next.has(of)) units.set(name, giver ?? next.get(of));
    } else
      for (const [one, unit] of next)
        if (one !== "default" && !units.has(one)) units.set(one, giver ?? unit);
  }
  known.set(file, units);
  return units;
}

function rankOf({ name }: Pass): number {
  return name === "*" ? 1 : 0;
}
