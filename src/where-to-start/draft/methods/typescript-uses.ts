/** What a file of TypeScript asks of the classes, objects and modules that it imports. */
import {
  type Argument,
  type Class,
  type Expression,
  type ParamPattern,
  type Program,
  type TSType,
  type TSTypeAnnotation,
  Visitor,
} from "oxc-parser";
import { lineFinder } from "../../../project/check/line-at.ts";
import { requiredIn } from "../../typescript/reader/commonjs.ts";
import type { At } from "../../typescript/reader/lines.ts";
import { treeOf } from "../../typescript/reader/module-record.ts";
import { calleeOf, nameOf, placeAt } from "../../typescript/reader/walk.ts";
import type { Locals, Use } from "./types.ts";

/** By name, of what it is made; undefined where that is not known, or something else. */
type Names = Map<string, string | undefined>;

interface Walk extends At {
  readonly locals: Locals;
  /** Of the functions around, the innermost last; the first is the file's. */
  readonly scopes: Names[];
  /** What `this.x` is, of the classes around. */
  readonly fields: Names[];
}

/**
 * Things of a type that is imported: what a constructor is given (`private readonly mail: MailService`), fields,
 * variables and parameters, `new MailService()`, `inject(MailService)`; and what is imported itself. The text is
 * one that was read before: others may end the process.
 */
export function usesInTypeScript(file: string, text: string, locals: Locals): Use[] {
  const { program } = treeOf(file, text);
  const at: At = { file, text, lineAt: lineFinder(text) };
  const walk: Walk = { ...at, locals, scopes: [new Map()], fields: [] };
  const uses: Use[] = [];
  declareAll(walk, program);
  const enter = ({ params }: { readonly params: readonly ParamPattern[] }) => {
    walk.scopes.push(new Map());
    for (const one of params) declareParameter(walk, one);
  };
  const leave = () => void walk.scopes.pop();
  const enterClass = (node: Class) => void walk.fields.push(fieldsOf(walk, node));
  const leaveClass = () => void walk.fields.pop();
  new Visitor({
    FunctionDeclaration: enter,
    "FunctionDeclaration:exit": leave,
    FunctionExpression: enter,
    "FunctionExpression:exit": leave,
    ArrowFunctionExpression: enter,
    "ArrowFunctionExpression:exit": leave,
    ClassDeclaration: enterClass,
    "ClassDeclaration:exit": leaveClass,
    ClassExpression: enterClass,
    "ClassExpression:exit": leaveClass,
    VariableDeclarator({ id, init }) {
      if (id.type !== "Identifier" || isTaken(init)) return;
      walk.scopes.at(-1)?.set(id.name, typeOf(walk, id.typeAnnotation) ?? madeOf(walk, init));
    },
    AssignmentExpression({ left, right }) {
      const made = isThis(left) ? madeOf(walk, right) : undefined;
      if (isThis(left) && made !== undefined) walk.fields.at(-1)?.set(left.property.name, made);
    },
    MemberExpression({ object, property, computed }) {
      if (computed || property.type !== "Identifier") return;
      const made = madeOf(walk, object);
      const bare = bareOf(object);
      const isDirect = made === undefined;
      const local = made ?? (bare?.type === "Identifier" ? importedAs(walk, bare.name) : undefined);
      if (local === undefined) return;
      uses.push({ ...placeAt(walk, property.start), local, member: property.name, isDirect });
    },
  }).visit(program);
  return uses;
}

/** Variables of the file may be used above the line that declares them. */
function declareAll(walk: Walk, { body }: Program): void {
  for (const statement of body) {
    const declared =
      statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations)
      if (id.type === "Identifier" && !isTaken(init))
        walk.scopes[0]?.set(id.name, typeOf(walk, id.typeAnnotation) ?? madeOf(walk, init));
  }
}

/** `const mail = require("../mail")`: that is what is imported, and no variable before it. */
function isTaken(init: Expression | null): boolean {
  const required = init === null ? undefined : requiredIn(init);
  return required !== undefined && !required.isDeeper;
}

function declareParameter(walk: Walk, given: ParamPattern): void {
  const { name, type, value } = parameterOf(given);
  if (name !== undefined) walk.scopes.at(-1)?.set(name, typeOf(walk, type) ?? madeOf(walk, value));
}

interface Parameter {
  readonly name?: string;
  readonly type?: TSTypeAnnotation | null | undefined;
  readonly value?: Expression | undefined;
}

/** `mail: Mail`, `mail: Mail = new Mail()`, and the same of a constructor that keeps it. */
function parameterOf(given: ParamPattern): Parameter {
  if (given.type === "TSParameterProperty") return parameterOf(given.parameter);
  if (given.type === "Identifier") return { name: given.name, type: given.typeAnnotation };
  if (given.type !== "AssignmentPattern" || given.left.type !== "Identifier") return {};
  return { name: given.left.name, type: given.left.typeAnnotation, value: given.right };
}

function fieldsOf(walk: Walk, { body }: Class): Names {
  const fields: Names = new Map();
  for (const one of body.body) {
    if (one.type === "PropertyDefinition" && !one.computed) {
      const name = nameOf(one.key);
      fields.set(name, typeOf(walk, one.typeAnnotation) ?? madeOf(walk, one.value));
    }
    if (one.type !== "MethodDefinition" || one.kind !== "constructor") continue;
    for (const given of one.value.params) {
      if (given.type !== "TSParameterProperty") continue;
      const { name, type } = parameterOf(given);
      if (name !== undefined) fields.set(name, typeOf(walk, type));
    }
  }
  return fields;
}

/** `Mail`, `Mail | null`; what is imported under that name. */
function typeOf(walk: Walk, annotation: TSTypeAnnotation | null | undefined): string | undefined {
  const named = (type: TSType): string | undefined => {
    if (type.type === "TSUnionType") {
      const all = type.types.flatMap((one) => named(one) ?? []);
      return all.length === 1 ? all[0] : undefined;
    }
    if (type.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return undefined;
    return importedAs(walk, type.typeName.name);
  };
  return annotation === null || annotation === undefined
    ? undefined
    : named(annotation.typeAnnotation);
}

/** An import, where no variable of the same name stands before it. */
function importedAs({ locals, scopes }: Walk, name: string): string | undefined {
  return locals.has(name) && !scopes.some((scope) => scope.has(name)) ? name : undefined;
}

/** Of which import a value is an object. */
function madeOf(walk: Walk, value: Expression | null | undefined): string | undefined {
  const bare = bareOf(value);
  if (bare === undefined) return undefined;
  if (bare.type === "Identifier")
    return walk.scopes.findLast((scope) => scope.has(bare.name))?.get(bare.name);
  if (isThis(bare)) return walk.fields.at(-1)?.get(bare.property.name);
  if (bare.type === "TSAsExpression")
    return typeOf(walk, { typeAnnotation: bare.typeAnnotation } as TSTypeAnnotation);
  if (bare.type === "NewExpression") return named(walk, bare.callee);
  const isGiven = bare.type === "CallExpression" && GIVEN.test(calleeOf(bare) ?? "");
  return isGiven ? named(walk, bare.arguments[0]) : undefined;
}

/** `inject(Mail)` of Angular; `app.get(Mail)` and `moduleRef.resolve(Mail)` of Nest. */
const GIVEN = /^(?:inject|get|resolve)$/;

function named(walk: Walk, node: Argument | undefined): string | undefined {
  return node?.type === "Identifier" ? importedAs(walk, node.name) : undefined;
}

/** Without what changes nothing of it: brackets, `!`, `await`. */
function bareOf(value: Expression | null | undefined): Expression | undefined {
  let at = value ?? undefined;
  for (;;) {
    if (at?.type === "AwaitExpression") at = at.argument;
    else if (
      at?.type === "TSNonNullExpression" ||
      at?.type === "ParenthesizedExpression" ||
      at?.type === "ChainExpression"
    )
      at = at.expression;
    else return at;
  }
}

interface OfThis {
  readonly property: { readonly name: string };
}

function isThis<T extends { readonly type: string }>(node: T): node is T & OfThis {
  const { type, object, property, computed } = node as {
    readonly type: string;
    readonly object?: { readonly type: string };
    readonly property?: { readonly type: string };
    readonly computed?: boolean;
  };
  if (type !== "MemberExpression" || computed === true) return false;
  return object?.type === "ThisExpression" && property?.type === "Identifier";
}
