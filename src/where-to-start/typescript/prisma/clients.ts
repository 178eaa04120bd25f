/** Whether what a file imports is a client of Prisma: whoever makes one may call it as they like. */
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts, Hidden } from "../../types/source.ts";
import { boundIn } from "../reader/bound.ts";

interface Ways {
  readonly unitOf: (file: string) => UnitPlace | undefined;
  readonly targets: (
    file: string,
    specifier: string,
    names: readonly string[],
  ) => ReadonlyMap<UnitPlace, unknown>;
  readonly madeIn: (file: string, specifier: string, name: string) => string | undefined;
}

export function clientsIn(
  files: ReadonlyMap<string, FileFacts>,
  { unitOf, targets, madeIn }: Ways,
): (call: Hidden) => boolean {
  const making = new Set(
    [...files.values()]
      .filter(({ language }) => language === "typescript")
      .filter(({ declared = [] }) => declared.some(({ kind }) => kind === "client"))
      .map(({ file }) => file),
  );
  const bound = boundIn(files);
  const units = new Set([...making].map(unitOf));
  return ({ file, names = [], kind }) => {
    // By its usual name or its type it is one.
    if (kind !== "model by name" || names.length === 0) return true;
    return names.some((name) => {
      const imported = bound(file, name);
      if (imported === undefined) return false;
      const made = madeIn(file, imported.from, imported.name);
      if (made !== undefined) return making.has(made);
      // A package whose sources are not found by its name.
      return [...targets(file, imported.from, [imported.name]).keys()].some((unit) =>
        units.has(unit),
      );
    });
  };
}
