/** What stands in the body of a class: foreign keys, other fields, and what its Meta says. */
import type { ForeignKey, LinkKind } from "../../types/source.ts";
import {
  type Argument,
  argumentsOf,
  colonOf,
  dottedAt,
  endOf,
  nameOf,
  next,
  type Span,
  stringOf,
  writtenOf,
} from "../lexer/expressions.ts";
import { isOperator, sign, textOf, type Tokens } from "../lexer/tokens.ts";
import { type ClassScope, declare, placeOf, type Reading } from "./reading.ts";

export const USER_MODEL = "settings.AUTH_USER_MODEL";

/** Libraries whose fields have the same names and are no columns. */
const elsewhere =
  /^(?:tastypie|sqlalchemy|sqlmodel|peewee|pony|rest_framework|graphene\w*|factory|import_export|wtforms|django_filters|marshmallow)(?:\.|$)/;

/** By the end of the field's name: `ForeignKey`, `TreeForeignKey`, `SortedManyToManyField`. */
export function linkOf(field: string): LinkKind | undefined {
  if (/^Generic(?:ForeignKey|Relation)$/.test(field)) return "generic";
  if (/(?:ForeignKey|ParentalKey)$/.test(field)) return "foreign key";
  if (field.endsWith("OneToOneField")) return "one to one";
  if (field.endsWith("ManyToManyField")) return "many to many";
  return undefined;
}

const ANY = "GenericForeignKey";

/** `name = callee(…)`, where `call` is the first token of the callee. */
export function readField(
  reading: Reading,
  {
    owner,
    name,
    call,
  }: { readonly owner: ClassScope; readonly name: number; readonly call: number },
): void {
  const { tokens, bindings } = reading;
  while (isOperator(tokens, call, sign.open)) call++;
  const callee = dottedAt(tokens, call);
  const open = openOf(tokens, callee.end);
  if (callee.name === "" || open === undefined) return;
  const parts = callee.name.split(".");
  const binding = bindings.get(parts[0] ?? "");
  if (binding !== undefined && elsewhere.test(binding.from)) return;
  if (parts.at(-2) === "models" || /^django\b.*\.models\b/.test(binding?.from ?? ""))
    owner.hasField = true;
  const field = parts.length === 1 ? (binding?.name ?? callee.name) : (parts.at(-1) ?? "");
  const kind = linkOf(field);
  if (kind === undefined) return;
  owner.hasField = true;
  const isAny = field === ANY;
  const key = { owner: owner.name, name: textOf(tokens, name), kind, isAny, open, token: call };
  owner.keys.push(addKey(reading, key));
}

/** The bracket of the call; `ForeignKey["User"](…)` has one before it. */
export function openOf(tokens: Tokens, at: number): number | undefined {
  const open = isOperator(tokens, at, sign.openList) ? next(tokens, at) : at;
  return isOperator(tokens, open, sign.open) ? open : undefined;
}

interface NewKey {
  readonly owner: string;
  readonly name: string;
  readonly kind: LinkKind;
  readonly isAny: boolean;
  readonly open: number;
  /** Where its line is. */
  readonly token: number;
}

function addKey(reading: Reading, { owner, name, kind, isAny, open, token }: NewKey): ForeignKey {
  const { tokens } = reading;
  const args = argumentsOf(tokens, open);
  const isThrough = ({ keyword, start }: Argument) =>
    keyword === "through" && textOf(tokens, start) !== "None";
  const isTo = ({ keyword, stars }: Argument) =>
    keyword === (isAny ? "ct_field" : "to") && stars === 0;
  const target =
    args.find(isTo) ?? args.find((arg) => arg.keyword === undefined && arg.stars === 0);
  const none = isAny ? "content_type" : "";
  const to = target === undefined ? none : targetOf(reading, target);
  const isText = target !== undefined && stringOf(tokens, target) !== undefined;
  const key: ForeignKey = {
    kind,
    field: name,
    owner,
    to,
    ...(isText ? { isText } : {}),
    ...(isAny ? { isAny } : {}),
    ...(args.some(isThrough) ? { isThrough: true } : {}),
    ...placeOf(reading, token),
  };
  reading.foreignKeys.push(key);
  for (const arg of args.filter(({ keyword }) => RELATED.has(keyword ?? ""))) {
    const what = stringOf(tokens, arg);
    if (what !== undefined && !what.endsWith("+"))
      declare(reading, "related name", { what, of: owner, token });
  }
  return key;
}

/** What the other side calls it: in code, and in queries. */
const RELATED = new Set(["related_name", "related_query_name"]);

function targetOf(reading: Reading, span: Span): string {
  const { tokens, userNames } = reading;
  const text = stringOf(tokens, span);
  if (text !== undefined) return text;
  const name = nameOf(tokens, span);
  if (isUserModel(tokens, span) || (name !== undefined && userNames.has(name))) return USER_MODEL;
  return name ?? writtenOf(tokens, span);
}

/** `settings.AUTH_USER_MODEL`, `get_user_model()`, `getattr(settings, "AUTH_USER_MODEL", …)`. */
export function isUserModel(tokens: Tokens, span: Span): boolean {
  const callee = dottedAt(tokens, span.start);
  if (callee.name.endsWith("settings.AUTH_USER_MODEL")) return callee.end === span.end;
  if (!isOperator(tokens, callee.end, sign.open) || next(tokens, callee.end) !== span.end)
    return false;
  if (/(?:^|\.)get_user_model$/.test(callee.name)) return true;
  const name = argumentsOf(tokens, callee.end)[1];
  return (
    callee.name === "getattr" && name !== undefined && stringOf(tokens, name) === "AUTH_USER_MODEL"
  );
}

/** Where the value of `name = value` or `name: type = value` begins; undefined for any other statement. */
export function valueAt(tokens: Tokens, name: number): number | undefined {
  if (isOperator(tokens, name + 1, sign.is)) return name + 2;
  if (!isOperator(tokens, name + 1, sign.colon)) return undefined;
  const end = endOf(tokens, name);
  for (let at = name + 2; at < end; at = next(tokens, at)) {
    if (isOperator(tokens, at, sign.is)) return at + 1;
  }
  return undefined;
}

/** `User.add_to_class("manager", models.ForeignKey(…))` */
export function readAddedField(reading: Reading, token: number): void {
  const { tokens } = reading;
  if (!isOperator(tokens, token + 1, sign.open) || !isOperator(tokens, token - 1, sign.dot)) return;
  const [name, field] = argumentsOf(tokens, token + 1);
  if (name === undefined || field === undefined) return;
  const callee = dottedAt(tokens, field.start);
  const last = callee.name.split(".").at(-1) ?? "";
  const kind = linkOf(last);
  if (kind === undefined || !isOperator(tokens, callee.end, sign.open)) return;
  addKey(reading, {
    owner: textOf(tokens, token - 2),
    name: stringOf(tokens, name) ?? "",
    kind,
    isAny: last === ANY,
    open: callee.end,
    token: field.start,
  });
}

/** The names in the brackets of `class A(B, metaclass=C):`. */
export function basesAt(tokens: Tokens, name: number): string[] {
  // `class A[T](B):`
  const open = openOf(tokens, name + 1);
  if (open === undefined) return [];
  return argumentsOf(tokens, open)
    .filter(({ keyword, stars }) => keyword === undefined && stars === 0)
    .map(({ start }) => dottedAt(tokens, start).name);
}

/** What stands between `def name` and the colon, without what it returns. */
export function parametersAt(tokens: Tokens, name: number): string | undefined {
  const open = openOf(tokens, name + 1);
  if (open === undefined) return undefined;
  const end = Math.min(
    next(tokens, open),
    colonOf(tokens, { start: open, end: endOf(tokens, open) }),
  );
  return writtenOf(tokens, { start: open, end });
}
