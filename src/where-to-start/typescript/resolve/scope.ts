/** What the files of a code base mean to each other: who makes what is imported, and whose rows, tables and tokens there are. */
import { isTying } from "../../score/ties.ts";
import type { Project, UnitPlace } from "../../types/project.ts";
import type { FileFacts, Hidden, Made } from "../../types/source.ts";
import { unitFinder } from "../../unit-of.ts";
import { classFinder, type Column, columnsIn } from "./columns.ts";
import { type KeyScope, unitOfModel, usersIn } from "./keys.ts";
import { type LeadsTo, lookUpsIn } from "./lookups.ts";
import { type MeantBy, meaning } from "./makers.ts";
import type { Configuration } from "../paths/configuration.ts";
import { resolver } from "../paths/resolve.ts";
import { clientsIn } from "../prisma/clients.ts";
import { ownersOf, type Owners } from "../prisma/owners.ts";
import { makersIn, throughBarrels, typesIn } from "../reader/barrels.ts";
import { packageOf } from "../reader/outside.ts";
import { type Tables, tablesOf } from "./tables.ts";
import { type ProvidersOf, providersIn } from "./tokens.ts";

export interface TypeScriptCode {
  readonly project: Project;
  /** All there are in the code base. */
  readonly names: ReadonlySet<string>;
  readonly configuration: Configuration;
  /** Of `readTypeScript` and `readPrisma`, by file. */
  readonly files: ReadonlyMap<string, FileFacts>;
}

export interface Scope extends KeyScope {
  /** With what its classes inherit. */
  readonly columnsOf: (facts: FileFacts) => readonly Column[];
  /** Whether a call that may be one of Prisma is one. */
  readonly isOfClient: (call: Hidden) => boolean;
  /** Of a thing that is imported, where it is made. */
  readonly makerOf: (file: string, specifier: string, name: string) => Made | undefined;
  /** Whether what is imported is an interface or a type. */
  readonly isType: (file: string, specifier: string, name: string) => boolean;
  /** What the file that makes it calls it, where that is another name. */
  readonly calledIn: (made: Made) => string | undefined;
  readonly isOwn: (file: string, specifier: string) => boolean;
  /** Of a thing that a file names, where it is made. */
  readonly meantBy: MeantBy;
  readonly providersOf: ProvidersOf;
  readonly owners: Owners;
  readonly tables: Tables;
  readonly lookUps: LeadsTo;
  /** Units that store something. */
  readonly storing: ReadonlySet<UnitPlace>;
  readonly isMarcot: boolean;
}

export function scopeOf({ project, names, configuration, files }: TypeScriptCode): Scope {
  const { units } = project;
  const indexOf = unitFinder(units);
  const unitOf = (file: string) => {
    const index = indexOf(file);
    return index === undefined ? undefined : units[index];
  };
  const resolve = resolver(names, configuration);
  const byModule = new Map(
    project.kind === "folders" || project.kind === "nest"
      ? []
      : units.flatMap((unit) => unit.modules.map((name) => [name, unit] as const)),
  );
  const named = (specifier: string) =>
    byModule.get(specifier) ?? byModule.get(packageOf(specifier) ?? "");
  const models = new Map<string, Set<UnitPlace>>();
  const called = new Map<string, ReadonlyMap<string, string>>();
  for (const facts of files.values()) {
    const unit = unitOf(facts.file);
    const others = facts.exports.flatMap(({ name, of }) => (of ? [[name, of] as const] : []));
    if (others.length > 0) called.set(facts.file, new Map(others));
    if (unit === undefined || !isTying(facts)) continue;
    for (const { name } of facts.models) addTo(models, name, unit);
  }
  const through = throughBarrels({ files, resolve, unitOf });
  const maker = makersIn({ files, resolve });
  const targets: KeyScope["targets"] = (file, specifier, names) => {
    const found = resolve(file, specifier);
    const unit = (found === undefined ? undefined : unitOf(found)) ?? named(specifier);
    if (unit !== undefined) return new Map([[unit, names]]);
    return found === undefined ? new Map() : through(found, names);
  };
  const makerOf: Scope["makerOf"] = (file, specifier, name) => {
    const found = resolve(file, specifier);
    return found === undefined ? undefined : maker(found, name);
  };
  const madeIn: KeyScope["madeIn"] = (...asked) => makerOf(...asked)?.file;
  const types = typesIn({ files, resolve });
  const isType: Scope["isType"] = (file, specifier, name) => {
    const found = resolve(file, specifier);
    return found !== undefined && types(found, name) && maker(found, name) === undefined;
  };
  const meantBy = meaning(maker, resolve);
  const isOfClient = clientsIn(files, { targets, madeIn, unitOf });
  const owners = ownersOf(files, { unitOf, isOfClient });
  const scope: Scope = {
    unitOf,
    factsOf: (file) => files.get(file),
    targets,
    madeIn,
    columnsOf: columnsIn(files, classFinder(files, madeIn)),
    isOfClient,
    isUser: usersIn(files),
    makerOf,
    isType,
    calledIn: ({ file, name }) => called.get(file)?.get(name),
    isOwn: (file, specifier) =>
      resolve(file, specifier) !== undefined || named(specifier) !== undefined,
    models,
    meantBy,
    providersOf: providersIn(files, { meantBy, unitOf }),
    owners,
    tables: tablesOf(files, { unitOf, owners }),
    storing: new Set([...models.values()].flatMap((one) => [...one])),
    lookUps: lookUpsIn(files, {
      unitOf,
      unitOfModel: (name, facts) => unitOfModel(scope, { name, facts, unit: unitOf(facts.file) }),
      isModel: (name, unit) => models.get(name)?.has(unit) === true,
      owners,
    }),
    isMarcot: project.kind === "marcot",
  };
  return scope;
}

function addTo(map: Map<string, Set<UnitPlace>>, key: string, unit: UnitPlace): void {
  map.set(key, (map.get(key) ?? new Set()).add(unit));
}
