/** TypeScript source as a tree, laid out like the rest of a project's: on one line where it fits. */

export type Node = string | Group | Wrapped;

export interface Group {
  readonly open: string;
  readonly items: readonly Node[];
  readonly close: string;
}

/** `before`, then the node, then `after`, with no break between. */
export interface Wrapped {
  readonly before: string;
  readonly node: Node;
  readonly after: string;
}

const WIDTH = 100;

export function wrap(before: string, node: Node, after = ""): Node {
  return typeof node === "string" ? before + node + after : { before, node, after };
}

/** `used`: what stands on the line before and behind it. */
export function render(node: Node, indent = 0, used = 0): string {
  const flat = flatten(node);
  if (indent + used + flat.length <= WIDTH || typeof node === "string") return flat;
  if ("before" in node) {
    const { before, after } = node;
    return before + render(node.node, indent, used + before.length + after.length) + after;
  }
  const inner = indent + 2;
  const lines = node.items.map((item) => `${" ".repeat(inner)}${render(item, inner, 1)},\n`);
  return `${node.open}\n${lines.join("")}${" ".repeat(indent)}${node.close}`;
}

function flatten(node: Node): string {
  if (typeof node === "string") return node;
  if ("before" in node) return node.before + flatten(node.node) + node.after;
  if (node.items.length === 0) return node.open + node.close;
  const isObject = node.open.endsWith("{");
  const inner = node.items.map(flatten).join(", ");
  return isObject ? `${node.open} ${inner} ${node.close}` : node.open + inner + node.close;
}

export function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
