/** Numbers that several parts of the score count, each from its list of places. */
import type { ResolvedImport, UnitFacts } from "./facts.ts";

/** Lines of code that are neither templates, nor tests, nor migrations, nor generated. */
export function linesOf({ files }: UnitFacts): number {
  return files.filter(isOwnCode).reduce((sum, { lines }) => sum + lines, 0);
}

/** Whether a tie of the file is one of the program: those of tests, migrations and generated files are not. */
export function isTying(file: UnitFacts["files"][number]): boolean {
  return !file.isTest && !file.isMigration && !file.isGenerated;
}

export function isOwnCode(file: UnitFacts["files"][number]): boolean {
  return isTying(file) && file.language !== "template";
}

/** The units that break with this one: they import it, refer to its rows, or reach it by name. */
export function neededBy({ place, importsIn, keysIn, hiddenIn }: UnitFacts): string[] {
  const names = [
    ...importsIn.filter(({ isType }) => !isType),
    ...keysIn,
    ...hiddenIn.filter(({ kind }) => kind !== "transaction"),
  ].map(({ from }) => from);
  return unique(names.filter((name) => name !== place.name));
}

/** The units that this one needs. */
export function needs({ place, importsOut, keysOut, hiddenOut }: UnitFacts): string[] {
  const names = [
    ...importsOut.filter(({ isType }) => !isType).map(({ to }) => to),
    ...keysOut.map(({ to }) => to),
    ...hiddenOut.flatMap(({ to }) => to ?? []),
  ];
  return unique(names.filter((name) => name !== place.name));
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}

/**
 * The weight of what would have to be cut: an import line, a tag library or a template 1, a foreign key 3, a signal or a task 2. This is
 * what the back-test was made with; the bill counts finer.
 */
export function cutWeight({
  importsOut,
  importsIn,
  keysOut,
  keysIn,
  userKeys,
  hiddenOut,
  hiddenIn,
}: UnitFacts): number {
  const lines = [...importsOut, ...importsIn].filter(isToBeCut).length;
  const generic = userKeys.filter(({ kind }) => kind === "generic");
  const keys = keysOut.length + keysIn.length + generic.length;
  const hidden = [...hiddenOut, ...hiddenIn].filter(
    ({ to, from }) => to !== undefined && to !== from,
  );
  const libraries = hidden.filter(({ kind }) => kind === "template").length;
  const signals = hidden.filter(({ kind }) => kind === "signal" || kind === "task").length;
  return lines + libraries + 3 * keys + 2 * signals;
}

/** Of types nothing runs, and a call of a contract stays as it is. */
export function isToBeCut({ isType, isContract }: ResolvedImport): boolean {
  return !isType && isContract !== true;
}

/** What only this unit uses of the world outside. */
export function ownWorldCount(
  own: readonly { readonly kind: string; readonly what: string }[],
): number {
  return new Set(own.map(({ kind, what }) => `${kind} ${what}`)).size;
}
