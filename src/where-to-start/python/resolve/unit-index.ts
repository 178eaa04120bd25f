/** Finds units: by the file that is in one, by the name of a module, by Django's label. */
import type { Project, UnitPlace } from "../../types/project.ts";
import { holderOf, nearest, pathOf } from "../modules.ts";

export interface UnitIndex {
  /** Of the file itself. */
  readonly of: (file: string) => UnitPlace | undefined;
  /** That an import in the file leads to; the longest name first, then the nearest of that name. */
  readonly ofModule: (from: string, file: string) => UnitPlace | undefined;
  readonly ofLabel: (label: string, file: string) => UnitPlace | undefined;
}

export function unitIndexOf({ units }: Project): UnitIndex {
  const byPath = new Map(units.map((unit) => [unit.path, unit]));
  const paths = new Set(byPath.keys());
  const byModule = group(
    units.flatMap((unit) => unit.modules.map((name) => [name, unit] as const)),
  );
  const byLabel = group(
    units.map((unit) => [(unit.label ?? unit.name).toLowerCase(), unit] as const),
  );
  const of = (file: string) => byPath.get(holderOf(paths, file) ?? "\0");
  const nearestOf = (found: readonly UnitPlace[] | undefined, file: string) => {
    if (found === undefined || found.length < 2) return found?.[0];
    const path = nearest(
      found.map((unit) => unit.path),
      file,
    );
    return found.find((unit) => unit.path === path);
  };
  return {
    of,
    ofModule: (from, file) => {
      if (from.startsWith(".")) {
        const path = pathOf(from, file);
        return path === undefined ? undefined : of(path);
      }
      for (let name = from; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
        const found = byModule.get(name);
        if (found !== undefined) return nearestOf(found, file);
      }
      return undefined;
    },
    ofLabel: (label, file) => nearestOf(byLabel.get(label.toLowerCase()), file),
  };
}

function group<T>(pairs: readonly (readonly [string, T])[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}
