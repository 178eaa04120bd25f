/** CommonJS: what a file gives by `exports` and `module.exports`. */
import type {
  AssignmentTarget,
  BindingPattern,
  Expression,
  ObjectExpression,
  Program,
  Statement,
} from "oxc-parser";
import type { Export, Pass } from "../../types/source.ts";
import type { Locals } from "./barrels.ts";
import { memberOf, requiredIn } from "./commonjs.ts";
import type { At } from "./lines.ts";
import { bareOf, calledIn, putIn, type Top } from "./top.ts";
import { nameOf, placeAt } from "./walk.ts";

/** What is put on `exports`. */
export interface Given {
  /** `*` for all that the value has, `default` for the value itself. */
  readonly name: string;
  readonly value: Expression;
  readonly start: number;
  readonly isWhole?: boolean;
}

/** `exports.a = …`, `module.exports = { a, b() {} }`, `module.exports = a`, `export = a`: in no function. */
export function givenIn({ body }: Program, top: ReadonlyMap<string, Top>): Given[] {
  const puts = putsIn(body);
  const called = namesOfExports(puts, top);
  return puts.flatMap(({ into, value, start }) => {
    if (value.type === "UnaryExpression" && value.operator === "void") return [];
    return into.flatMap((one): Given[] => {
      if (one === "module.exports" || isModuleExports(one)) return wholeOf({ value, start }, top);
      if (one.type !== "MemberExpression") return [];
      const name = isExports(one.object, called) ? memberOf(one) : undefined;
      return name === undefined ? [] : [{ name, value, start }];
    });
  });
}

type Into = AssignmentTarget | BindingPattern | Expression;

/** Something is put somewhere: `a = b = x`, `const a = (b = x)`. */
interface Puts {
  readonly into: readonly (Into | "module.exports")[];
  readonly value: Expression;
  readonly start: number;
}

function putsIn(body: Program["body"]): Puts[] {
  const puts: Puts[] = [];
  const add = (given: Expression, start: number, first: readonly Into[] = []) => {
    const into = [...first];
    for (let at = bareOf(given); at.type === "AssignmentExpression"; at = bareOf(at.right))
      if (at.operator === "=") into.push(at.left);
    if (into.length > 0) puts.push({ into, value: putIn(given), start });
  };
  const all: (Statement | null)[] = [...body];
  // What is put into the list meanwhile is looked at too.
  for (const one of all) {
    if (one?.type === "ExpressionStatement") add(one.expression, one.start);
    else if (one?.type === "VariableDeclaration") {
      for (const { id, init, start } of one.declarations) if (init) add(init, start, [id]);
    } else if (one?.type === "IfStatement") all.push(one.consequent, one.alternate);
    else if (one?.type === "TryStatement") all.push(one.block);
    else if (one?.type === "BlockStatement") for (const inner of one.body) all.push(inner);
    else if (one?.type === "TSExportAssignment")
      puts.push({ into: ["module.exports"], value: bareOf(one.expression), start: one.start });
  }
  return puts;
}

/** `api` too, of `const api = (module.exports = {})` and of `const api = {}; module.exports = api`. */
function namesOfExports(puts: readonly Puts[], top: ReadonlyMap<string, Top>): Set<string> {
  const called = new Set(top.has("exports") ? [] : ["exports"]);
  for (const { into, value } of puts) {
    const isHere = [...into, value].some(
      (one) => one === "module.exports" || isExports(one, called),
    );
    if (!isHere) continue;
    for (const one of into) if (one !== "module.exports") addName(called, one);
    if (objectOf(value, top) !== undefined) addName(called, value);
  }
  return called;
}

function addName(called: Set<string>, one: Into): void {
  if (one.type === "Identifier") called.add(one.name);
}

function isExports(node: Into, called: ReadonlySet<string>): boolean {
  return isModuleExports(node) || (node.type === "Identifier" && called.has(node.name));
}

function isModuleExports(node: Into): boolean {
  if (node.type !== "MemberExpression" || memberOf(node) !== "exports") return false;
  return node.object.type === "Identifier" && node.object.name === "module";
}

/** The literal that a value is, or that stands behind its name. */
function objectOf(value: Expression, top: ReadonlyMap<string, Top>): ObjectExpression | undefined {
  const put = value.type === "Identifier" ? top.get(value.name)?.node : value;
  return put?.type === "ObjectExpression" ? put : undefined;
}

function wholeOf(
  { value, start }: Pick<Given, "value" | "start">,
  top: ReadonlyMap<string, Top>,
): Given[] {
  const object = objectOf(value, top);
  if (object === undefined) return [{ name: "default", value, start, isWhole: true }];
  return object.properties.flatMap((one): Given[] => {
    if (one.type === "SpreadElement")
      return [{ name: "*", value: bareOf(one.argument), start: one.start }];
    const name = one.computed ? "" : nameOf(one.key);
    return name === "" ? [] : [{ name, value: putIn(one.value), start: one.start }];
  });
}

export interface Exported {
  readonly exports: Export[];
  readonly passes: Pass[];
}

/** What of it is the file's own, and what it hands on. `taken`: what the same file has of others. */
export function exportedBy(
  given: readonly Given[],
  {
    at,
    taken,
    top,
  }: { readonly at: At; readonly taken: Locals; readonly top: ReadonlyMap<string, Top> },
): Exported {
  const exports = new Map<string, Export>();
  const passes: Pass[] = [];
  for (const { name, value, start, isWhole } of given) {
    const whole = isWhole === true ? { isWhole } : {};
    const handed = handedIn(value, taken);
    if (handed !== undefined) {
      passes.push({ name, ...handed, ...whole });
      // All of another file is all of this one, and the same thing.
      if (isWhole === true && handed.of === "*")
        passes.push({ ...handed, name: "*" }, { ...handed, name, of: "default", ...whole });
    } else if (name !== "*" && !exports.has(name)) {
      const of = calledIn(value, top);
      const other = of === undefined || of === name ? {} : { of };
      exports.set(name, { ...placeAt(at, start), name, is: "value", ...other, ...whole });
    }
  }
  return { exports: [...exports.values()], passes };
}

/** `require("./a").b`, and `b` and `a.b` of what the file has by that name. */
function handedIn(value: Expression, taken: Locals): Pick<Pass, "of" | "from"> | undefined {
  const required = requiredIn(value);
  if (required !== undefined)
    return required.isDeeper ? undefined : { of: required.of, from: required.from };
  if (value.type === "Identifier") return taken.get(value.name);
  if (value.type !== "MemberExpression" || value.object.type !== "Identifier") return undefined;
  const of = memberOf(value);
  const all = taken.get(value.object.name);
  return all?.of === "*" && of !== undefined ? { of, from: all.from } : undefined;
}
