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

/** What is made in a file, with whose file that is. */
export interface Maker extends Made {
  readonly unit: UnitPlace | undefined;
}

/** Where that is made which a file exports, through all that hand it on, in units too; undefined where it is not seen. */
export type MakerOf = (file: string, name: string) => Maker | undefined;

export function makersIn(barrels: Barrels): MakerOf {
  const { files, unitOf } = barrels;
  const exportedBy = exportsOf(barrels, { entersUnits: true });
  const wholes = new Set(
    [...files.values()].flatMap(({ file, exports, passes = [] }) =>
      [...exports, ...passes].some(({ isWhole }) => isWhole === true) ? [file] : [],
    ),
  );
  // All of `module.exports = User` is `User`.
  const oneOf = (maker: Maker | undefined): Maker | undefined => {
    const isWhole = maker?.name === "*" && wholes.has(maker.file);
    return (isWhole ? exportedBy(maker.file).get("default") : undefined) ?? maker;
  };
  return (file, name) => {
    if (name !== "*") return oneOf(exportedBy(file).get(name));
    return files.has(file) ? oneOf({ unit: unitOf(file), file, name }) : undefined;
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
      const found =
        name === "*"
          ? new Set([...units.values()].map(({ unit }) => unit))
          : [units.get(name)?.unit];
      for (const unit of found)
        if (unit !== undefined) taken.set(unit, [...(taken.get(unit) ?? []), name]);
    }
    return taken;
  };
}

/** By the name of each export, where it is made. Of types nothing is known: they are no tie. */
type Exported = ReadonlyMap<string, Maker>;

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
  const known = new Map<string, Map<string, Maker>>();
  const ownOf = (file: string) => {
    const unit = unitOf(file);
    const exports = files.get(file)?.exports ?? [];
    const makers =
      known.get(file) ?? new Map(exports.map(({ name }) => [name, { unit, file, name }]));
    known.set(file, makers);
    return makers;
  };
  let isDone = false;
  return (file) => {
    if (!isDone)
      handOn(
        [...files.values()].map((facts) => handingsOf(facts, barrels, walk)),
        { exportedBy: ownOf, unitOf },
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

interface Known {
  readonly exportedBy: (file: string) => Map<string, Maker>;
  readonly unitOf: Barrels["unitOf"];
}

function handOn(all: readonly Hands[], { exportedBy, unitOf }: Known): void {
  const handing = all.filter(({ named, whole }) => named.length + whole.length > 0);
  let hasMore = true;
  const take = (makers: Map<string, Maker>, name: string, maker: Maker | undefined) => {
    if (maker === undefined || makers.has(name)) return;
    makers.set(name, maker);
    hasMore = true;
  };
  const makerOf = ({ target: file, of, giver }: Handing): Maker | undefined => {
    const made = exportedBy(file).get(of);
    if (giver !== undefined) return { file, name: of, ...made, unit: giver };
    return made ?? (of === "*" ? { unit: unitOf(file), file, name: of } : undefined);
  };
  for (let round = 0; hasMore && round < ROUNDS_MAX; round += 1) {
    hasMore = false;
    for (const { file, named, whole } of handing) {
      const makers = exportedBy(file);
      for (const handed of named) take(makers, handed.name, makerOf(handed));
      // What has a name here goes before what is handed on whole.
      const kept = new Set(["default", ...named.map(({ name }) => name)]);
      for (const { target, giver } of whole)
        for (const [name, maker] of exportedBy(target))
          if (!kept.has(name) && !makers.has(name))
            take(makers, name, { ...maker, unit: giver ?? maker.unit });
    }
  }
}
