/** Random schemas, small enough that their corners are met, and random changes to them. */

export type Raw = { [keyword: string]: unknown };

const NAMES = ["a", "b", "c", "kind"];
const TEXTS = ["", "a", "b", "ab", "x1"];
const PATTERNS = ["^a", "^[ab]*$", "^[a-z]+$", "b$", ".*", "^x[0-9]?$", "^.{1,2}$"];
const FORMATS = ["date", "email", "uuid", "date-time", "ipv4"];
const STEPS = [1, 2, 3, 4, 0.5, 6];

export interface SchemaMaker {
  schema(): Raw | boolean;
  changed(schema: Raw | boolean): Raw | boolean;
}

export function schemaMaker(random: () => number): SchemaMaker {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const chance = (share: number) => random() < share;
  const small = () => Math.floor(random() * 5) - 1;
  const count = () => Math.floor(random() * 4);

  const keywords: Readonly<Record<string, () => Raw>> = {
    string: () => ({
      ...(chance(0.3) ? { minLength: count() } : {}),
      ...(chance(0.3) ? { maxLength: count() } : {}),
      ...(chance(0.2) ? { pattern: pick(PATTERNS) } : {}),
      ...(chance(0.1) ? { format: pick(FORMATS) } : {}),
    }),
    number: () => ({
      ...(chance(0.3) ? { minimum: small() } : {}),
      ...(chance(0.3) ? { maximum: small() + 3 } : {}),
      ...(chance(0.1) ? { exclusiveMinimum: small() } : {}),
      ...(chance(0.1) ? { exclusiveMaximum: small() + 0.5 } : {}),
      ...(chance(0.15) ? { multipleOf: pick(STEPS) } : {}),
    }),
  };

  function schema(depth = 0, isInPlace = false): Raw | boolean {
    if (depth > 3) return pick<Raw | boolean>([{ type: "string" }, { type: "integer" }, true]);
    const roll = random();
    if (roll < 0.03) return chance(0.6);
    if (roll < 0.06) return {};
    if (roll < 0.16) return { [pick(["anyOf", "anyOf", "oneOf", "allOf"])]: branches(depth) };
    if (roll < 0.2)
      return { ...object(depth), [pick(["anyOf", "oneOf", "allOf"])]: branches(depth) };
    if (roll < 0.24) return tagged(depth);
    if (roll < 0.28) return { enum: values() };
    if (roll < 0.3) return { const: pick(values()) };
    if (roll < 0.32 && depth > 0 && !isInPlace) return { $ref: pick(["#", "#/$defs/d"]) };
    if (roll < 0.34) return { ...plain(depth), not: schema(depth + 2, true) };
    if (roll < 0.35) return { if: part(depth), then: part(depth), else: part(depth) };
    if (roll < 0.6) return object(depth);
    if (roll < 0.7) return array(depth);
    return plain(depth);
  }

  const part = (depth: number) => schema(depth + 2, true);

  function plain(depth: number): Raw {
    const type = pick(["string", "string", "integer", "number", "boolean", "null", "object"]);
    if (type === "object") return object(depth);
    if (chance(0.15)) {
      return { type: [type, pick(["null", "string", "integer"])], ...keywords["string"]?.() };
    }
    return { type, ...keywords[type === "integer" ? "number" : type]?.() };
  }

  function values(): unknown[] {
    const all = [...TEXTS, 0, 1, 2, true, null, { a: "a" }, ["a"]];
    return Array.from({ length: 1 + count() }, () => pick(all)).filter(
      (value, index, list) => list.indexOf(value) === index,
    );
  }

  function branches(depth: number): (Raw | boolean)[] {
    return Array.from({ length: 1 + Math.floor(random() * 3) }, () => schema(depth + 1, true));
  }

  function tagged(depth: number): Raw {
    const branch = (tag: string) => ({
      type: "object",
      properties: { kind: { const: tag }, [pick(NAMES.slice(0, 3))]: schema(depth + 2) },
      required: ["kind"],
    });
    return { [pick(["oneOf", "anyOf"])]: ["a", "b", "c"].slice(0, 1 + count()).map(branch) };
  }

  function object(depth: number): Raw {
    const names = NAMES.filter(() => chance(0.5));
    const properties = Object.fromEntries(names.map((name) => [name, schema(depth + 1)]));
    return {
      ...(chance(0.9) ? { type: "object" } : {}),
      ...(chance(0.9) ? { properties } : {}),
      ...(chance(0.7) ? { required: names.filter(() => chance(0.5)) } : {}),
      ...(chance(0.1) ? { required: [pick(NAMES)] } : {}),
      ...(chance(0.1)
        ? { additionalProperties: chance(0.5) ? chance(0.5) : schema(depth + 1) }
        : {}),
      ...(chance(0.06) ? { patternProperties: { [pick(PATTERNS)]: schema(depth + 1) } } : {}),
      ...(chance(0.05) ? { propertyNames: { pattern: pick(PATTERNS) } } : {}),
      ...(chance(0.05) ? { minProperties: count() } : {}),
      ...(chance(0.05) ? { maxProperties: count() } : {}),
      ...(chance(0.05) ? { dependentRequired: { [pick(NAMES)]: [pick(NAMES)] } } : {}),
      ...(chance(0.03) ? { dependentSchemas: { [pick(NAMES)]: schema(depth + 2, true) } } : {}),
      ...(chance(0.03) ? { unevaluatedProperties: chance(0.3) } : {}),
    };
  }

  function array(depth: number): Raw {
    return {
      type: "array",
      ...(chance(0.8) ? { items: schema(depth + 1) } : {}),
      ...(chance(0.2) ? { prefixItems: [schema(depth + 1), schema(depth + 1)] } : {}),
      ...(chance(0.2) ? { minItems: count() } : {}),
      ...(chance(0.2) ? { maxItems: count() } : {}),
      ...(chance(0.1) ? { uniqueItems: true } : {}),
      // Not one that accepts everything: ajv 8 then takes an empty list.
      ...(chance(0.06) ? { contains: { type: pick(["string", "integer", "object"]) } } : {}),
    };
  }

  function whole(): Raw | boolean {
    const root = schema();
    if (typeof root === "boolean") return root;
    return JSON.stringify(root).includes("#/$defs/d") ? { ...root, $defs: { d: object(1) } } : root;
  }

  /** The schema with one to three changes anywhere in it. */
  function changed(old: Raw | boolean): Raw | boolean {
    if (typeof old === "boolean") return whole();
    const copy = JSON.parse(JSON.stringify(old)) as Raw;
    const times = 1 + Math.floor(random() * 2.5);
    for (let time = 0; time < times; time += 1) change(pick(objectsIn(copy)));
    if (JSON.stringify(copy).includes("#/$defs/d")) copy["$defs"] ??= { d: object(1) };
    return copy;
  }

  function change(at: Raw): void {
    const names = Object.keys(at).filter((name) => name !== "$defs");
    const roll = random();
    if (roll < 0.2) {
      const name = pick(names);
      if (name !== undefined) delete at[name];
    } else if (roll < 0.5) {
      const other = schema(1);
      if (typeof other === "boolean") return;
      const name = pick(Object.keys(other));
      if (name !== undefined && name !== "$ref") at[name] = other[name];
    } else if (roll < 0.65 && Array.isArray(at["required"])) {
      at["required"] = chance(0.5)
        ? at["required"].slice(1)
        : [...new Set([...at["required"], pick(NAMES)])];
    } else if (roll < 0.75 && Array.isArray(at["enum"])) {
      at["enum"] =
        chance(0.5) && at["enum"].length > 1 ? at["enum"].slice(1) : [...at["enum"], "new"];
    } else if (roll < 0.85) {
      const list = pick(["anyOf", "oneOf", "allOf", "prefixItems"].filter((name) => at[name]));
      if (list !== undefined)
        at[list] = [...(at[list] as unknown[]), schema(2, true)].slice(chance(0.5) ? 1 : 0);
    } else if (roll < 0.93) {
      const numbers = names.filter((name) => typeof at[name] === "number" && name !== "multipleOf");
      const name = pick(numbers);
      if (name !== undefined) at[name] = Math.max(0, (at[name] as number) + pick([1, -1]));
    } else {
      const inner = { ...at };
      delete inner["$defs"];
      for (const name of names) delete at[name];
      at[pick(["anyOf", "oneOf", "allOf"])] = chance(0.5) ? [inner] : [inner, schema(2, true)];
    }
  }

  return { schema: whole, changed };
}

/** No schemas within, or (`contains`) not to be changed: ajv 8 takes [] where it accepts everything. */
const NO_SCHEMAS = ["contains", "enum", "const", "required", "dependentRequired", "type"];

/** All schemas that are objects, at every depth. */
function objectsIn(at: Raw): Raw[] {
  const inner = Object.entries(at).flatMap(([name, value]) => {
    if (NO_SCHEMAS.includes(name) || typeof value !== "object" || value === null) return [];
    if (["properties", "patternProperties", "$defs", "dependentSchemas"].includes(name)) {
      return Object.values(value).flatMap((part) => (isRaw(part) ? objectsIn(part) : []));
    }
    if (Array.isArray(value)) return value.flatMap((part) => (isRaw(part) ? objectsIn(part) : []));
    return objectsIn(value as Raw);
  });
  return [at, ...inner];
}

function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
