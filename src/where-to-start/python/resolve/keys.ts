/** Which unit's rows a foreign key refers to. */
import type { ResolvedKey } from "../../score/facts.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts, ForeignKey } from "../../types/source.ts";
import { type FileScope, type Scope, unitOfName } from "./scope.ts";

export interface Target {
  readonly unit: UnitPlace | undefined;
  readonly isUser: boolean;
}

/** The label of Django's own user model; no unit's path is so. */
export const OUTSIDE_USER = "auth";

/** Those that lead from one unit to another, or to a user model that is in no unit. */
export function resolveKeys(
  scope: Scope,
  facts: FileFacts,
  { unit, names }: { readonly unit: UnitPlace; readonly names: FileScope },
): ResolvedKey[] {
  return facts.foreignKeys.flatMap((key) => {
    const target = targetOf(scope, { key, facts, unit, names });
    const isOutside = target.unit === undefined && target.isUser;
    if (!isOutside && (target.unit === undefined || target.unit.path === unit.path)) return [];
    const { file, line, field, kind } = key;
    const { isUser } = target;
    return [
      {
        file,
        line,
        from: unit.name,
        to: target.unit?.name ?? OUTSIDE_USER,
        field,
        kind,
        isUser,
        source: key,
      },
    ];
  });
}

interface Asked {
  readonly key: ForeignKey;
  readonly facts: FileFacts;
  readonly unit: UnitPlace;
  readonly names: FileScope;
}

export function targetOf(scope: Scope, { key, facts, unit, names }: Asked): Target {
  const { to, file } = key;
  const { userModel } = scope.project;
  if (/\bAUTH_USER_MODEL$|\bget_user_model\(\)$/.test(to))
    return { unit: unitOfLabelled(scope, userModel ?? "auth.User", file), isUser: true };
  if (to === "self" || to === "" || (key.kind === "generic" && /^\w*content_type$/.test(to)))
    return { unit, isUser: false };
  const isHere = facts.models.some(({ name }) => name === to);
  if (isHere) return { unit, isUser: `${unit.label ?? unit.name}.${to}` === userModel };
  if (isDjangoUser(facts, to)) return { unit: undefined, isUser: true };
  const found = unitOfName(scope, names, to) ?? unitOfLabelled(scope, to, file) ?? unit;
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
function isDjangoUser({ imports }: FileFacts, to: string): boolean {
  if (/^auth\.User$/i.test(to)) return true;
  return imports.some(({ from, names, here }) => {
    if (from !== "django.contrib.auth.models") return false;
    return (here ?? names)[names.indexOf("User")] === to;
  });
}
