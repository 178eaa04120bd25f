/** Keywords of older drafts and of OpenAPI 3.0, said in 2020-12. */

type Raw = Readonly<Record<string, unknown>>;

const NUMBERS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
];
const LISTS = ["required", "enum", "allOf", "anyOf", "oneOf", "prefixItems"];
const MAPS = ["properties", "patternProperties", "dependentRequired", "dependentSchemas"];

/** A keyword with a value that JSON Schema does not allow there. */
export function wrongKeyword(schema: Raw): string | undefined {
  const isMap = (value: unknown) => typeof value === "object" && !Array.isArray(value);
  return Object.keys(schema).find((keyword) => {
    const value = schema[keyword];
    if (NUMBERS.includes(keyword)) return typeof value !== "number";
    if (LISTS.includes(keyword)) return !Array.isArray(value);
    if (keyword === "dependentRequired" && isMap(value))
      return !Object.values(value as Raw).every(Array.isArray);
    return MAPS.includes(keyword) && !isMap(value);
  });
}

export function toModern(raw: Raw): Record<string, unknown> {
  const schema: Record<string, unknown> = { ...raw };
  nullable(schema);
  exclusive(schema, "exclusiveMinimum", "minimum");
  exclusive(schema, "exclusiveMaximum", "maximum");
  tuple(schema);
  dependencies(schema);
  return schema;
}

/** OpenAPI 3.0.3: `nullable` adds null to the type that stands beside it, and says nothing without one. */
function nullable(schema: Record<string, unknown>): void {
  if (schema["nullable"] === true && typeof schema["type"] === "string") {
    schema["type"] = [schema["type"], "null"];
  }
  delete schema["nullable"];
}

/** Draft 4 and OpenAPI 3.0: a boolean that sharpens the bound beside it. */
function exclusive(schema: Record<string, unknown>, keyword: string, bound: string): void {
  const isExclusive = schema[keyword];
  if (typeof isExclusive !== "boolean") return;
  delete schema[keyword];
  if (!isExclusive || schema[bound] === undefined) return;
  schema[keyword] = schema[bound];
  delete schema[bound];
}

function tuple(schema: Record<string, unknown>): void {
  if (Array.isArray(schema["items"])) {
    schema["prefixItems"] = schema["items"];
    delete schema["items"];
    if (schema["additionalItems"] !== undefined) schema["items"] = schema["additionalItems"];
  }
  delete schema["additionalItems"]; // says nothing beside a single `items`
  if (Array.isArray(schema["prefixItems"]) && schema["prefixItems"].length === 0) {
    delete schema["prefixItems"];
  }
}

function dependencies(schema: Record<string, unknown>): void {
  const all = schema["dependencies"];
  if (typeof all !== "object" || all === null) return;
  delete schema["dependencies"];
  const required: Record<string, unknown> = {};
  const schemas: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(all)) {
    if (typeof value === "string") required[name] = [value];
    else if (Array.isArray(value)) required[name] = value;
    else schemas[name] = value;
  }
  schema["dependentRequired"] = { ...(schema["dependentRequired"] as Raw), ...required };
  schema["dependentSchemas"] = { ...(schema["dependentSchemas"] as Raw), ...schemas };
}
