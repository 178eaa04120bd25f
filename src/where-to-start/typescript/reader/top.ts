/** What a file has names for at its top: functions, classes, and what is put into variables. */
import type { Class, Declaration, Expression, Function, Program, Statement } from "oxc-parser";
import { calleeOf, literalOf } from "./walk.ts";

export interface Top {
  readonly node: Class | Expression | Function;
  readonly start: number;
}

/** What is exported as the default, and has no name, is called `default`. */
export function topOf({ body }: Program): Map<string, Top> {
  const top = new Map<string, Top>();
  for (const statement of body) {
    const node = declarationIn(statement);
    if (node?.type === "VariableDeclaration") {
      for (const { id, init, start } of node.declarations)
        if (id.type === "Identifier" && init !== null)
          top.set(id.name, { node: putIn(init), start });
    } else if (node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration")
      top.set(node.id?.name ?? "default", { node, start: node.start });
  }
  for (const one of body)
    if (one.type === "ExportDefaultDeclaration" && isExpression(one.declaration))
      top.set("default", { node: bareOf(one.declaration), start: one.start });
  return top;
}

function declarationIn(statement: Statement): Statement | Declaration | undefined {
  if (statement.type === "ExportNamedDeclaration") return statement.declaration ?? undefined;
  if (statement.type !== "ExportDefaultDeclaration") return statement;
  return isExpression(statement.declaration) ? undefined : (statement.declaration as Declaration);
}

function isExpression(node: { readonly type: string }): node is Expression {
  return !/Declaration$|^TSDeclareFunction$/.test(node.type);
}

/** `x` of `a = b = x`. */
export function putIn(value: Expression): Expression {
  let at = bareOf(value);
  while (at.type === "AssignmentExpression" && at.operator === "=") at = bareOf(at.right);
  return at;
}

/** Without brackets, without what only says a type, and without the mark of `?.`. */
export function bareOf(value: Expression): Expression {
  let at = value;
  while (
    at.type === "ParenthesizedExpression" ||
    at.type === "ChainExpression" ||
    at.type === "TSAsExpression" ||
    at.type === "TSSatisfiesExpression" ||
    at.type === "TSNonNullExpression"
  )
    at = at.expression;
  return at;
}

/** What a value is called where it stands: a name, a function's or a class's own, that of Mongoose's `model("User", …)`. */
export function calledIn(value: Top["node"], top: ReadonlyMap<string, Top>): string | undefined {
  if (value.type !== "Identifier") return modelIn(value) ?? ownName(value);
  const put = top.get(value.name)?.node;
  return (put && modelIn(put)) ?? value.name;
}

function ownName(value: Top["node"]): string | undefined {
  const hasName = /^(?:Function|Class)(?:Declaration|Expression)$/.test(value.type);
  return hasName && "id" in value ? (value.id?.name ?? undefined) : undefined;
}

/** Also of `models.User || model("User", schema)`. */
export function modelIn(value: Top["node"]): string | undefined {
  let at = value;
  while (at.type === "LogicalExpression") at = bareOf(at.right);
  if (at.type !== "CallExpression" || calleeOf(at) !== "model") return undefined;
  return literalOf(at.arguments[0]);
}
