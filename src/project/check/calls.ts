/** Which endpoints and events of imported contracts a source file uses, and at which line. */
import type { Program } from "oxc-parser";
import { Visitor } from "oxc-parser";

/** A contract under the name that a file gives it: `import { v1 as faq } from "marcot-faq"`. */
export interface Binding {
  readonly local: string;
  /** Which of the file's imports it comes from. */
  readonly origin: number;
  /** `v1`; undefined for a namespace, whose members are the versions. */
  readonly version: string | undefined;
}

export interface MemberUse {
  readonly origin: number;
  readonly version: string;
  /** The endpoint or event: `create`. */
  readonly member: string;
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number;
}

/**
 * `faq.create(…)`, `form(faq.create)`, `const { create } = faq`, and `contracts.v1.create`. A local
 * variable of the same name would be taken for the contract; nothing is run, so nothing is certain.
 */
export function memberUsesOf(program: Program, bindings: readonly Binding[]): MemberUse[] {
  const byLocal = new Map(bindings.map((binding) => [binding.local, binding]));
  const uses: MemberUse[] = [];
  new Visitor({
    MemberExpression(node) {
      const path = pathOf(node);
      const binding = path && byLocal.get(path.root);
      if (!path || !binding) return;
      const [first, second] = path.members;
      const isWhole = binding.version !== undefined;
      const version = binding.version ?? first;
      const member = isWhole ? first : second;
      const isLast = path.members.length === (isWhole ? 1 : 2);
      if (version !== undefined && member !== undefined && isLast)
        uses.push({ origin: binding.origin, version, member, offset: node.start });
    },
    VariableDeclarator({ id, init }) {
      const path = init && pathOf(init);
      const binding = path && byLocal.get(path.root);
      if (!path || !binding || id.type !== "ObjectPattern") return;
      const version = binding.version ?? path.members[0];
      const depth = binding.version === undefined ? 1 : 0;
      if (version === undefined || path.members.length !== depth) return;
      for (const property of id.properties) {
        if (property.type !== "Property" || property.key.type !== "Identifier") continue;
        const { name, start } = property.key;
        uses.push({ origin: binding.origin, version, member: name, offset: start });
      }
    },
  }).visit(program);
  return uses;
}

interface Path {
  readonly root: string;
  readonly members: readonly string[];
}

interface Node {
  readonly type: string;
}

/** `a.b.c` -> root a, members b and c. Undefined where anything is computed. */
function pathOf(node: Node): Path | undefined {
  const members: string[] = [];
  let at: Node = node;
  while (isMember(at)) {
    if (at.computed || at.property.type !== "Identifier") return undefined;
    members.unshift(at.property.name ?? "");
    at = at.object;
  }
  return isIdentifier(at) ? { root: at.name, members } : undefined;
}

function isMember(node: Node): node is Node & {
  readonly computed: boolean;
  readonly object: Node;
  readonly property: Node & { readonly name?: string };
} {
  return node.type === "MemberExpression";
}

function isIdentifier(node: Node): node is Node & { readonly name: string } {
  return node.type === "Identifier";
}
