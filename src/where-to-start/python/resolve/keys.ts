/** Which unit's rows a foreign key refers to. */
import type { ResolvedKey } from "../../score/facts.ts";
import type { FileFacts, ForeignKey, UnitPlace } from "../../types.ts";
import { type FileScope, type Scope, unitOfName } from "./scope.ts";

export interface Target {
  readonly unit: UnitPlace | undefined;
  readonly isUser: boolean;
}

/** Those that lead from one unit to another. */
export function resolveKeys(
  scope: Scope,
  facts: FileFacts,
  { unit, names }: { readonly unit: UnitPlace; readonly names: FileScope },
): ResolvedKey[] {
  return facts.foreignKeys.flatMap((key) => {
    const target = targetOf(scope, { key, facts, unit, names });
    if (target.unit === undefined || target.unit.path === unit.path) return [];
    const { file, line, field, kind } = key;
    const { isUser } = target;
    return [
      { file, line, from: unit.name, to: target.unit.name, field, kind, isUser, source: key },
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
