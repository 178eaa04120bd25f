/** Which unit's rows a foreign key refers to. */
import type { ResolvedKey } from "../../score/facts.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts, ForeignKey } from "../../types/source.ts";
import type { Column } from "./columns.ts";
import type { Tables } from "./tables.ts";

type Units = ReadonlyMap<string, ReadonlySet<UnitPlace>>;

export interface KeyScope {
  readonly unitOf: (file: string) => UnitPlace | undefined;
  readonly factsOf: (file: string) => FileFacts | undefined;
  /** Of what is imported, with the names of each; none for a library and for a file that is in no unit. */
  readonly targets: (
    file: string,
    specifier: string,
    names: readonly string[],
  ) => ReadonlyMap<UnitPlace, readonly string[]>;
  /** Of a thing that is imported, the file that makes it. */
  readonly madeIn: (file: string, specifier: string, name: string) => string | undefined;
  /** Units that declare something that stores rows, by its name. */
  readonly models: Units;
  /** The same by what the database calls it. */
  readonly tables: Pick<Tables, "unitOf">;
  /** By their names, whether rows are those of users. */
  readonly isUser: (model: string) => boolean;
}

/** `unit` has the column; where it is written may be another one. */
export function resolveKey(
  scope: KeyScope,
  { key, written }: Column,
  unit: UnitPlace,
): ResolvedKey[] {
  const { file, to } = written;
  const facts = scope.factsOf(file);
  if (facts === undefined) return [];
  const asked = { name: to, facts, unit: scope.unitOf(file) };
  const found = unitOfModel(scope, asked);
  return found === undefined || found === unit ? [] : [toKey(scope, key, [unit, found])];
}

interface Asked {
  readonly name: string;
  /** Of the file that names it, and the unit of that. */
  readonly facts: FileFacts;
  readonly unit: UnitPlace | undefined;
}

/** By the file itself, by its imports, and where these lead to no unit by a name that only one unit has. */
export function unitOfModel(scope: KeyScope, asked: Asked): UnitPlace | undefined {
  const { name, facts, unit } = asked;
  const [first = name] = name.split(".");
  if (facts.models.some((model) => model.name === first)) return unit;
  const imported = facts.imports.find(({ names, here = names }) => here.includes(first));
  const taken = imported?.names[(imported.here ?? imported.names).indexOf(first)];
  if (imported !== undefined && taken !== undefined) {
    const file = scope.madeIn(facts.file, imported.from, taken);
    if (file !== undefined) return scope.unitOf(file);
    const [to] = scope.targets(facts.file, imported.from, [taken]).keys();
    if (to !== undefined) return to;
  }
  const { models, tables } = scope;
  const byModel = models.get(name.split(".").at(-1) ?? name) ?? models.get(first);
  if (byModel === undefined) return tables.unitOf(name);
  if (unit !== undefined && byModel.has(unit)) return unit;
  return byModel.size === 1 ? [...byModel][0] : undefined;
}

export function toKey(
  { isUser }: KeyScope,
  source: ForeignKey,
  [from, to]: readonly [UnitPlace, UnitPlace],
): ResolvedKey {
  const { file, line, field, kind } = source;
  // What is inherited says after a comma of whom.
  const [model = ""] = source.to.split(",", 1);
  const ends = { from: from.name, to: to.name };
  return { file, line, ...ends, field, kind, isUser: isUser(model), source };
}

const USER = /(^|[^a-z])users?$/i;
const ACCOUNT = /(^|[^a-z])accounts?$/i;

/** An account may be whoever signs in, but not where users have a model of their own. */
export function usersIn(files: ReadonlyMap<string, FileFacts>): (model: string) => boolean {
  const is = (pattern: RegExp, model: string) => pattern.test(model.replace(/Entity$/, ""));
  const hasUsers = [...files.values()].some(
    ({ language, models }) => language !== "python" && models.some(({ name }) => is(USER, name)),
  );
  return (model) => is(USER, model) || (!hasUsers && is(ACCOUNT, model));
}
