/** Which unit a tie by name leads to. */
import type { ResolvedHidden } from "../../score/facts.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts, Hidden } from "../../types/source.ts";
import { USER_MODEL } from "../reader/fields.ts";
import { isDjangoUser, OUTSIDE_USER } from "./keys.ts";
import { type Relations, relationsOf, unitOfLookUp } from "./look-ups.ts";
import { type Routes, routesOf, unitOfRoute, unitOfTable } from "./routes.ts";
import { type FileScope, type Scope, unitOfName, userModelOf } from "./scope.ts";

/** Names that reach a unit without an import, over the whole code base. */
export interface Reachable {
  readonly routes: Routes;
  readonly tasks: ReadonlyMap<string, UnitPlace>;
  /** Of tags: `{% load x %}` is of the unit with `templatetags/x.py`. */
  readonly libraries: ReadonlyMap<string, UnitPlace>;
  /** By the name under which others take a template: all units that have one called so. */
  readonly templates: ReadonlyMap<string, ReadonlySet<UnitPlace>>;
  readonly relations: Relations;
}

export function reachableOf(scope: Scope, files: ReadonlyMap<string, FileFacts>): Reachable {
  const tasks = new Map<string, UnitPlace>();
  const libraries = new Map<string, UnitPlace>();
  const templates = new Map<string, Set<UnitPlace>>();
  for (const facts of files.values()) {
    const unit = scope.index.of(facts.file);
    if (unit === undefined || facts.isTest) continue;
    const library = /(?:^|\/)templatetags\/(\w+)\.py$/.exec(facts.file)?.[1];
    if (library !== undefined && !libraries.has(library)) libraries.set(library, unit);
    const template = /(?:^|\/)(?:templates|jinja2)\/(.+)$/.exec(facts.file)?.[1];
    if (template !== undefined && facts.language === "template")
      templates.set(template, (templates.get(template) ?? new Set()).add(unit));
    for (const { kind, what } of facts.declared ?? []) {
      if (kind === "task" && !tasks.has(what)) tasks.set(what, unit);
    }
  }
  return {
    routes: routesOf(scope, files),
    tasks,
    libraries,
    templates,
    relations: relationsOf(scope, files),
  };
}

interface Here {
  readonly unit: UnitPlace;
  readonly names: FileScope;
  /** Those whose models the file imports. */
  readonly others: readonly UnitPlace[];
  readonly reachable: Reachable;
}

/** Where a tie leads: to a unit, or to what is in none. */
type Target = Pick<ResolvedHidden, "to" | "outside">;

/** Those that lead to another unit. A transaction leads to each unit that something in it comes from. */
export function resolveHidden(scope: Scope, facts: FileFacts, here: Here): ResolvedHidden[] {
  const seen = new Set<string>();
  const from = here.unit.name;
  return facts.hidden.flatMap((hidden) => {
    const { file, line, kind, what } = hidden;
    const targets = targetsOf(scope, hidden, here).filter(({ to, outside }) => {
      // Written twice on a line it is cut once.
      const key = [line, kind, what, to ?? "", outside ?? ""].join("\0");
      const isNew = to !== from && !seen.has(key);
      seen.add(key);
      return isNew;
    });
    return targets.map((target) => ({ file, line, from, ...target, kind, what, source: hidden }));
  });
}

function targetsOf(scope: Scope, hidden: Hidden, here: Here): Target[] {
  if (hidden.kind === "transaction") {
    const units = (hidden.names ?? []).flatMap(
      (name) => unitInTransaction(scope, name, here) ?? [],
    );
    return [...new Set(units)].map(({ name }) => ({ to: name }));
  }
  if (hidden.kind === "look-up") {
    const joined = unitOfLookUp(scope, hidden, {
      ...here,
      own: here.unit,
      relations: here.reachable.relations,
    });
    if (joined?.unit !== undefined) return [{ to: joined.unit.name }];
    return joined === undefined ? [] : [{ to: undefined, outside: OUTSIDE_USER }];
  }
  const unit = targetUnit(scope, hidden, here);
  if (unit !== undefined) return [{ to: unit.name }];
  return isOfOutsideUser(scope, hidden, here) ? [{ to: undefined, outside: OUTSIDE_USER }] : [];
}

/** A signal of the user model, where that is Django's own. */
function isOfOutsideUser(scope: Scope, { kind, what }: Hidden, { names }: Here): boolean {
  if (kind !== "signal") return false;
  if (what === USER_MODEL) return isDjangoUser(undefined, userModelOf(scope));
  return isDjangoUser(undefined, what) || names.users.has(what);
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
      return unitOfSender(scope, hidden, names);
    case "task":
      return reachable.tasks.get(what) ?? index.ofModule(what, file);
    case "template":
      return reachable.libraries.get(what) ?? unitOfTemplate(reachable, what);
    case "url":
      return unitOfRoute(scope, hidden, { routes: reachable.routes, own: here.unit });
    case "join":
      return unitOfTable(scope, what);
    case "look-up": // they lead along relations
    case "injection":
      return undefined;
  }
}

/** Of several that have one of that name the settings choose: none of them is told. */
function unitOfTemplate({ templates }: Reachable, what: string): UnitPlace | undefined {
  const [first, ...others] = templates.get(what) ?? [];
  return others.length === 0 ? first : undefined;
}

function unitOfSender(
  scope: Scope,
  { what, file }: Hidden,
  names: FileScope,
): UnitPlace | undefined {
  const named = what === USER_MODEL ? userModelOf(scope) : what;
  const [label = "", model] = named.split(".");
  return (
    unitOfName(scope, names, named) ??
    (model === undefined ? undefined : scope.index.ofLabel(label, file))
  );
}
