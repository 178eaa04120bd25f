/** What a walk over a syntax tree collects, and how it reads names. */
import type { Argument, Expression } from "oxc-parser";
import type {
  ClassFacts,
  ForeignKey,
  Hidden,
  Import,
  ModelFacts,
  Place,
} from "../../types/source.ts";
import type { At } from "./lines.ts";

export interface Walk extends At {
  readonly required: Import[];
  /** Where the calls of `require` stand that are in it. */
  readonly requiredAt: Set<number>;
  readonly foreignKeys: ForeignKey[];
  readonly hidden: Hidden[];
  readonly models: ModelFacts[];
  readonly classes: ClassFacts[];
  /** Which libraries the text names. */
  readonly isMongoose: boolean;
  readonly isMikro: boolean;
  /** Lines and names of what is hidden. */
  readonly told: Set<string>;
  /** What transactions touch, by their lines and names, and by where each starts. */
  readonly begun: Map<string, string[]>;
  readonly transactions: Map<number, string[]>;
  /** What they are begun by: `prisma` of `this.prisma.$transaction`. */
  readonly handles: Set<string>;
  /** Classes, tables and fields that stand around what is looked at, with where they end. */
  readonly around: {
    readonly name: string;
    readonly end: number;
    readonly is: "owner" | "field";
  }[];
}

export interface Called {
  readonly start: number;
  readonly callee: Expression | { readonly type: string };
  readonly arguments: readonly Argument[];
}

/** From `start` to `end`. */
export function enter(
  walk: Walk,
  { name, start, end, is }: { name: string; start: number; end: number; is: "owner" | "field" },
): void {
  leave(walk, start);
  walk.around.push({ name, end, is });
}

/** What has ended stands around nothing. */
function leave({ around }: Walk, offset: number): void {
  while ((around.at(-1)?.end ?? Infinity) <= offset) around.pop();
}

/** The innermost of a kind that stands around an offset. Nodes are visited in the order of the text. */
export function aroundOf(walk: Walk, offset: number, is: "owner" | "field"): string {
  leave(walk, offset);
  return walk.around.findLast((one) => one.is === is && one.end >= offset)?.name ?? "";
}

export function placeAt({ file, lineAt }: At, offset: number): Place {
  return { file, line: lineAt(offset) };
}

/** `f` of `f()`, `a.f()` and `@f()`. */
export function calleeOf(expression: unknown): string | undefined {
  const node = expression as {
    type: string;
    callee?: unknown;
    name?: string;
    property?: unknown;
    computed?: boolean;
  };
  if (node.type === "CallExpression" || node.type === "NewExpression") return calleeOf(node.callee);
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression" && node.computed !== true) return calleeOf(node.property);
  return undefined;
}

export function isMember({ callee }: Called): boolean {
  return callee.type === "MemberExpression";
}

export function nameOf(key: unknown): string {
  const node = key as { type: string; name?: string; value?: unknown };
  return node.name ?? (typeof node.value === "string" ? node.value : "");
}

/** What is written as a text, also as a template that nothing is put into. */
export function textOf(node: unknown): string | undefined {
  const { type, value, quasis } = (node ?? {}) as {
    type?: string;
    value?: unknown;
    quasis?: readonly { readonly value: { readonly cooked?: string | null } }[];
  };
  if (type === "Literal") return typeof value === "string" ? value : undefined;
  if (type !== "TemplateLiteral" || quasis?.length !== 1) return undefined;
  return quasis[0]?.value.cooked ?? undefined;
}

export function literalOf(node: Argument | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}
