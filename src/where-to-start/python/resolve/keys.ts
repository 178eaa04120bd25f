/** Which unit's rows a foreign key refers to. */
import type { ResolvedKey } from "../../score/facts.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts } from "../../types/source.ts";
import type { Column } from "./columns.ts";
import { type Scope, unitOfName } from "./scope.ts";

export interface Target {
  readonly unit: UnitPlace | undefined;
  readonly isUser: boolean;
}

/** The label of Django's own user model; no unit's path is so. */
export const OUTSIDE_USER = "auth";

/** Those that lead from one unit to another, or to a user model that is in no unit. */
export function resolveKeys(scope: Scope, file: string, unit: UnitPlace): ResolvedKey[] {
  return (scope.columns.get(file) ?? []).flatMap((column) => {
    const target = targetOf(scope, column, unit);
    const isOutside = target.unit === undefined && target.isUser;
    if (!isOutside && (target.unit === undefined || target.unit.path === unit.path)) return [];
    const { key } = column;
    const { line, field, kind } = key;
    const { isUser } = target;
    const to = target.unit?.name ?? OUTSIDE_USER;
    return [{ file, line, from: unit.name, to, field, kind, isUser, source: key }];
  });
}

/** `unit` has the column; where its field is written may be another one. */
export function targetOf(scope: Scope, { written, table }: Column, unit: UnitPlace): Target {
  const { to, file, isText = false, kind } = written;
  const { userModel } = scope.project;
  if (/\bAUTH_USER_MODEL$|\bget_user_model\(\)$/.test(to))
    return { unit: unitOfLabelled(scope, userModel ?? "auth.User", file), isUser: true };
  if (to === "self" || to === "" || (kind === "generic" && /^\w*content_type$/.test(to)))
    return { unit, isUser: false };
  if (table !== undefined) {
    const found = scope.index.of(table.file) ?? unit;
    return { unit: found, isUser: isUserModel(userModel, found, table.name) };
  }
  // Django looks for it where the class is that has the column.
  if (isText && !to.includes(".")) return { unit, isUser: isUserModel(userModel, unit, to) };
  const facts = scope.factsOf(file);
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
