/** To which unit a file belongs: the deepest folder that has one. */
import type { UnitPlace } from "./types/project.ts";

export type UnitOf = (file: string) => number | undefined;

export function unitFinder(units: readonly Pick<UnitPlace, "path">[]): UnitOf {
  const byPath = new Map(units.map(({ path }, index) => [path, index]));
  const known = new Map<string, number | undefined>();
  const ofFolder = (folder: string): number | undefined => {
    if (known.has(folder)) return known.get(folder);
    const own = byPath.get(folder);
    const at = folder.lastIndexOf("/");
    const found =
      own ?? (folder === "" ? undefined : ofFolder(at === -1 ? "" : folder.slice(0, at)));
    known.set(folder, found);
    return found;
  };
  return (file) => {
    const at = file.lastIndexOf("/");
    return ofFolder(at === -1 ? "" : file.slice(0, at));
  };
}
