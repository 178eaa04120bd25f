/** What names mean inside of a file: variables and functions, classes with their methods, each by where it is seen. */
import { visitorKeys } from "oxc-parser";
import { nameOf } from "./walk.ts";

/** A node of the syntax tree, of whatever kind. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** A stretch of the text: what it names of other files, and which stretches run with it. */
export interface Stretch {
  readonly names: Set<string>;
  readonly calls: Set<Stretch>;
}

export interface Class {
  readonly methods: Map<string, Stretch>;
  /** What a property is given by its constructor or by a decorator: names of classes. */
  readonly given: Map<string, readonly string[]>;
  /** What it inherits, by its name where the class stands. */
  readonly base: string;
  readonly scope: Scope;
}

/** What a name of the file itself means. */
export interface Known {
  /** The body of a function, or what is put into a variable. */
  readonly stretch: Stretch;
  readonly isFunction: boolean;
  readonly ofClass?: Class;
}

export interface Scope {
  readonly outer: Scope | undefined;
  readonly names: Map<string, Known>;
}

/** What was made of functions and of classes, by their nodes. */
export interface Made {
  readonly bodies: Map<Node, Stretch>;
  readonly classes: Map<Node, Class>;
}

export function newStretch(): Stretch {
  return { names: new Set(), calls: new Set() };
}

export function newScope(outer: Scope | undefined, names: readonly string[] = []): Scope {
  const scope: Scope = { outer, names: new Map() };
  for (const name of names) scope.names.set(name, { stretch: newStretch(), isFunction: false });
  return scope;
}

export function lookUp(scope: Scope | undefined, name: string): Known | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const known = at.names.get(name);
    if (known !== undefined) return known;
  }
  return undefined;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

export function childrenOf(node: Node, keys = visitorKeys[node.type] ?? []): Node[] {
  return keys.flatMap((key) => [node[key]].flat()).filter(isNode);
}

export function isFunction(node: unknown): node is Node {
  return isNode(node) && /^(?:FunctionDeclaration|FunctionExpression|Arrow\w+)$/.test(node.type);
}

/** All that a pattern gives a name to: `{ a, b: [c], ...d }`. */
export function namesOf(pattern: unknown): string[] {
  const names: string[] = [];
  const left = [pattern];
  while (left.length > 0) {
    const node = left.pop();
    if (!isNode(node)) continue;
    if (node.type === "Identifier") names.push(nameOf(node));
    else if (node.type === "Property") left.push(node["value"]);
    else if (node.type === "AssignmentPattern") left.push(node["left"]);
    else if (node.type === "RestElement") left.push(node["argument"]);
    else if (node.type === "TSParameterProperty") left.push(node["parameter"]);
    else if (/^(?:Object|Array)Pattern$/.test(node.type)) left.push(...childrenOf(node));
  }
  return names;
}

/** A scope with what these statements declare; functions may be used above where they stand. */
export function scopeOf(statements: readonly Node[], outer: Scope | undefined, made: Made): Scope {
  const scope = newScope(outer);
  for (const statement of statements) {
    const declared = isNode(statement["declaration"]) ? statement["declaration"] : statement;
    if (declared.type === "VariableDeclaration")
      for (const { id, init } of childrenOf(declared)) declare(scope, made, { id, is: init });
    else if (/^(?:Function|Class)Declaration$/.test(declared.type))
      declare(scope, made, { id: declared["id"], is: declared });
  }
  return scope;
}

function declare(
  scope: Scope,
  made: Made,
  { id, is }: { readonly id: unknown; readonly is: unknown },
): void {
  const stretch = isFunction(is) ? bodyOf(made, is) : newStretch();
  const more = isNode(is) && isClass(is) ? { ofClass: classOf(is, scope, made) } : {};
  for (const name of namesOf(id))
    scope.names.set(name, { stretch, isFunction: isFunction(is), ...more });
}

export function isClass({ type }: Node): boolean {
  return type === "ClassDeclaration" || type === "ClassExpression";
}

export function bodyOf({ bodies }: Made, node: Node): Stretch {
  const known = bodies.get(node) ?? newStretch();
  bodies.set(node, known);
  return known;
}

export function classOf(node: Node, scope: Scope, made: Made): Class {
  const known = made.classes.get(node);
  if (known !== undefined) return known;
  const methods = new Map<string, Stretch>();
  const given = new Map<string, readonly string[]>();
  for (const member of childrenOf(node, ["body"]).flatMap((body) => childrenOf(body))) {
    const { key, value, decorators, typeAnnotation } = member;
    const name = nameOf(key ?? { type: "" });
    if (isFunction(value)) methods.set(name, bodyOf(made, value));
    else if ([decorators].flat().some(isNode))
      given.set(name, typesIn([decorators, typeAnnotation, value]));
    else if (isNode(value)) given.set(name, typesIn([value]));
    if (member["kind"] === "constructor" && isNode(value)) addGiven(value, given);
  }
  const { superClass } = node;
  const isNamed = isNode(superClass) && superClass.type === "Identifier";
  const found = { methods, given, base: isNamed ? nameOf(superClass) : "", scope };
  made.classes.set(node, found);
  return found;
}

/** `constructor(private orders: Orders, @InjectRepository(Order) readonly rows: Repository<Order>)` */
function addGiven(constructor: Node, given: Map<string, readonly string[]>): void {
  for (const parameter of childrenOf(constructor, ["params"])) {
    if (parameter.type !== "TSParameterProperty") continue;
    const inner = parameter["parameter"];
    for (const name of namesOf(inner))
      given.set(
        name,
        typesIn([parameter["decorators"], isNode(inner) ? inner["typeAnnotation"] : undefined]),
      );
  }
}

function typesIn(nodes: readonly unknown[]): string[] {
  const names: string[] = [];
  const left = nodes.flat().filter(isNode);
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.type === "Identifier") names.push(nameOf(node));
    left.push(...childrenOf(node));
  }
  return names;
}

/** Of the class, or of one of the same file that it inherits. */
export function methodOf(ofClass: Class | undefined, name: string): Stretch | undefined {
  const seen = new Set<Class>();
  for (
    let at = ofClass;
    at !== undefined && !seen.has(at);
    at = lookUp(at.scope, at.base)?.ofClass
  ) {
    const method = at.methods.get(name);
    if (method !== undefined) return method;
    seen.add(at);
  }
  return undefined;
}
