/**
 * Schemas of an OpenAPI document as JSON Schema 2020-12. Requests do not carry `readOnly` fields and replies no
 * `writeOnly` ones, so each schema has one form for either side; a `discriminator` becomes a constant in
 * each branch, which is what it means.
 */
import type { LockSchema } from "../lock.ts";
import { LEVELS_MAX } from "../schema/budget.ts";
import { atPointer, isObject, LISTS, MAPS, mapValues, ONE } from "../schema/schema.ts";

type Raw = Readonly<Record<string, unknown>>;
type Side = "request" | "response";

interface Forms {
  readonly isOld: boolean;
  /** `request/Pet` -> its schema. */
  readonly $defs: Record<string, LockSchema>;
  readonly names: Map<string, string>;
}

const known = new WeakMap<object, Forms>();

function formsOf(document: Raw): Forms {
  const before = known.get(document);
  if (before !== undefined) return before;
  const isOld = String(document["openapi"]).startsWith("3.0");
  const forms: Forms = { isOld, $defs: {}, names: new Map() };
  known.set(document, forms);
  return forms;
}

/** All that was needed so far, by name. */
export function schemasOf(document: Raw): Record<string, LockSchema> {
  return formsOf(document).$defs;
}

export function asJsonSchema(raw: unknown, document: Raw, side: Side): LockSchema {
  const forms = formsOf(document);
  /** What was named and is still to be converted: one after the other, as a chain of names may be long. */
  const named: (readonly [name: string, target: unknown])[] = [];
  let level = 0;
  const own = convert(raw);
  for (const [name, target] of named) forms.$defs[name] = convert(target);
  return own;

  function convert(at: unknown): LockSchema {
    if (typeof at === "boolean") return at;
    if (!isObject(at)) return true;
    if (level > LEVELS_MAX) return at; // where it is read, it is said that nothing can be proved of it
    level += 1;
    const schema = convertObject(at);
    level -= 1;
    return schema;
  }

  function convertObject(at: Raw): LockSchema {
    if (typeof at["$ref"] === "string") {
      const { $ref, ...beside } = at;
      const own = { $ref: `#/$defs/${nameOf($ref as string)}` };
      const isPlain = forms.isOld || Object.keys(beside).length === 0;
      return isPlain ? own : { ...own, ...(convert(beside) as Raw) };
    }
    const schema: Record<string, unknown> = {};
    for (const [keyword, value] of Object.entries(at)) {
      if (ONE.includes(keyword)) schema[keyword] = convert(value);
      else if (LISTS.includes(keyword) && Array.isArray(value))
        schema[keyword] = value.map(convert);
      else if (MAPS.includes(keyword) && isObject(value))
        schema[keyword] = mapValues(value, convert);
      else if (keyword !== "discriminator" && keyword !== "xml") schema[keyword] = value;
    }
    withoutHidden(schema, at);
    tagged(schema, at);
    return schema;
  }

  /** The name of the converted schema; it is converted when it is first named. */
  function nameOf(ref: string): string {
    const key = `${side} ${ref}`;
    const before = forms.names.get(key);
    if (before !== undefined) return before;
    const short = ref.startsWith("#/components/schemas/")
      ? ref.slice(21)
      : ref.replaceAll(/[^\w.-]+/g, "_");
    const name = `${side}.${short.replaceAll("~1", "_").replaceAll("/", "_")}`;
    forms.names.set(key, name);
    const target = ref.startsWith("#") ? atPointer(document, ref.slice(1)) : undefined;
    // What lies outside of the document stays a $ref, which nobody can follow.
    if (target === undefined) forms.$defs[name] = { $ref: ref };
    else named.push([name, target]);
    return name;
  }

  function withoutHidden(schema: Record<string, unknown>, at: Raw): void {
    const properties = at["properties"];
    if (!isObject(properties)) return;
    const hidden = side === "request" ? "readOnly" : "writeOnly";
    const isHidden = (field: unknown) => isObject(field) && field[hidden] === true;
    const names = new Set(Object.keys(properties).filter((name) => isHidden(properties[name])));
    if (names.size === 0) return;
    const kept = Object.entries(schema["properties"] as Raw).filter(([name]) => !names.has(name));
    schema["properties"] = Object.fromEntries(kept);
    const required = schema["required"];
    if (Array.isArray(required))
      schema["required"] = required.filter((name) => !names.has(name as string));
  }

  /** In each branch of a union with a discriminator, its field is the name of the branch. */
  function tagged(schema: Record<string, unknown>, at: Raw): void {
    const discriminator = at["discriminator"];
    const name = isObject(discriminator) ? discriminator["propertyName"] : undefined;
    if (!isObject(discriminator) || typeof name !== "string") return;
    const mapping = Object.entries(
      isObject(discriminator["mapping"]) ? discriminator["mapping"] : {},
    );
    for (const keyword of ["oneOf", "anyOf"]) {
      const [parts, raws] = [schema[keyword], at[keyword]];
      if (!Array.isArray(parts) || !Array.isArray(raws)) continue;
      schema[keyword] = parts.map((part: LockSchema, index) => {
        const ref = (raws[index] as Raw)["$ref"];
        if (typeof ref !== "string") return part;
        const own = ref.split("/").at(-1) ?? "";
        const values = mapping.filter(([, to]) => to === ref || to === own).map(([value]) => value);
        const tag = { enum: values.length > 0 ? values : [own] };
        return { allOf: [part, { type: "object", properties: { [name]: tag }, required: [name] }] };
      });
    }
  }
}
