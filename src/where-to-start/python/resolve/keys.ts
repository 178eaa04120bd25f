/** Which unit's rows a foreign key refers to. */
import type { ResolvedKey } from "../../score/facts.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts } from "../../types/source.ts";
import { settingIn } from "../swapped.ts";
import type { Column } from "./columns.ts";
import { type Scope, unitOfName } from "./scope.ts";

export interface Target {
  readonly unit: UnitPlace | undefined;
  readonly isUser: boolean;
}

/** The label of Django's own user model. */
export const OUTSIDE_USER = "auth";

/** Of Django's table of models, by which a generic foreign key says whose row it means. */
const OUTSIDE_TYPES = "contenttypes";

/** In the order of the lines. */
interface Keys {
  readonly keys: readonly ResolvedKey[];
  /** To what is in no unit. */
  readonly outside: readonly ResolvedKey[];
}

/**
 * Those that lead from one unit to another, or to a user model that is in no unit. Many to many through a model is none:
 * Django makes no table of it, and that model has keys of its own.
 */
export function resolveKeys(scope: Scope, file: string, unit: UnitPlace): Keys {
  const keys: ResolvedKey[] = [];
  const outside: ResolvedKey[] = [];
  for (const column of scope.columns.get(file) ?? []) {
    const { key, written } = column;
    if (written.isThrough === true) continue;
    const { unit: target, isUser } = targetOf(scope, column, unit);
    const { line, field, kind } = key;
    const resolved = { file, line, from: unit.name, field, kind, isUser };
    if (target !== undefined && target.path !== unit.path)
      keys.push({ ...resolved, to: target.name, source: key });
    else if (written.isAny === true)
      outside.push({
        ...resolved,
        to: OUTSIDE_TYPES,
        source: { ...key, to: `any model, by ${key.to}` },
      });
    else if (target === undefined && isUser)
      outside.push({ ...resolved, to: OUTSIDE_USER, source: key });
  }
  return { keys, outside };
}

/** `unit` has the column; where its field is written may be another one. */
export function targetOf(scope: Scope, { written, table }: Column, unit: UnitPlace): Target {
  const { file, isText = false, isAny = false } = written;
  const { userModel, swapped } = scope.project;
  const chosen = swapped?.get(settingIn(written.to)?.name ?? "");
  const to = chosen ?? written.to;
  if (/\bAUTH_USER_MODEL$|\bget_user_model\(\)$/.test(to))
    return { unit: unitOfLabelled(scope, userModel ?? "auth.User", file), isUser: true };
  // What a generic one leads to nobody knows: who follows it takes rows of this unit at least.
  if (isAny || to === "self" || to === "") return { unit, isUser: false };
  if (table !== undefined) {
    const found = scope.index.of(table.file) ?? unit;
    return { unit: found, isUser: isUserModel(userModel, found, table.name) };
  }
  // Django looks for it where the class is that has the column.
  if (isText && !to.includes(".")) return { unit, isUser: isUserModel(userModel, unit, to) };
  const facts = chosen === undefined ? scope.factsOf(file) : undefined;
  if (isDjangoUser(facts, to)) return { unit: undefined, isUser: true };
  const named = facts === undefined ? undefined : unitOfName(scope, scope.namesOf(facts), to);
  const found = named ?? unitOfLabelled(scope, to, file) ?? unit;
  return { unit: found, isUser: isUserModel(userModel, found, to) };
}

/** `users.User`: by the label. */
function unitOfLabelled({ index }: Scope, to: string, file: string): UnitPlace | undefined {
  const cut = to.lastIndexOf(".");
  if (cut < 0) return undefined;
  const label = to.slice(0, cut);
  return index.ofLabel(label, file) ?? index.ofModule(label, file);
}

function isUserModel(userModel: string | undefined, unit: UnitPlace, to: string): boolean {
  const last = to.split(".").at(-1) ?? to;
  return userModel?.toLowerCase() === `${unit.label ?? unit.name}.${last}`.toLowerCase();
}

/** `auth.User`, or a User that is imported from Django. */
export function isDjangoUser(facts: FileFacts | undefined, to: string): boolean {
  if (/^auth\.User$/i.test(to)) return true;
  return (facts?.imports ?? []).some(({ from, names, here }) => {
    if (from !== "django.contrib.auth.models") return false;
    return (here ?? names)[names.indexOf("User")] === to;
  });
}
