/**
 * Calls of a client of Prisma: `this.prisma.order.findMany()` asks for rows of the model Order. What may be a client is
 * told by its name, by its type, by how it is made, and by the file that it is imported from.
 */
import { type Expression, type ParamPattern, type Program, type TSType, Visitor } from "oxc-parser";
import type { Hidden, Import } from "../../types/source.ts";
import type { At } from "../reader/lines.ts";
import { type Called, calleeOf, placeAt } from "../reader/walk.ts";

const METHOD =
  "(?:find(?:Many|Unique|First)(?:OrThrow)?|create(?:Many)?(?:AndReturn)?|update(?:Many)?(?:AndReturn)?|upsert|delete(?:Many)?|count|aggregate|groupBy)";

/** What is called of `this.orders` is no model of a client. */
export const MAY_CALL_CLIENT = new RegExp(
  String.raw`(?<!\bthis)\.\s*[a-z]\w*[?!]?\s*\.\s*${METHOD}\s*\(`,
);
const CALLED = new RegExp(String.raw`^[a-z]\w*\.${METHOD}$`);

const CLIENT = /prisma|^(?:db|tx|trx|client)$/i;

/** What is taken may be made here: `new PrismaClient()`, `client.$extends(…)`. */
export function makesClient(imports: readonly Import[], { text }: At): boolean {
  const isImported = imports.some(({ names, isType }) => !isType && names.includes("PrismaClient"));
  return isImported || /\.\$extends\s*\(/.test(text);
}

interface Asking {
  /** `orm` of `orm.order.create()`. */
  readonly client: string;
  readonly what: string;
  readonly start: number;
}

interface Walk extends At {
  readonly asking: Asking[];
  /** What is a client whatever its name: the parameter of a transaction, a variable that one is put into. */
  readonly clients: Set<string>;
  /** By the name of a parameter or property, the names of its types. */
  readonly types: Map<string, Set<string>>;
}

export function clientCalls(program: Program, at: At, imports: readonly Import[]): Hidden[] {
  const walk: Walk = { ...at, asking: [], clients: new Set(), types: new Map() };
  const given = ({ params }: { readonly params: readonly ParamPattern[] }) => {
    for (const one of params) typed(walk, one);
  };
  new Visitor({
    FunctionDeclaration: given,
    FunctionExpression: given,
    ArrowFunctionExpression: given,
    PropertyDefinition({ key, typeAnnotation }) {
      if (key.type === "Identifier") addType(walk, key.name, typeAnnotation?.typeAnnotation);
    },
    VariableDeclarator({ id, init }) {
      if (id.type !== "Identifier") return;
      addType(walk, id.name, id.typeAnnotation?.typeAnnotation);
      if (isClient(init)) walk.clients.add(id.name);
    },
    CallExpression(node) {
      if (calleeOf(node) === "$transaction") began(walk, node);
      else asked(walk, node);
    },
  }).visit(program);
  const imported = new Set(imports.flatMap(({ names, here = names }) => here));
  return walk.asking.flatMap(({ client, what, start }): Hidden[] => {
    const call: Hidden = { ...placeAt(at, start), kind: "model by name", what };
    const types = [...(walk.types.get(client) ?? [])];
    if ([client, ...types].some((name) => CLIENT.test(name)) || walk.clients.has(client))
      return [call];
    const names = [client, ...types].filter((name) => imported.has(name));
    return names.length === 0 ? [] : [{ ...call, names }];
  });
}

function asked({ asking }: Walk, { callee, start }: Called): void {
  if (callee.type !== "MemberExpression" || !("object" in callee)) return;
  const model = sureOf(callee.object);
  if (model.type !== "MemberExpression") return;
  const called = `${calleeOf(model) ?? ""}.${calleeOf(callee) ?? ""}`;
  const client = calleeOf(sureOf(model.object));
  if (client !== undefined && CALLED.test(called))
    asking.push({ client, what: `${client}.${called}`, start });
}

/** `prisma` of `prisma!` */
function sureOf(node: Expression): Expression {
  return node.type === "TSNonNullExpression" ? node.expression : node;
}

/** `$transaction(async (orm) => …)` */
function began({ clients }: Walk, { arguments: [first] }: Called): void {
  if (first?.type !== "ArrowFunctionExpression" && first?.type !== "FunctionExpression") return;
  const [parameter] = first.params;
  if (parameter?.type === "Identifier") clients.add(parameter.name);
}

function typed(walk: Walk, parameter: ParamPattern): void {
  const inner = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
  const named = inner.type === "AssignmentPattern" ? inner.left : inner;
  if (named.type === "Identifier") addType(walk, named.name, named.typeAnnotation?.typeAnnotation);
}

/** `PrismaService`, and `Prisma` of `Prisma.TransactionClient`. */
function addType({ types }: Walk, name: string, type: TSType | undefined): void {
  let named = type?.type === "TSTypeReference" ? type.typeName : undefined;
  while (named?.type === "TSQualifiedName") named = named.left;
  if (named?.type === "Identifier") types.set(name, (types.get(name) ?? new Set()).add(named.name));
}

/** `known ?? new PrismaClient().$extends(…)` */
function isClient(init: Expression | null): boolean {
  let at: Expression | null = init;
  while (at !== null) {
    if (at.type === "NewExpression") return calleeOf(at) === "PrismaClient";
    if (at.type === "LogicalExpression") at = at.right;
    else if (at.type === "ParenthesizedExpression" || at.type.startsWith("TS"))
      at = "expression" in at ? (at.expression as Expression) : null;
    else if (at.type === "CallExpression" && at.callee.type === "MemberExpression")
      at = calleeOf(at) === "$extends" ? at.callee.object : null;
    else return false;
  }
  return false;
}
