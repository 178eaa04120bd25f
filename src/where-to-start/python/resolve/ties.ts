/** Which unit a tie by name leads to. */
import type { ResolvedHidden, ResolvedImport } from "../../score/facts.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts, Hidden } from "../../types/source.ts";
import type { Column } from "./columns.ts";
import { targetOf } from "./keys.ts";
import { type Routes, routesOf, unitOfRoute, unitOfTable } from "./routes.ts";
import { type FileScope, type Scope, unitOfName } from "./scope.ts";

/** Names that reach a unit without an import, over the whole code base. */
export interface Reachable {
  readonly routes: Routes;
  readonly tasks: ReadonlyMap<string, UnitPlace>;
  /** Of tags: `{% load x %}` is of the unit with `templatetags/x.py`. */
  readonly libraries: ReadonlyMap<string, UnitPlace>;
  /** By field, and by the name of the way back: where it leads from a unit. */
  readonly relations: ReadonlyMap<string, readonly Relation[]>;
}

interface Relation {
  /** A unit, by its name. */
  readonly from: string;
  readonly to: UnitPlace;
}

export function reachableOf(scope: Scope, files: ReadonlyMap<string, FileFacts>): Reachable {
  const tasks = new Map<string, UnitPlace>();
  const libraries = new Map<string, UnitPlace>();
  const relations = new Map<string, Relation[]>();
  const relate = (name: string, relation: Relation) =>
    relations.set(name, [...(relations.get(name) ?? []), relation]);
  for (const facts of files.values()) {
    const unit = scope.index.of(facts.file);
    if (unit === undefined || facts.isTest) continue;
    const library = /(?:^|\/)templatetags\/(\w+)\.py$/.exec(facts.file)?.[1];
    if (library !== undefined && !libraries.has(library)) libraries.set(library, unit);
    for (const { kind, what } of facts.declared ?? []) {
      if (kind === "task" && !tasks.has(what)) tasks.set(what, unit);
    }
    if (facts.isMigration) continue;
    for (const column of scope.columns.get(facts.file) ?? []) {
      const { unit: to } = targetOf(scope, column, unit);
      if (to === undefined) continue;
      relate(column.key.field, { from: unit.name, to });
      for (const back of backOf(scope, column, unit)) relate(back, { from: to.name, to: unit });
    }
  }
  return { routes: routesOf(scope, files), tasks, libraries, relations };
}

/** `related_name`, else the model's name in small letters. */
function backOf(scope: Scope, { key, written }: Column, unit: UnitPlace): string[] {
  const { line, owner, file } = written;
  const named = (scope.factsOf(file)?.declared ?? []).filter(
    (one) => one.kind === "related name" && one.line === line && one.of === owner,
  );
  const name = key.owner.toLowerCase();
  if (named.length === 0) return [name, `${name}_set`];
  const label = (unit.label ?? unit.name).toLowerCase();
  return named.map(({ what }) =>
    what.replaceAll("%(class)s", name).replaceAll("%(app_label)s", label),
  );
}

interface Here {
  readonly unit: UnitPlace;
  readonly names: FileScope;
  /** Imports of other units in the same file. */
  readonly imports: readonly ResolvedImport[];
  readonly reachable: Reachable;
}

/** Those that lead to another unit. A transaction leads to each unit that something in it comes from. */
export function resolveHidden(scope: Scope, facts: FileFacts, here: Here): ResolvedHidden[] {
  return facts.hidden.flatMap((hidden) => {
    const { file, line, kind, what } = hidden;
    const targets = new Set(targetsOf(scope, hidden, here));
    targets.delete(here.unit.name);
    return [...targets].map((to) => {
      return { file, line, from: here.unit.name, to, kind, what, source: hidden };
    });
  });
}

function targetsOf(scope: Scope, hidden: Hidden, here: Here): string[] {
  if (hidden.kind === "transaction")
    return (hidden.names ?? []).flatMap((name) => unitInTransaction(scope, name, here)?.name ?? []);
  const unit = targetUnit(scope, hidden, here);
  return unit === undefined ? [] : [unit.name];
}

/** A constant takes part in nothing, unless it is a model with a name like one: `FAQ`. */
function unitInTransaction(scope: Scope, name: string, { names }: Here): UnitPlace | undefined {
  const unit = unitOfName(scope, names, name);
  const taken = names.names.get(name)?.name ?? "";
  const isConstant = /^[A-Z][A-Z\d_]+$/.test(taken);
  const isModel = unit !== undefined && scope.models.get(unit.path)?.has(taken) === true;
  return isConstant && !isModel ? undefined : unit;
}

function targetUnit(scope: Scope, hidden: Hidden, here: Here): UnitPlace | undefined {
  const { what, kind, file } = hidden;
  const { index } = scope;
  const { reachable, names } = here;
  const label = what.split(".", 1)[0] ?? "";
  switch (kind) {
    case "permission":
      return index.ofLabel(label, file);
    case "model by name":
      return (
        index.ofLabel(what.slice(0, Math.max(0, what.lastIndexOf("."))), file) ??
        unitOfName(scope, names, what)
      );
    case "signal":
      return (
        unitOfName(scope, names, what) ??
        (what.includes(".") ? index.ofLabel(label, file) : undefined)
      );
    case "task":
      return reachable.tasks.get(what) ?? index.ofModule(what, file);
    case "template":
      return reachable.libraries.get(what);
    case "url":
      return unitOfRoute(scope, hidden, { routes: reachable.routes, own: here.unit });
    case "look-up":
      return ofLookUp(hidden, here);
    case "join":
      return unitOfTable(scope, what);
    case "injection":
      return undefined;
  }
}

/** Along the relations of the path, to the first that leaves the unit. */
function ofLookUp({ what }: Hidden, { unit, reachable, imports }: Here): UnitPlace | undefined {
  const starts = [
    unit.name,
    ...new Set(imports.filter(({ isModel }) => isModel).map(({ to }) => to)),
  ];
  let at: string | undefined = undefined;
  for (const hop of what.split("__")) {
    const known: readonly Relation[] = reachable.relations.get(hop) ?? [];
    const from: readonly string[] = at === undefined ? starts : [at];
    const relation: Relation | undefined =
      known.find((one) => from.includes(one.from)) ?? (at === undefined ? only(known) : undefined);
    if (relation === undefined) return undefined;
    if (relation.to.name !== unit.name) return relation.to;
    at = relation.to.name;
  }
  return undefined;
}

/** When all of them lead to one unit. */
function only(relations: readonly Relation[]): Relation | undefined {
  const [first] = relations;
  return relations.every(({ to }) => to === first?.to) ? first : undefined;
}
