/** The classes that a file of TypeScript makes, with what others may call of them. */
import type {
  Class as ClassNode,
  Expression,
  ObjectExpression,
  ParamPattern,
  PropertyKey,
  TSTypeAnnotation,
} from "oxc-parser";
import { lineFinder } from "../../../project/check/line-at.ts";
import type { Export } from "../../types/source.ts";
import { givenIn } from "../../typescript/reader/commonjs-exports.ts";
import type { At } from "../../typescript/reader/lines.ts";
import { treeOf } from "../../typescript/reader/module-record.ts";
import { calledIn, type Top, topOf } from "../../typescript/reader/top.ts";
import { calleeOf, nameOf, placeAt } from "../../typescript/reader/walk.ts";
import type { Class, Made, Method } from "./types.ts";

interface Source {
  readonly file: string;
  readonly text: string;
  /** Of which it is not yet known what they are. */
  readonly exports?: readonly Export[];
}

/**
 * The text is one that was read before: others may end the process. What has no name of its own is called as it is
 * exported.
 */
export function classesOfTypeScript({ file, text, exports = [] }: Source): Made {
  const classes: Class[] = [];
  const instances = new Map<string, string>();
  const at: At = { file, text, lineAt: lineFinder(text) };
  const { program } = treeOf(file, text);
  const top = topOf(program);
  const given = givenIn(program, top);
  const unnamed = given.flatMap(({ name, value: node, start }) =>
    node.type === "Identifier" ? [] : [[calledIn(node, top) ?? name, { node, start }] as const],
  );
  const named = new Map([...unnamed, ...top]);
  for (const [name, { node }] of named) {
    const made = node.type === "NewExpression" ? calleeOf(node) : undefined;
    if (made !== undefined) instances.set(name, made);
    if (node.type === "ClassDeclaration" || node.type === "ClassExpression")
      classes.push(toClass(at, node, name));
    if (node.type === "ObjectExpression") classes.push(toObject(at, node, name));
  }
  const puts = new Map(given.map(({ name, value: node, start }) => [name, { node, start }]));
  const shaped = exports.map((one): Export => {
    const local = one.of ?? one.name;
    const put = puts.get(one.name) ?? top.get(local);
    const found = put?.node.type === "Identifier" ? (top.get(put.node.name) ?? put) : put;
    return found === undefined
      ? one
      : { ...one, ...placeAt(at, found.start), ...shapeOf(at, found.node) };
  });
  return { classes, instances, exports: shaped };
}

function shapeOf({ text }: At, node: Top["node"]): Pick<Export, "is" | "parameters"> {
  if (node.type === "ClassDeclaration" || node.type === "ClassExpression") return { is: "class" };
  return isFunction(node)
    ? { is: "function", parameters: parametersOf(text, node) }
    : { is: "value" };
}

function toObject(at: At, { properties }: ObjectExpression, owner: string): Class {
  const methods = properties.flatMap((one) =>
    one.type === "Property" && !one.computed
      ? methodOf(at, one, { owner, isStatic: undefined })
      : [],
  );
  return { name: owner, base: undefined, methods, isWiring: false };
}

function toClass(at: At, { body, superClass, decorators }: ClassNode, name: string): Class {
  const methods = body.body.flatMap((one): Method[] => {
    const isMember =
      one.type === "MethodDefinition" ||
      one.type === "TSAbstractMethodDefinition" ||
      one.type === "PropertyDefinition";
    if (!isMember || one.computed) return [];
    if (one.accessibility === "private" || one.accessibility === "protected") return [];
    if ("kind" in one && one.kind !== "method") return [];
    return methodOf(at, one, { owner: name, isStatic: one.static });
  });
  return {
    name,
    base: superClass?.type === "Identifier" ? superClass.name : undefined,
    methods,
    isWiring: decorators.some(({ expression }) => calleeOf(expression) === "Module"),
  };
}

interface Member {
  readonly key: PropertyKey;
  readonly value: Expression | { readonly type: string } | null;
  readonly start: number;
}

/** What a person may write in a line; longer ones say no more. */
const WRITTEN_MAX = 1000;

function methodOf(
  at: At,
  { key, value, start }: Member,
  { owner, isStatic }: Pick<Method, "owner" | "isStatic">,
): Method[] {
  const name = nameOf(key);
  if (key.type === "PrivateIdentifier" || name === "" || value === null || !isFunction(value))
    return [];
  const type = value.returnType?.typeAnnotation;
  return [
    {
      ...placeAt(at, start),
      owner,
      name,
      parameters: parametersOf(at.text, value),
      returns: type && at.text.slice(type.start, type.end).slice(0, WRITTEN_MAX),
      isStatic,
    },
  ];
}

function parametersOf(text: string, { params }: FunctionLike): string {
  const written = params.map((one) => text.slice(one.start, one.end)).join(", ");
  return written.length > WRITTEN_MAX ? "()" : `(${written})`;
}

interface FunctionLike {
  readonly type: string;
  readonly params: readonly ParamPattern[];
  readonly returnType?: TSTypeAnnotation | null;
}

function isFunction(value: { readonly type: string }): value is FunctionLike {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|TSEmptyBodyFunctionExpression)$/.test(
    value.type,
  );
}
