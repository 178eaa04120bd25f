/** From what is written in TypeScript to what is meant: which unit an import, a foreign key or a name leads to. */
import type { Resolved, ResolvedHidden, ResolvedImport, ResolvedKey } from "../score/facts.ts";
import type { UnitPlace } from "../types/project.ts";
import type { FileFacts, ForeignKey, Hidden, Import } from "../types/source.ts";
import { linksOfAssociations } from "./resolve/associations.ts";
import { inEveryRequest } from "./resolve/every-request.ts";
import { resolveKey, toKey, unitOfModel } from "./resolve/keys.ts";
import { modelOfCall, namedModel, problemsOf } from "./prisma/owners.ts";
import { packageOf } from "./reader/outside.ts";
import { type Scope, scopeOf, type TypeScriptCode } from "./resolve/scope.ts";

const THE_PROJECT = "the project";

export function resolveTypeScript(code: TypeScriptCode): Resolved {
  const scope = scopeOf(code);
  const imports: ResolvedImport[] = [];
  const keys: ResolvedKey[] = [];
  const hidden: ResolvedHidden[] = [];
  const ofProject = { imports: [] as ResolvedImport[], hidden: [] as ResolvedHidden[] };
  for (const facts of code.files.values()) {
    if (facts.language === "prisma") keys.push(...prismaKeys(scope, facts.foreignKeys));
    const unit = scope.unitOf(facts.file);
    if (unit === undefined && facts.isTest) continue;
    const taken = facts.imports.flatMap((one) => resolveImport(scope, one, unit));
    const named = resolveHidden(scope, facts, unit);
    (unit === undefined ? ofProject.imports : imports).push(...taken);
    (unit === undefined ? ofProject.hidden : hidden).push(...named);
    if (unit !== undefined && facts.language !== "prisma")
      keys.push(...scope.columnsOf(facts).flatMap((column) => resolveKey(scope, column, unit)));
  }
  keys.push(...prismaKeys(scope, scope.owners.links), ...associationKeys(scope, code.files));
  return {
    imports,
    keys,
    hidden,
    userKeys: [],
    ofProject,
    files: withoutOwn(scope, code.files),
    tables: scope.owners.tables,
    // Of packages and folders nobody knows which are one application.
    inEveryRequest: code.project.kind === "nest" ? inEveryRequest(code.files, scope) : [],
    problems: problemsOf(scope.owners),
  };
}

function resolveImport(
  scope: Scope,
  source: Import,
  unit: UnitPlace | undefined,
): ResolvedImport[] {
  const { targets, makerOf, calledIn, models, isMarcot } = scope;
  const { file, line, from } = source;
  return [...targets(file, from, source.names)].flatMap(([to, all]) => {
    if (to === unit) return [];
    const values = source.isType ? [] : all.filter((name) => !scope.isType(file, from, name));
    // As where it is written `import type`: of types beside values nothing is said.
    const isType = source.isType || (values.length === 0 && all.length > 0);
    const names = isType ? all : values;
    const made = names.map((name) => makerOf(file, from, name));
    const called = [...names, ...made.flatMap((one) => (one && calledIn(one)) ?? [])];
    const isModel = called.some((name) => models.get(name)?.has(to) === true);
    const isContract = isMarcot && to.modules.includes(from);
    const ends = { from: unit?.name ?? THE_PROJECT, to: to.name };
    const more = isContract ? { isContract } : {};
    return [{ file, line, ...ends, names, isType, isModel, ...more, source, made }];
  });
}

function associationKeys(scope: Scope, files: TypeScriptCode["files"]): ResolvedKey[] {
  const { unitOf, storing } = scope;
  const found = linksOfAssociations(files, {
    unitOf,
    unitOfModel: (name, facts) => {
      const unit = unitOfModel(scope, { name, facts, unit: unitOf(facts.file) });
      return unit !== undefined && storing.has(unit) ? unit : undefined;
    },
  });
  return found.map(({ source, from, to }) => toKey(scope, source, [from, to]));
}

/** Of a schema that lies in no unit, each model is the unit's that was chosen for it. */
function prismaKeys(scope: Scope, keys: readonly ForeignKey[]): ResolvedKey[] {
  return keys.flatMap((key) => {
    const from = scope.owners.inSchema(key.owner, key.file);
    const to = scope.owners.inSchema(key.to, key.file);
    const leads = from !== undefined && to !== undefined && from !== to;
    return leads ? [toKey(scope, key, [from, to])] : [];
  });
}

function resolveHidden(
  scope: Scope,
  facts: FileFacts,
  unit: UnitPlace | undefined,
): ResolvedHidden[] {
  return facts.hidden.flatMap((source) => {
    const { file, line, kind, what } = source;
    const ends = { file, line, from: unit?.name ?? THE_PROJECT, kind, what, source };
    const led =
      kind === "look-up" ? scope.lookUps(what, facts) : scope.tables.ownerOf(source, unit);
    const named = new Set(led === undefined ? targetsOf(scope, { source, facts, unit }) : []);
    const asked = new Set(kind === "transaction" ? askedUnits(scope, source) : []);
    if (led !== undefined) (led.isGuess ? asked : named).add(led.unit);
    const guessed = [...asked].filter((one) => !named.has(one));
    return [
      ...[...named].map(({ name }) => ({ ...ends, to: name })),
      ...guessed.map(({ name }) => ({ ...ends, to: name, isGuess: true })),
    ].filter(({ to }) => to !== unit?.name);
  });
}

function askedUnits({ owners }: Scope, { names = [], file }: Hidden): UnitPlace[] {
  return names.flatMap((name) => owners.called(modelOfCall(name) ?? "", file) ?? []);
}

function targetsOf(
  scope: Scope,
  { source, facts, unit }: { source: Hidden; facts: FileFacts; unit: UnitPlace | undefined },
): UnitPlace[] {
  const { what, kind, names = [] } = source;
  if (kind === "transaction") return names.flatMap((name) => unitsOfName(scope, facts, name));
  const model = modelOfCall(what);
  if (kind === "model by name" && model !== undefined)
    return [(scope.isOfClient(source) && scope.owners.called(model, facts.file)) || []].flat();
  const entity = namedModel(what);
  if (entity !== undefined) {
    const to = unitOfModel(scope, { name: entity, facts, unit });
    return to === undefined ? [] : [to];
  }
  const known = scope.providersOf(facts, what);
  // What a unit has itself it does not get from elsewhere; of several nobody knows which.
  return known.size === 1 && (unit === undefined || !known.has(unit)) ? [...known] : [];
}

/** Of what a file imports, by the name that it has there. A constant takes part in nothing, unless it is a table. */
function unitsOfName({ targets, models }: Scope, { imports, file }: FileFacts, name: string) {
  const imported = imports.find(
    ({ names, here = names, isType }) => !isType && here.includes(name),
  );
  const taken = imported?.names[(imported.here ?? imported.names).indexOf(name)];
  if (imported === undefined || taken === undefined) return [];
  const units = [...targets(file, imported.from, [taken]).keys()];
  const isConstant = /^[A-Z][A-Z\d_]+$/.test(taken);
  return isConstant ? units.filter((unit) => models.get(taken)?.has(unit)) : units;
}

function withoutOwn(
  { isOwn }: Scope,
  files: ReadonlyMap<string, FileFacts>,
): Map<string, FileFacts> {
  return new Map(
    [...files].map(([file, facts]) => {
      const libraries = new Set(
        facts.imports.filter(({ from }) => isOwn(file, from)).map(({ from }) => packageOf(from)),
      );
      const outside = facts.outside.filter(
        ({ kind, what }) => kind !== "library" || !libraries.has(what),
      );
      return [file, { ...facts, outside }];
    }),
  );
}
