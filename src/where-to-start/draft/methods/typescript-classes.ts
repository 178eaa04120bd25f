/** The classes that a file of TypeScript makes, with what others may call of them. */
import type {
  Class as ClassNode,
  Expression,
  ParamPattern,
  PropertyKey,
  Statement,
  TSTypeAnnotation,
} from "oxc-parser";
import { lineFinder } from "../../../project/check/line-at.ts";
import type { At } from "../../typescript/reader/lines.ts";
import { treeOf } from "../../typescript/reader/module-record.ts";
import { calleeOf, nameOf, placeAt } from "../../typescript/reader/walk.ts";
import type { Class, Made, Method } from "./types.ts";

/** The text is one that was read before: others may end the process. */
export function classesOfTypeScript(file: string, text: string): Made {
  const classes: Class[] = [];
  const instances = new Map<string, string>();
  const at: At = { file, text, lineAt: lineFinder(text) };
  for (const statement of treeOf(file, text).program.body) {
    const declared = declarationIn(statement);
    if (declared?.type === "ClassDeclaration" && declared.id !== null)
      classes.push(toClass(at, declared, declared.id.name));
    if (declared?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations) {
      if (id.type !== "Identifier" || init === null) continue;
      const made = init.type === "NewExpression" ? calleeOf(init) : undefined;
      if (made !== undefined) instances.set(id.name, made);
      if (init.type === "ClassExpression") classes.push(toClass(at, init, id.name));
      if (init.type === "ObjectExpression") {
        const methods = init.properties.flatMap((one) =>
          one.type === "Property" && !one.computed
            ? methodOf(at, one, { owner: id.name, isStatic: undefined })
            : [],
        );
        classes.push({ name: id.name, base: undefined, methods, isWiring: false });
      }
    }
  }
  return { classes, instances };
}

function declarationIn(statement: Statement) {
  return statement.type === "ExportNamedDeclaration" ||
    statement.type === "ExportDefaultDeclaration"
    ? statement.declaration
    : statement;
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
  const written = value.params.map((one) => at.text.slice(one.start, one.end)).join(", ");
  const type = value.returnType?.typeAnnotation;
  return [
    {
      ...placeAt(at, start),
      owner,
      name,
      parameters: written.length > WRITTEN_MAX ? "()" : `(${written})`,
      returns: type && at.text.slice(type.start, type.end).slice(0, WRITTEN_MAX),
      isStatic,
    },
  ];
}

interface FunctionLike {
  readonly type: string;
  readonly params: readonly ParamPattern[];
  readonly returnType?: TSTypeAnnotation | null;
}

function isFunction(value: { readonly type: string }): value is FunctionLike {
  return /^(?:FunctionExpression|ArrowFunctionExpression|TSEmptyBodyFunctionExpression)$/.test(
    value.type,
  );
}
