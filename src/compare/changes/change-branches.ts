/** Differences of unions and `allOf`: rows 96 to 100. */
import { below, type Change, fromKeys, type PlaceInSchema, type Walk } from "./change.ts";
import { typesOf } from "./change-types.ts";
import { propertiesOf } from "../schema/fields.ts";
import { resolve, type Schema, type SchemaObject } from "../schema/schema.ts";
import { spend } from "../schema/budget.ts";
import { same } from "../schema/same.ts";

export function branchChanges(
  old: SchemaObject,
  fresh: SchemaObject,
  place: PlaceInSchema,
  walk: Walk,
): void {
  const list = (schema: SchemaObject, keyword: string) =>
    (schema[keyword] as Schema[] | undefined) ?? [];
  const [union, other] = [unionOf(old), unionOf(fresh)];
  if (union !== undefined && other !== undefined) {
    const [left, right] = [list(old, union), list(fresh, other)];
    const [tag, newTag] = [tagOf(left), tagOf(right)];
    const base = { old, fresh, place, apply: fromKeys(["anyOf", "oneOf"]) };
    if (tag !== undefined && newTag !== undefined && tag !== newTag) {
      walk.add({ ...base, rule: 98, what: `the tag "${tag}" is now called "${newTag}"` });
      return;
    }
    if (union !== other) walk.add({ ...base, rule: 0, what: `${union} → ${other}` });
    pair(left, right, tag, { old, fresh, place, keyword: other }, walk);
  } else if (union !== other) {
    const what = union === undefined ? "it became a union" : "it is no union any more";
    walk.add({
      old,
      fresh,
      place,
      rule: union === undefined ? 96 : 97,
      what,
      apply: fromKeys(["anyOf", "oneOf"]),
    });
  }
  parts(list(old, "allOf"), list(fresh, "allOf"), { old, fresh, place }, walk);
}

function unionOf(schema: SchemaObject): "anyOf" | "oneOf" | undefined {
  if (schema["oneOf"] !== undefined) return "oneOf";
  return schema["anyOf"] === undefined ? undefined : "anyOf";
}

/** The field that has another constant in every branch. */
function tagOf(branches: readonly Schema[]): string | undefined {
  const constants = branches.map((branch) => {
    const at = resolve(branch);
    const fields = typeof at === "object" ? Object.entries(propertiesOf(withParts(at))) : [];
    return fields.flatMap(([name, field]) => (valueOf(field) === undefined ? [] : [name]));
  });
  return constants[0]?.find((name) => constants.every((names) => names.includes(name)));
}

/** With what its `allOf` says, where a tag may stand. */
function withParts(schema: SchemaObject): SchemaObject {
  const inner = ((schema["allOf"] ?? []) as Schema[]).map(resolve);
  const all = inner.flatMap((part) => (typeof part === "object" ? [propertiesOf(part)] : []));
  return { properties: Object.assign({}, ...all, propertiesOf(schema)) as object };
}

function valueOf(field: Schema): unknown {
  const at = resolve(field);
  if (typeof at === "boolean") return undefined;
  const list = at["enum"];
  return (
    at["const"] ?? (Array.isArray(list) && list.length === 1 ? (list as unknown[])[0] : undefined)
  );
}

interface At {
  readonly old: SchemaObject;
  readonly fresh: SchemaObject;
  readonly place: PlaceInSchema;
}

function pair(
  left: readonly Schema[],
  right: readonly Schema[],
  tag: string | undefined,
  { old, fresh, place, keyword }: At & { readonly keyword: string },
  walk: Walk,
): void {
  const key = (branch: Schema) => {
    const at = resolve(branch);
    if (tag !== undefined && typeof at === "object") {
      return `tag ${JSON.stringify(valueOf(propertiesOf(withParts(at))[tag] as Schema))}`;
    }
    return `type ${typesOf(branch).join()}`;
  };
  spend(left.length * (left.length + right.length));
  const free = new Set(right.keys());
  const take = (fits: (branch: Schema) => boolean) => {
    const hits = [...free].filter((index) => fits(right[index] as Schema));
    const [index] = hits;
    if (index === undefined || hits.length > 1) return undefined;
    free.delete(index);
    return index;
  };
  const matched = left.map((branch) => take((one) => same(one, branch)));
  const isOnly = (branch: Schema) => left.filter((one) => key(one) === key(branch)).length === 1;
  const gone: Schema[] = [];
  for (const [index, branch] of left.entries()) {
    const to =
      matched[index] ?? (isOnly(branch) ? take((one) => key(one) === key(branch)) : undefined);
    if (to === undefined) gone.push(branch);
    else walk.into(branch, right[to] as Schema, below(place, keyword, String(to)));
  }
  const added = [...free].map((index) => right[index] as Schema);
  const listed = (sender: SchemaObject, list: readonly Schema[]) => ({
    ...sender,
    [unionOf(sender) ?? keyword]: list,
  });
  const base = { old, fresh, place };
  if (added.length > 0) {
    const apply: Change["apply"] = (sender, _, isForward) =>
      listed(
        sender,
        isForward ? [...left, ...added] : right.filter((branch) => !added.includes(branch)),
      );
    walk.add({ ...base, rule: 96, what: `${count(added)} added to the union`, apply });
  }
  if (gone.length > 0) {
    const apply: Change["apply"] = (sender, _, isForward) =>
      listed(
        sender,
        isForward ? left.filter((branch) => !gone.includes(branch)) : [...right, ...gone],
      );
    walk.add({ ...base, rule: 97, what: `${count(gone)} removed from the union`, apply });
  }
}

const count = (branches: readonly Schema[]) =>
  branches.length === 1 ? "a branch" : `${branches.length} branches`;

function parts(left: readonly Schema[], right: readonly Schema[], at: At, walk: Walk): void {
  if (left.length === right.length) {
    for (const [index, part] of left.entries()) {
      const outer = at.place.outer ?? { old: at.old, fresh: at.fresh };
      walk.into(part, right[index] as Schema, {
        ...below(at.place, "allOf", String(index)),
        outer,
      });
    }
    return;
  }
  const rule = right.length > left.length ? 99 : 100;
  const what = rule === 99 ? "a part of allOf was added" : "a part of allOf was removed";
  walk.add({ ...at, rule, what, apply: fromKeys(["allOf"]) });
}
