/** The table of changes, rows about messages: old and new schema, and what is expected of either side. */
import type { Raw } from "./random-schema.ts";

export interface MessageRow {
  readonly row: number;
  readonly old: Raw | boolean;
  readonly fresh: Raw | boolean;
  /** B breaking, W warning, S safe. */
  readonly request: "B" | "W" | "S";
  readonly reply: "B" | "W" | "S";
}

type Field = Raw | boolean;

const fields = (
  properties: { [name: string]: Field },
  required = Object.keys(properties),
): Raw => ({
  type: "object",
  properties,
  required: required.filter((name) => Object.hasOwn(properties, name)),
});

const integer = { type: "integer" };
const text = { type: "string" };
const nullable = (field: Raw): Raw => ({ anyOf: [field, { type: "null" }] });
const list = (items: Field): Raw => ({ type: "array", items });
const map = (values: Field): Raw => ({ type: "object", additionalProperties: values });
const branch = (tag: string, kind: string, more: { [name: string]: Field } = {}): Raw =>
  fields({ [tag]: { const: kind }, ...more });
const node = (required: string[]): Raw => ({
  $defs: { node: fields({ id: integer, next: { $ref: "#/$defs/node" } }, required) },
  $ref: "#/$defs/node",
});

/** A change of the one field `f`. */
const field = (old: Field, fresh: Field): [Raw, Raw] => [fields({ f: old }), fields({ f: fresh })];

const rows: [number, string, [Field, Field]][] = [
  [1, "SS", [fields({ a: text }), fields({ a: text, b: integer }, ["a"])]],
  [2, "BS", [fields({ a: text }), fields({ a: text, b: integer })]],
  [3, "SS", [fields({ a: text }), fields({ a: text, b: { ...integer, default: 0 } }, ["a"])]],
  [3, "SS", [fields({ a: text }), fields({ a: text, b: { ...integer, default: 0 } })]],
  [4, "BW", [fields({ a: text, b: integer }, ["a"]), fields({ a: text })]],
  [5, "BB", [fields({ a: text, b: integer }), fields({ a: text })]],
  [6, "BB", [fields({ question: text }), fields({ title: text })]],
  [7, "BS", [fields({ a: text }, []), fields({ a: text })]],
  [8, "SB", [fields({ a: text }), fields({ a: text }, [])]],
  [9, "SS", [fields({ a: integer }, []), fields({ a: { ...integer, default: 0 } })]],
  [10, "BB", [fields({ a: text, b: text }), fields({ b: text, g: fields({ a: text }) })]],
  [11, "BB", [fields({ b: text, g: fields({ a: text }) }), fields({ a: text, b: text })]],
  [12, "BB", [fields({ a: integer }, []), fields({ a: nullable(integer) })]],
  [13, "BB", [fields({ a: nullable(integer) }), fields({ a: integer }, [])]],
  [14, "SS", field(text, { ...text, deprecated: true, "x-sunset": "2027-05-01" })],
  [15, "WW", field(text, { ...text, deprecated: true })],
  [16, "SS", field({ ...text, deprecated: true }, text)],
  [
    18,
    "BB",
    [
      fields({ a: text, b: { ...text, deprecated: true, "x-sunset": "2999-01-01" } }),
      fields({ a: text }),
    ],
  ],
  [
    18,
    "BB",
    [
      fields({ a: text, b: { ...text, deprecated: true, "x-sunset": "2999-01-01" } }, ["a"]),
      fields({ a: text }),
    ],
  ],
  [
    19,
    "SS",
    field(text, { ...text, title: "A question", description: "of a ticket", examples: ["why"] }),
  ],
  [20, "SS", [fields({ a: text, b: integer }), fields({ b: integer, a: text })]],
  [
    21,
    "SS",
    [fields({ f: text }), { $defs: { t: text }, ...fields({ f: { $ref: "#/$defs/t" } }) }],
  ],
  [22, "SS", field(text, { anyOf: [text] })],
  [22, "SS", field({ oneOf: [fields({ a: text })] }, fields({ a: text }))],
  [23, "SS", field(text, { ...text, readOnly: true })],
  [24, "SB", field(integer, { type: "number" })],
  [25, "BS", field({ type: "number" }, integer)],
  [26, "BB", field(text, integer)],
  [27, "BB", field(integer, text)],
  [28, "BB", field({ type: "boolean" }, { type: "string", enum: ["verified", "open"] })],
  [29, "SB", field(text, { type: ["string", "integer"] })],
  [30, "BS", field({ type: ["string", "integer"] }, text)],
  [31, "BB", field(integer, list(integer))],
  [32, "BB", field(list(integer), integer)],
  [33, "SB", field(text, nullable(text))],
  [33, "SB", field(text, { type: ["string", "null"] })],
  [34, "BS", field(nullable(text), text)],
  [35, "SB", field(text, {})],
  [35, "SB", field(text, true)],
  [36, "BS", field({}, text)],
  [37, "BB", field(integer, { type: "string", pattern: "^-?(0|[1-9][0-9]*)$" })],
  [
    38,
    "BB",
    field({ ...text, contentEncoding: "base64" }, { ...text, contentEncoding: "base64url" }),
  ],
  [39, "BB", field({ ...integer, unit: "ms" }, { ...integer, unit: "s" })],
  [40, "BB", field({ ...integer, ref: "faq" }, { ...integer, ref: "tickets" })],
  [41, "BB", field(integer, { type: "string", format: "uuid" })],
  [42, "BS", field(text, { type: "string", enum: ["a", "b"] })],
  [43, "SB", field({ type: "string", enum: ["a", "b"] }, text)],
  [44, "SB", field({ type: "string", enum: ["a"] }, { type: "string", enum: ["a", "b"] })],
  [
    45,
    "SS",
    field({ ...text, "x-extensible-enum": ["a"] }, { ...text, "x-extensible-enum": ["a", "b"] }),
  ],
  [46, "BS", field({ type: "string", enum: ["a", "b"] }, { type: "string", enum: ["a"] })],
  [47, "BB", field({ type: "string", enum: ["a", "b"] }, { type: "string", enum: ["a", "c"] })],
  [48, "SB", field({ type: "string", enum: ["a"] }, { ...text, "x-extensible-enum": ["a"] })],
  [49, "BS", field({ ...text, "x-extensible-enum": ["a"] }, { type: "string", enum: ["a"] })],
  [50, "WS", [fields({ a: integer }, []), fields({ a: { ...integer, default: 0 } }, [])]],
  [
    51,
    "BW",
    [fields({ a: { ...integer, default: 1 } }, []), fields({ a: { ...integer, default: 2 } }, [])],
  ],
  [52, "BB", [fields({ a: { ...integer, default: 1 } }, []), fields({ a: integer }, [])]],
  [53, "BS", field(text, { const: "a" })],
  [54, "BB", field({ const: "a" }, { const: "b" })],
  [55, "SB", field({ const: "a" }, text)],
  [56, "BS", field(text, { ...text, maxLength: 300 })],
  [57, "BS", field({ ...text, maxLength: 300 }, { ...text, maxLength: 200 })],
  [58, "SW", field({ ...text, maxLength: 200 }, { ...text, maxLength: 300 })],
  [59, "SW", field({ ...text, maxLength: 300 }, text)],
  [60, "BS", field(text, { ...text, minLength: 1 })],
  [61, "SW", field({ ...text, minLength: 2 }, { ...text, minLength: 1 })],
  [62, "BS", field(integer, { ...integer, minimum: 0 })],
  [63, "SW", field({ ...integer, minimum: 1 }, { ...integer, minimum: 0 })],
  [64, "BS", field({ ...integer, maximum: 9 }, { ...integer, maximum: 8 })],
  [65, "SW", field({ ...integer, maximum: 9 }, integer)],
  [66, "BS", field({ type: "number", minimum: 0 }, { type: "number", exclusiveMinimum: 0 })],
  [66, "BS", field({ type: "number", maximum: 1 }, { type: "number", exclusiveMaximum: 1 })],
  [67, "SW", field({ type: "number", exclusiveMinimum: 0 }, { type: "number", minimum: 0 })],
  [68, "BS", field({ ...integer, multipleOf: 5 }, { ...integer, multipleOf: 10 })],
  [69, "SW", field({ ...integer, multipleOf: 10 }, { ...integer, multipleOf: 5 })],
  [70, "BS", field(text, { ...text, pattern: "^[a-z]+$" })],
  [71, "SW", field({ ...text, pattern: "^[a-z]+$" }, text)],
  [72, "BW", field({ ...text, pattern: "^[a-z]+$" }, { ...text, pattern: "^[0-9]+$" })],
  [73, "SW", field({ ...text, pattern: "^[a-z]+$" }, { ...text, pattern: ".*" })],
  [74, "BS", field(text, { ...text, format: "email" })],
  [75, "SW", field({ ...text, format: "email" }, text)],
  [76, "BB", field({ ...text, format: "date" }, { ...text, format: "date-time" })],
  [77, "BS", field(list(integer), { ...list(integer), minItems: 1 })],
  [78, "SW", field({ ...list(integer), minItems: 1 }, list(integer))],
  [79, "BS", field(list(integer), { ...list(integer), maxItems: 9 })],
  [80, "SW", field({ ...list(integer), maxItems: 9 }, list(integer))],
  [81, "BS", field(list(integer), { ...list(integer), uniqueItems: true })],
  [82, "SW", field({ ...list(integer), uniqueItems: true }, list(integer))],
  [
    83,
    "BS",
    [
      fields({ a: text, b: text }, []),
      { ...fields({ a: text, b: text }, []), dependentRequired: { a: ["b"] } },
    ],
  ],
  [
    84,
    "SW",
    [
      { ...fields({ a: text, b: text }, []), dependentRequired: { a: ["b"] } },
      fields({ a: text, b: text }, []),
    ],
  ],
  [85, "SB", field(list(integer), list({ type: "number" }))],
  [86, "BS", field(list({ type: "number" }), list(integer))],
  [
    87,
    "SB",
    field(
      { type: "array", prefixItems: [integer], items: false },
      { type: "array", prefixItems: [integer, text], items: false },
    ),
  ],
  [
    88,
    "BS",
    field(
      { type: "array", prefixItems: [integer, text], items: false },
      { type: "array", prefixItems: [integer], items: false },
    ),
  ],
  [89, "BS", [fields({ a: text }), { ...fields({ a: text }), additionalProperties: false }]],
  [
    89,
    "BS",
    [
      { ...fields({ a: text }), additionalProperties: true },
      { ...fields({ a: text }), additionalProperties: false },
    ],
  ],
  [90, "SW", [{ ...fields({ a: text }), additionalProperties: false }, fields({ a: text })]],
  [
    90,
    "SW",
    [
      { ...fields({ a: text }), additionalProperties: false },
      { ...fields({ a: text }), additionalProperties: true },
    ],
  ],
  [91, "SB", field(map(integer), map({ type: "number" }))],
  [92, "BS", field(map({ type: "number" }), map(integer))],
  [93, "BS", field(map(integer), { ...map(integer), propertyNames: { pattern: "^[a-z]+$" } })],
  [94, "BS", field(map(integer), { ...map(integer), minProperties: 1 })],
  [95, "BS", field(map(integer), { ...map(integer), maxProperties: 9 })],
  [
    96,
    "SB",
    field(
      { oneOf: [branch("kind", "a"), branch("kind", "b")] },
      { oneOf: [branch("kind", "a"), branch("kind", "b"), branch("kind", "c")] },
    ),
  ],
  [
    97,
    "BS",
    field({ oneOf: [branch("kind", "a"), branch("kind", "b")] }, { oneOf: [branch("kind", "a")] }),
  ],
  [
    98,
    "BB",
    field(
      { oneOf: [branch("kind", "a"), branch("kind", "b")] },
      { oneOf: [branch("type", "a"), branch("type", "b")] },
    ),
  ],
  [
    99,
    "BS",
    field({ allOf: [fields({ a: text })] }, { allOf: [fields({ a: text }), fields({ b: text })] }),
  ],
  [
    100,
    "SB",
    field({ allOf: [fields({ a: text }), fields({ b: text })] }, { allOf: [fields({ a: text })] }),
  ],
  [101, "BS", [node([]), node(["id"])]],
];

export const messageRows: readonly MessageRow[] = rows.map(([row, verdicts, [old, fresh]]) => ({
  row,
  old,
  fresh,
  request: verdicts[0] as "B",
  reply: verdicts[1] as "B",
}));
