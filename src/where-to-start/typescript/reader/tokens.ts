/** Names by which a unit is reached without an import: what Nest provides, queues, events. */
import { type ObjectExpression, type Program, Visitor } from "oxc-parser";
import type { Declared, DeclaredKind, Import } from "../../types/source.ts";
import type { At } from "./lines.ts";
import { madeBy, withInjected } from "./made-by.ts";
import { isNode, type Node } from "./scopes.ts";
import { propertyOf } from "./relations.ts";
import { type Called, calleeOf, nameOf, placeAt, textOf } from "./walk.ts";

/** Without one of these no file declares anything. */
const MAY_DECLARE =
  /\bprovide\s*:|@Processor\b|\.emit(?:Async)?\s*\(\s*(?:["'`A-Z]|(?!this\b)\w+\.)|\bPassportStrategy\s*\(|\buseGlobal[A-Z]|\bNestFactory\b/;

const FOR_ALL = /(?:^|\.)(APP_(?:GUARD|INTERCEPTOR|PIPE|FILTER))$/;
const USE_FOR_ALL = /^useGlobal(?:Guards|Interceptors|Pipes|Filters)$/;
const MAKES = /^create[A-Z]?\w*$/;

/** A provider says with one of these what it provides. */
const PROVIDED_BY = ["useClass", "useExisting", "useFactory", "useValue"];

interface Looking extends At {
  readonly imports: readonly Import[];
  readonly found: Declared[];
  readonly locals: Map<string, Node>;
  /** What takes part in every request, and is followed when all names of the file are known. */
  readonly always: {
    readonly value: Node;
    readonly start: number;
    readonly of: string;
    readonly inject?: unknown;
  }[];
}

/** By the words of those who ask: `Inject(MAILER)`, `AuthGuard(jwt)`, `InjectQueue(mail)`, `OnEvent(paid)`. */
export function declaredIn(program: Program, at: At, imports: readonly Import[]): Declared[] {
  if (!MAY_DECLARE.test(at.text)) return [];
  const looking: Looking = { ...at, imports, found: [], locals: new Map(), always: [] };
  new Visitor({
    ClassDeclaration: (node) => keep(looking, node.id, node),
    FunctionDeclaration: (node) => keep(looking, node.id, node),
    VariableDeclarator: ({ id, init }) => keep(looking, id, init),
    ObjectExpression: (node) => provided(looking, node),
    Decorator({ expression }) {
      if (expression.type !== "CallExpression" || calleeOf(expression) !== "Processor") return;
      const [first] = expression.arguments;
      const queue = first?.type === "ObjectExpression" ? propertyOf(first, "name") : first;
      token(looking, "InjectQueue", queue);
    },
    CallExpression: (node) => called(looking, node),
  }).visit(program);
  const locals = (name: string) => looking.locals.get(name);
  for (const { value, start, of, inject } of looking.always)
    for (const what of madeBy(value, withInjected(locals, value, inject)))
      add(looking, "every request", { what, start, of });
  return looking.found;
}

/** The first of a name: inside of a function others may have it too. */
function keep({ locals }: Looking, id: unknown, is: unknown): void {
  if (!isNode(id) || id.type !== "Identifier" || !isNode(is)) return;
  if (!locals.has(nameOf(id))) locals.set(nameOf(id), is);
}

function provided(looking: Looking, node: ObjectExpression): void {
  const provide = propertyOf(node, "provide");
  if (provide === undefined) return;
  const of = FOR_ALL.exec(wordOf(looking, provide) ?? "")?.[1];
  if (of === undefined) return token(looking, "Inject", provide);
  const inject = propertyOf(node, "inject");
  for (const by of PROVIDED_BY) {
    const value = propertyOf(node, by);
    if (isNode(value)) looking.always.push({ value, start: provide.start, of, inject });
  }
}

function called(looking: Looking, node: Called): void {
  const name = calleeOf(node) ?? "";
  const { callee, arguments: given, start } = node;
  const [first, second] = given;
  if (name === "PassportStrategy" && isNode(first)) {
    const strategy = wordOf(looking, first) ?? "";
    const what = textOf(second) ?? usualName(strategy, looking.imports);
    return add(looking, "token", { what: `AuthGuard(${what})`, start });
  }
  if (!isNode(callee) || callee.type !== "MemberExpression") return;
  if (name === "emit" || name === "emitAsync") token(looking, "OnEvent", first);
  else if (USE_FOR_ALL.test(name))
    for (const value of given)
      if (isNode(value)) looking.always.push({ value, start: value.start, of: name });
  const isFactory = MAKES.test(name) && calleeOf(callee["object"]) === "NestFactory";
  if (isFactory && isNode(first))
    for (const what of madeBy(first, nothing)) add(looking, "application", { what, start });
}

/** The module is meant by its name, also where it stands in the same file. */
const nothing = () => undefined;

function token(looking: Looking, asked: string, node: unknown): void {
  const word = wordOf(looking, node);
  if (word !== undefined && isNode(node))
    add(looking, "token", { what: `${asked}(${word})`, start: node.start });
}

function add(
  looking: Looking,
  kind: DeclaredKind,
  { start, ...more }: { readonly what: string; readonly start: number; readonly of?: string },
): void {
  looking.found.push({ ...placeAt(looking, start), kind, ...more });
}

/** More is no name. */
const WORD_CHARS = 200;

/** A text, or what is called so: `MAILER`, `tokens.MAILER`. */
function wordOf({ text }: At, node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  const quoted = textOf(node);
  if (quoted !== undefined) return quoted.length > WORD_CHARS ? undefined : quoted;
  const end = node["end"];
  if (typeof end !== "number" || end - node.start > WORD_CHARS) return undefined;
  const written = text.slice(node.start, end);
  return /^[A-Za-z_$][\w$]*(?:\.[\w$]+)*$/.test(written) ? written : undefined;
}

/** A strategy without a name of its own has that of its package: `passport-jwt`. */
function usualName(strategy: string, imports: readonly Import[]): string {
  const from = imports.find(({ names, here = names }) => here.includes(strategy))?.from ?? "";
  return /passport-([\w-]+)$/.exec(from)?.[1] ?? strategy;
}
