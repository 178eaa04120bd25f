/** Which unit a query through relations leads to: the relations of each model, and the way along them. */
import type { UnitPlace } from "../../types/project.ts";
import type { ClassFacts, FileFacts, Hidden } from "../../types/source.ts";
import { fieldsOf } from "../reader/queries.ts";
import { USER_MODEL } from "../reader/fields.ts";
import { type Column, rowsOf } from "./columns.ts";
import { isDjangoUser, targetOf } from "./keys.ts";
import { type FileScope, partsOf, type Scope, unitOfName, userModelOf } from "./scope.ts";

const DJANGO_USER = "auth.User";

/** A model: its unit, none for Django's own user, and its name in small letters, where it is known. */
interface Spot {
  readonly unit: UnitPlace | undefined;
  readonly model: string | undefined;
}

interface Relation {
  readonly from: Spot;
  readonly to: Spot;
  /** The id stands in the rows themselves: to compare it, nothing is joined. */
  readonly isColumn: boolean;
}

/** The first of all relations of a name, and what they have in common. */
interface Alike {
  readonly first: Relation;
  isFromOne: boolean;
  isToOne: boolean;
}

export interface Relations {
  readonly ofModels: ReadonlyMap<string, Relation>;
  /** The first of that name in a unit. */
  readonly ofUnits: ReadonlyMap<string, Relation>;
  readonly all: ReadonlyMap<string, Alike>;
  readonly classes: ReadonlyMap<string, ClassFacts>;
}

export function relationsOf(scope: Scope, files: ReadonlyMap<string, FileFacts>): Relations {
  const ofModels = new Map<string, Relation>();
  const ofUnits = new Map<string, Relation>();
  const all = new Map<string, Alike>();
  const classes = new Map<string, ClassFacts>();
  const add = (field: string, relation: Relation) => {
    const { from, to } = relation;
    putFirst(ofModels, keyOf(from, field), relation);
    putFirst(ofUnits, keyOf({ ...from, model: undefined }, field), relation);
    const alike = all.get(field) ?? { first: relation, isFromOne: true, isToOne: true };
    if (alike.first.from.unit !== from.unit) alike.isFromOne = false;
    if (alike.first.to.unit !== to.unit) alike.isToOne = false;
    all.set(field, alike);
  };
  for (const facts of files.values()) {
    const unit = scope.index.of(facts.file);
    if (unit === undefined || facts.isTest || facts.isMigration) continue;
    for (const one of facts.classes ?? [])
      if (one.isTop) putFirst(classes, keyOf(spotOf(unit, one.name)), one);
    for (const column of scope.columns.get(facts.file) ?? []) {
      const { key } = column;
      const from = spotOf(unit, key.owner);
      const to = spotOfColumn(scope, column, unit);
      if (to === undefined) continue;
      add(key.field, { from, to, isColumn: key.kind !== "generic" });
      for (const back of backOf(scope, column, unit))
        add(back, { from: to, to: from, isColumn: false });
    }
  }
  return { ofModels, ofUnits, all, classes };
}

function putFirst<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}

function spotOf(unit: UnitPlace | undefined, name: string): Spot {
  return { unit, model: name.toLowerCase() };
}

function keyOf({ unit, model = "" }: Spot, field = ""): string {
  return [unit?.path ?? "\0auth", model, field].join("\0");
}

function spotOfColumn(scope: Scope, column: Column, unit: UnitPlace): Spot | undefined {
  const { unit: found, isUser } = targetOf(scope, column, unit);
  if (found === undefined && !isUser) return undefined;
  const { key, written, table } = column;
  const { to } = written;
  if (table !== undefined) return spotOf(found, table.name);
  if (to === "self" || to === "") return spotOf(found, key.owner);
  const named = /\bAUTH_USER_MODEL$|\bget_user_model\(\)$/.test(to) ? userModelOf(scope) : to;
  return spotOf(found, lastOf(found === undefined ? DJANGO_USER : named));
}

function lastOf(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf(".") + 1);
}

/** `related_name` and `related_query_name`, else the model's name in small letters. */
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

interface Asking {
  readonly relations: Relations;
  readonly names: FileScope;
  /** The unit that asks, and those whose models the file imports. */
  readonly own: UnitPlace;
  readonly others: readonly UnitPlace[];
}

/** The unit of which the query joins rows: none where all of them are its own. */
export interface Joined {
  /** None when these are the users of Django itself. */
  readonly unit: UnitPlace | undefined;
}

/** Along the relations of the path, to the first that leaves the unit; else to the unit where it begins. */
export function unitOfLookUp(scope: Scope, hidden: Hidden, asking: Asking): Joined | undefined {
  const { own, relations } = asking;
  const asked = spotAsked(scope, hidden, asking);
  let at = asked;
  let begin: Spot | undefined = undefined;
  let isOfUsers = false;
  for (const [index, { field, isLast }] of hopsOf(hidden).entries()) {
    const relation: Relation | undefined =
      at === undefined ? relationOfNobody(asking, field) : relationOf(scope, relations, at, field);
    if (relation === undefined || (isLast && relation.isColumn)) break;
    if (index === 0) begin = asked ?? relation.from;
    if (relation.to.unit !== undefined && relation.to.unit !== own) return relation.to;
    isOfUsers ||= relation.to.unit === undefined;
    at = relation.to;
  }
  if (begin === undefined) return undefined;
  if (begin.unit !== own) return begin;
  return isOfUsers ? { unit: undefined } : undefined;
}

const AGGREGATE = /^(?:count|sum|avg|min|max)$/;

/** The last one is joined only where it is asked for as a whole: `a__owner=1` compares what stands in `a`. */
function hopsOf({ what, isRelation = false }: Hidden) {
  const all = fieldsOf(what);
  // `annotate(Count("lines"))` calls what it counts `lines__count`.
  const fields = all.length > 1 && AGGREGATE.test(all.at(-1) ?? "") ? all.slice(0, -1) : all;
  return fields.map((field, index) => ({
    field,
    isLast: !isRelation && index === fields.length - 1,
  }));
}

/** The model whose rows are asked, where the query says it. */
function spotAsked(scope: Scope, { of, file }: Hidden, { names, own }: Asking): Spot | undefined {
  if (of === undefined) return undefined;
  if (of === USER_MODEL) {
    const [model, label] = partsOf(userModelOf(scope));
    const unit = scope.index.ofLabel(label, file);
    const isKnown = unit !== undefined || isDjangoUser(undefined, userModelOf(scope));
    return isKnown ? spotOf(unit, model) : undefined;
  }
  const found = scope.classes.find(of, file);
  if (found !== undefined) {
    // Whose rows a manager or a helper gives, nobody says; what is abstract has none.
    if (found.isAbstract || !scope.classes.isModel(found)) return undefined;
    const { name, file: place } = rowsOf(found, scope.classes);
    const unit = scope.index.of(place);
    return unit === undefined ? undefined : spotOf(unit, name);
  }
  if (names.users.has(of)) return spotOf(undefined, lastOf(DJANGO_USER));
  const unit = unitOfName(scope, names, of);
  if (unit !== undefined) return spotOf(unit, names.names.get(of)?.name ?? lastOf(of));
  // A model of a library has the relations that its neighbours give it.
  return names.taken.has(of.split(".", 1)[0] ?? of) ? spotOf(own, lastOf(of)) : undefined;
}

/**
 * Nobody knows whose rows are asked: those of the unit itself first, else those of the models that the file imports.
 * Where several units might be meant, the query is as if it began at home.
 */
function relationOfNobody({ relations, own, others }: Asking, field: string): Relation | undefined {
  const inUnit = (unit: UnitPlace) =>
    relations.ofUnits.get(keyOf({ unit, model: undefined }, field));
  const home = inUnit(own);
  if (home !== undefined) return home;
  const found = others.flatMap((unit) => inUnit(unit) ?? []);
  const alike = relations.all.get(field);
  const first = found[0] ?? (alike?.isToOne === true ? alike.first : undefined);
  const isOne = found.length === 1 || (found.length === 0 && alike?.isFromOne === true);
  if (first === undefined || isOne) return first;
  if (found.some(({ to }) => to.unit !== first.to.unit)) return undefined;
  return { ...first, from: { ...first.from, unit: own } };
}

/** More no model inherits. */
const ABOVE_MAX = 50;

/** Of a model also those of what it inherits, as far as that has rows. */
function relationOf(
  { classes, index }: Scope,
  relations: Relations,
  spot: Spot,
  field: string,
): Relation | undefined {
  const own = relations.ofModels.get(keyOf(spot, field));
  if (own !== undefined) return own;
  if (spot.model === undefined) return relations.ofUnits.get(keyOf(spot, field));
  const first = relations.classes.get(keyOf(spot));
  const above = new Set(first === undefined ? [] : classes.basesOf(first));
  // A set gives also what is put into it meanwhile.
  for (const one of above) {
    const unit = index.of(one.file);
    const found = unit && relations.ofModels.get(keyOf(spotOf(unit, one.name), field));
    if (found !== undefined) return found;
    if (above.size < ABOVE_MAX) for (const next of classes.basesOf(one)) above.add(next);
  }
  return undefined;
}
