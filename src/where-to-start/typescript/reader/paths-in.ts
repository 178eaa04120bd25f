/** The relations that a query's options go through. */
import type { Expression, ObjectExpression } from "oxc-parser";
import { literalOf, nameOf } from "./walk.ts";

export interface Path {
  /** `account.platform` */
  readonly path: string;
  readonly start: number;
}

/** What holds relations, and how these are written in it. */
const HOLDERS: ReadonlyMap<string, "chosen" | "asked"> = new Map([
  ["include", "chosen"],
  ["select", "chosen"],
  ["relations", "chosen"],
  ["_count", "chosen"],
  ["where", "asked"],
  ["orderBy", "asked"],
  ["order", "asked"],
]);

/** Words of a question that are no relation. */
const WORDS = new Set(["AND", "OR", "NOT", "some", "every", "none", "is", "isNot"]);

interface Left {
  readonly node: Expression;
  readonly before: string;
  /** Options have holders in them; what is chosen and asked has relations. */
  readonly is: "options" | "chosen" | "asked";
}

/** Of all depths. A list of what is left, so that no depth of a text is too deep. */
export function pathsIn(options: ObjectExpression, isWhere: boolean): Path[] {
  const paths: Path[] = [];
  const left: Left[] = [{ node: options, before: "", is: isWhere ? "asked" : "options" }];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { node, before, is } = one;
    if (node.type === "ArrayExpression")
      for (const element of node.elements) {
        const text = element === null || element.type === "SpreadElement" ? undefined : element;
        if (text?.type === "ObjectExpression") left.push({ node: text, before, is });
        // TypeORM: `relations: ["buyer", "buyer.profile"]`.
        const path = text && is === "chosen" ? literalOf(text) : undefined;
        if (text && path !== undefined) paths.push(...prefixesOf(`${before}${path}`, text.start));
      }
    if (node.type === "ObjectExpression") addRelations(node, one, { paths, left });
  }
  return paths.toSorted((a, b) => a.start - b.start);
}

function addRelations(
  { properties }: ObjectExpression,
  { before, is }: Left,
  { paths, left }: { readonly paths: Path[]; readonly left: Left[] },
): void {
  for (const one of properties) {
    if (one.type !== "Property" || one.computed) continue;
    const { key, value, start } = one;
    const name = nameOf(key);
    const holder = HOLDERS.get(name);
    if (is === "options" || name === "_count") {
      const inside = name === "_count" ? "options" : holder;
      if (inside !== undefined) left.push({ node: value, before, is: inside });
      continue;
    }
    if (is === "asked" && WORDS.has(name)) {
      left.push({ node: value, before, is });
      continue;
    }
    const isDeep = value.type === "ObjectExpression";
    if (!isDeep && (is === "asked" || (value.type === "Literal" && value.value !== true))) continue;
    const path = `${before}${name}`;
    paths.push({ path, start });
    // Prisma has options again in what is chosen; TypeORM goes on.
    const next = is === "chosen" && isDeep && hasOptions(value) ? "options" : is;
    if (isDeep && path.length < PATH_CHARS_MAX)
      left.push({ node: value, before: `${path}.`, is: next });
  }
}

function hasOptions({ properties }: ObjectExpression): boolean {
  return properties.some(
    (one) =>
      one.type === "Property" && /^(?:include|select|where|orderBy|_count)$/.test(nameOf(one.key)),
  );
}

/** Longer is no question of a person, and each step would write all of it again. */
const PATH_CHARS_MAX = 300;

function prefixesOf(path: string, start: number): Path[] {
  if (path.length > PATH_CHARS_MAX) return [];
  const hops = path.split(".");
  return hops.map((_, index) => ({ path: hops.slice(0, index + 1).join("."), start }));
}
