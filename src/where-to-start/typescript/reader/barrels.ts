/**
 * Files in no unit that hand on what units export: `export * from "./orders"` in libs/index.ts. What is imported of
 * them is the units'. Of what such a file makes itself, nothing is known.
 */
import type { ParseResult } from "oxc-parser";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts, Import, Made, Pass } from "../../types/source.ts";

/** `taken`: what the same file has of others. */
export function passesOf({ staticExports }: ParseResult["module"], taken: Locals): Pass[] {
  return staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName, exportName, localName }): Pass[] => {
      const name = exportName.kind === "Default" ? "default" : (exportName.name ?? "*");
      if (moduleRequest !== null)
        return [{ name, of: importName.name ?? "*", from: moduleRequest.value }];
      // `import a from "./a"; export default a`
      const local = taken.get(localName.name ?? "");
      return local === undefined ? [] : [{ name, ...local }];
    }),
  );
}

/** What a file has of others, by what it calls it. */
export type Locals = ReadonlyMap<string, Pick<Pass, "of" | "from">>;

export function localsOf(imports: readonly Import[]): Locals {
  const locals = new Map<string, Pick<Pass, "of" | "from">>();
  for (const { names, here = names, from } of imports)
    for (const [index, local] of here.entries())
      if (local !== "" && local !== "*" && !locals.has(local))
        locals.set(local, { of: names[index] ?? "*", from });
  return locals;
}

export interface Barrels {
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly resolve: (file: string, specifier: string) => string | undefined;
  readonly unitOf: (file: string) => UnitPlace | undefined;
}

export type Through = (file: string, names: readonly string[]) => Map<UnitPlace, string[]>;

/** Where that is made which a file exports, through all that hand it on, in units too; undefined where it is not seen. */
export type MakerOf = (file: string, name: string) => Made | undefined;

export function makersIn(barrels: Omit<Barrels, "unitOf">): MakerOf {
  const { files } = barrels;
  const exportedBy = exportsOf<Made>(barrels, {
    ownOf: (file, name) => ({ file, name }),
    giverOf: () => undefined,
  });
  const wholes = new Set(
    [...files.values()].flatMap(({ file, exports, passes = [] }) =>
      [...exports, ...passes].some(({ isWhole }) => isWhole === true) ? [file] : [],
    ),
  );
  // All of `module.exports = User` is `User`.
  const oneOf = (made: Made | undefined): Made | undefined => {
    const isWhole = made?.name === "*" && wholes.has(made.file);
    return (isWhole ? exportedBy(made.file).get("default") : undefined) ?? made;
  };
  return (file, name) => {
    if (name !== "*") return oneOf(exportedBy(file).get(name));
    return files.has(file) ? oneOf({ file, name }) : undefined;
  };
}

/** Whether it is an interface or a type that a file exports, made there or handed on. */
export function typesIn(barrels: Omit<Barrels, "unitOf">): (file: string, name: string) => boolean {
  const exportedBy = exportsOf<true>(barrels, {
    namesOf: ({ types = [] }) => types,
    ownOf: (_file, name) => (name === "*" ? undefined : true),
    giverOf: () => undefined,
  });
  return (file, name) => exportedBy(file).get(name) === true;
}

/** For names that are imported of a file in no unit: the units that they are of. */
export function throughBarrels(barrels: Barrels): Through {
  const { unitOf } = barrels;
  const exportedBy = exportsOf<UnitPlace>(barrels, {
    ownOf: unitOf,
    giverOf: (file, target) => unitOf(file) ?? unitOf(target),
  });
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
type Exported<T> = Map<string, T | undefined>;

interface Owning<T> {
  /** What a file makes itself. Default: all but types. */
  readonly namesOf?: (facts: FileFacts) => readonly string[];
  /** Of what a file makes itself. */
  readonly ownOf: (file: string, name: string) => T | undefined;
  /** Of what a file hands on of another, whoever made it; undefined where that is still to be found. */
  readonly giverOf: (file: string, target: string) => T | undefined;
}

/** Nobody hands on more often. */
const ROUNDS_MAX = 50;

/** What a file hands on, and from where. */
interface Handing<T> extends Pass {
  readonly target: string;
  readonly giver: T | undefined;
}

/**
 * Of all files that hand on, at the first question: each takes what the others have until none has more, since files may
 * hand on each other.
 */
function exportsOf<T>(
  barrels: Pick<Barrels, "files" | "resolve">,
  owning: Owning<T>,
): (file: string) => Exported<T> {
  const { files } = barrels;
  const { namesOf = ({ exports }) => exports.map(({ name }) => name) } = owning;
  const known = new Map<string, Exported<T>>();
  const ownOf = (file: string) => {
    const before = known.get(file);
    if (before !== undefined) return before;
    const facts = files.get(file);
    const names = facts === undefined ? [] : namesOf(facts);
    const owners = new Map(names.map((name) => [name, owning.ownOf(file, name)]));
    known.set(file, owners);
    return owners;
  };
  let isDone = false;
  return (file) => {
    if (!isDone)
      handOn(
        [...files.values()].map((facts) => handingsOf(facts, barrels, owning)),
        { exportedBy: ownOf, owning },
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

function handingsOf<T>(
  { file, passes = [] }: FileFacts,
  { resolve }: Pick<Barrels, "resolve">,
  { giverOf }: Owning<T>,
): Hands<T> {
  const all = passes.flatMap((pass): Handing<T>[] => {
    const target = resolve(file, pass.from);
    return target === undefined ? [] : [{ ...pass, target, giver: giverOf(file, target) }];
  });
  const { named = [], whole = [] } = Object.groupBy(all, ({ name }) =>
    name === "*" ? "whole" : "named",
  );
  return { file, named, whole };
}

interface Known<T> {
  readonly exportedBy: (file: string) => Exported<T>;
  readonly owning: Owning<T>;
}

function handOn<T>(all: readonly Hands<T>[], { exportedBy, owning }: Known<T>): void {
  const handing = all.filter(({ named, whole }) => named.length + whole.length > 0);
  let hasMore = true;
  const take = (owners: Exported<T>, name: string, owner?: T) => {
    if (owners.has(name)) return;
    owners.set(name, owner);
    hasMore = true;
  };
  for (let round = 0; hasMore && round < ROUNDS_MAX; round += 1) {
    hasMore = false;
    for (const { file, named, whole } of handing) {
      const owners = exportedBy(file);
      for (const { name, of, target, giver } of named) {
        const next = exportedBy(target);
        if (giver !== undefined || next.has(of)) take(owners, name, giver ?? next.get(of));
        else if (of === "*") take(owners, name, owning.ownOf(target, of));
      }
      // What has a name here goes before what is handed on whole.
      const kept = new Set(["default", ...named.map(({ name }) => name)]);
      for (const { target, giver } of whole)
        for (const [one, owner] of exportedBy(target))
          if (!kept.has(one)) take(owners, one, giver ?? owner);
    }
  }
}
