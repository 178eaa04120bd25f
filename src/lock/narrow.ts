/** Parts of a message by path: `id`, `entry.id`, `items[].id`, and `items[].*` for all that is there. */
import type { LockSchema } from "../compare/lock.ts";

type Keywords = Readonly<Record<string, unknown>>;

/** The fields of an object of ours, behind `nullable` too. Undefined: it is taken as a whole or not at all. */
export function fieldsIn(schema: LockSchema): Readonly<Record<string, LockSchema>> | undefined {
  const { properties } = behindNull(schema);
  return isPlain(schema) ? (properties as Readonly<Record<string, LockSchema>>) : undefined;
}

/** What a list has, behind `nullable` too. */
export function itemIn(schema: LockSchema): LockSchema | undefined {
  const { type, items } = behindNull(schema);
  return type === "array" && items !== undefined ? (items as LockSchema) : undefined;
}

/** Undefined where the name would be taken for something else in a path. */
export function fieldPath(path: string, name: string): string | undefined {
  if (!/^[^.[\]*]+$/.test(name)) return undefined;
  return path === "" ? name : `${path}.${name}`;
}

export function itemPath(path: string): string {
  return `${path}[]`;
}

export function wholePath(path: string): string {
  return path === "" ? "*" : `${path}.*`;
}

/** `/properties/items/items/properties/id/minimum` -> `items[].id` */
export function pathOf(pointer: string): string {
  let path = "";
  let isName = false;
  for (const part of pointer.split("/").slice(1)) {
    if (isName) path = fieldPath(path, part) ?? wholePath(path);
    else if (part === "items") path = itemPath(path);
    isName = !isName && part === "properties";
  }
  return path;
}

/** Any other keyword may hold fields to each other, and then none can be left out. */
const PLAIN = ["type", "properties", "required", "title", "description", "examples", "default"];

function isPlain(schema: LockSchema): boolean {
  const found = behindNull(schema);
  return (
    found["type"] === "object" &&
    found["properties"] !== undefined &&
    Object.keys(found).every((keyword) => PLAIN.includes(keyword))
  );
}

function behindNull(schema: LockSchema): Keywords {
  if (typeof schema === "boolean") return {};
  return nullableIn(schema) ?? schema;
}

function nullableIn({ anyOf }: Keywords): Keywords | undefined {
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return undefined;
  const [inner, none] = anyOf as [unknown, { readonly type?: unknown }];
  return none.type === "null" && typeof inner === "object" ? (inner as Keywords) : undefined;
}

/** What is known of a part: nothing but that it is there, more of it, or all. */
interface Tree {
  readonly parts: Map<string, Tree>;
}

const ITEM = "[]";
const ALL = "*";

function treeOf(paths: readonly string[]): Tree {
  const root: Tree = { parts: new Map() };
  for (const path of paths) {
    let at = root;
    for (const part of path.replaceAll(ITEM, `.${ITEM}`).split(".").filter(Boolean)) {
      const next = at.parts.get(part) ?? { parts: new Map() };
      at.parts.set(part, next);
      at = next;
    }
  }
  return root;
}

/** A message of which only these paths are read. */
export function asRead(schema: LockSchema, paths: readonly string[]): LockSchema {
  return narrowed(schema, treeOf(paths), () => false);
}

/** A message of which only these paths are sent; what is required or has a default always is. */
export function asSent(schema: LockSchema, paths: readonly string[]): LockSchema {
  return narrowed(schema, treeOf(paths), (name, owner) => {
    const field = fieldsIn(owner)?.[name];
    const { required = [] } = behindNull(owner) as { readonly required?: readonly string[] };
    return required.includes(name) || (typeof field === "object" && "default" in field);
  });
}

type IsKept = (name: string, owner: LockSchema) => boolean;

function narrowed(schema: LockSchema, tree: Tree, isKept: IsKept): LockSchema {
  if (typeof schema === "boolean" || tree.parts.has(ALL)) return schema;
  const inner = nullableIn(schema);
  if (inner !== undefined) {
    const [, none] = schema["anyOf"] as readonly unknown[];
    return { ...schema, anyOf: [narrowed(inner, tree, isKept), none] };
  }
  const item = itemIn(schema);
  if (item !== undefined)
    return { ...schema, items: narrowed(item, tree.parts.get(ITEM) ?? NOTHING, isKept) };
  const fields = fieldsIn(schema);
  if (fields === undefined) return schema;
  const kept = Object.entries(fields).filter(
    ([name]) => tree.parts.has(name) || isKept(name, schema) || fieldPath("", name) === undefined,
  );
  const names = new Set(kept.map(([name]) => name));
  const { required = [] } = schema as { readonly required?: readonly string[] };
  const own = kept.map(([name, field]) => {
    return [name, narrowed(field, tree.parts.get(name) ?? NOTHING, isKept)] as const;
  });
  return {
    ...schema,
    properties: Object.fromEntries(own),
    required: required.filter((name) => names.has(name)),
  };
}

const NOTHING: Tree = { parts: new Map() };
