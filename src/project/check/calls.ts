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
  /** `*` where the source does not say which. */
  readonly version: string;
  /** The endpoint or event: `create`; `*` where the source does not say which. */
  readonly member: string;
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number;
}

/**
 * `faq.create(…)`, `form(faq.create)`, `const { create } = faq`, and `contracts.v1.create`. A contract that
 * is passed on, or asked for a computed name, is used as a whole. A local variable of the same name would be
 * taken for the contract; nothing is run, so nothing is certain.
 */
export function memberUsesOf(program: Program, bindings: readonly Binding[]): MemberUse[] {
  const byLocal = new Map(bindings.map((binding) => [binding.local, binding]));
  const uses: MemberUse[] = [];
  // Where the name stands and something is known of it; everywhere else it is used as a whole.
  const known = new Set<number>();
  const names = new Map<number, Binding>();
  new Visitor({
    MemberExpression(node) {
      if (!node.computed) known.add(node.property.start);
      const path = pathOf(node);
      const binding = path && byLocal.get(path.root);
      if (!path || !binding) return;
      const [first, second] = path.members;
      const isWhole = binding.version !== undefined;
      const version = binding.version ?? first;
      const member = isWhole ? first : second;
      const isLast = path.members.length === (isWhole ? 1 : 2);
      if (version === undefined || member === undefined || !isLast) return;
      known.add(path.start);
      uses.push({ origin: binding.origin, version, member, offset: node.start });
    },
    VariableDeclarator({ id, init }) {
      const path = init && pathOf(init);
      const binding = path && byLocal.get(path.root);
      if (!path || !binding || id.type !== "ObjectPattern") return;
      const version = binding.version ?? path.members[0];
      const depth = binding.version === undefined ? 1 : 0;
      if (version === undefined || path.members.length !== depth) return;
      let isWhole = false;
      for (const property of id.properties) {
        if (
          property.type !== "Property" ||
          property.computed ||
          property.key.type !== "Identifier"
        ) {
          isWhole = true;
          continue;
        }
        const { name, start } = property.key;
        uses.push({ origin: binding.origin, version, member: name, offset: start });
      }
      if (!isWhole) known.add(path.start);
    },
    ImportSpecifier: ({ imported, local }) => void known.add(imported.start).add(local.start),
    ImportNamespaceSpecifier: ({ local }) => void known.add(local.start),
    TSTypeQuery: ({ exprName }) => void known.add(exprName.start),
    Property({ key, computed, shorthand }) {
      if (!computed && !shorthand) known.add(key.start);
    },
    // `{ v1 }` of a parameter is another one.
    ObjectPattern: ({ properties }) => {
      for (const property of properties)
        if (property.type === "Property") known.add(property.value.start);
    },
    Identifier({ name, start }) {
      const binding = byLocal.get(name);
      if (binding) names.set(start, binding);
    },
  }).visit(program);
  const whole = [...names]
    .filter(([start]) => !known.has(start))
    .map(([offset, { origin, version = "*" }]) => ({ origin, version, member: "*", offset }));
  return [...uses, ...whole];
}

interface Path {
  readonly root: string;
  /** Where the root stands. */
  readonly start: number;
  readonly members: readonly string[];
}

interface Node {
  readonly type: string;
  readonly start: number;
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
  return isIdentifier(at) ? { root: at.name, start: at.start, members } : undefined;
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
