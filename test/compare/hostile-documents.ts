/** Pairs of documents that were made to hang a comparison or to take all memory. Each is told by what it does. */

export interface Hostile {
  readonly name: string;
  readonly old: unknown;
  readonly fresh: unknown;
  /** Default: two JSON Schemas, compared as an event. */
  readonly isOpenApi?: boolean;
}

type Raw = Record<string, unknown>;

const repeat = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

const pair = (name: string, make: (isNew: boolean) => unknown): Hostile => ({
  name,
  old: make(false),
  fresh: make(true),
});

/** What differs at the end of everything, so that no early answer is possible. */
const end = (isNew: boolean): Raw => ({ type: "string", maxLength: isNew ? 5 : 6 });

function nested(depth: number, wrap: (inner: unknown) => unknown, inner: unknown): unknown {
  let schema = inner;
  for (let level = 0; level < depth; level += 1) schema = wrap(schema);
  return schema;
}

/** `n0` refers twice to `n1`, that twice to `n2`: 2 ** depth ways to the end. */
function doubling(depth: number, wrap: (next: Raw) => Raw, isNew: boolean): Raw {
  const steps = repeat(depth, (index) => [`n${index}`, wrap({ $ref: `#/$defs/n${index + 1}` })]);
  return {
    $ref: "#/$defs/n0",
    $defs: { ...(Object.fromEntries(steps) as Raw), [`n${depth}`]: end(isNew) },
  };
}

/** The pair of the fuzz test that did not end: seed 2, pair 2995. */
function growing(isNew: boolean): unknown {
  const list = {
    type: "array",
    items: {
      type: "array",
      prefixItems: [
        { $ref: "#" },
        {
          type: "object",
          properties: { a: { type: "integer" } },
          required: [],
          dependentRequired: { kind: ["c"] },
        },
      ],
      minItems: 0,
      maxItems: 3,
    },
  };
  const text = { type: "string" };
  const conditional = {
    if: {
      type: "object",
      properties: { a: true, kind: { type: "integer" } },
      required: ["a"],
      patternProperties: { b$: true },
    },
    then: { type: "array", items: text, contains: text },
    else: {
      type: "object",
      properties: { a: true, b: text, c: text, kind: isNew ? { type: "integer" } : {} },
    },
  };
  return { anyOf: [list, conditional, { type: "array", minItems: 3 }] };
}

const numbers = (isNew: boolean) => repeat(300_000, (index) => index * 2 + Number(isNew));
const texts = (isNew: boolean) => repeat(200_000, (index) => `value-${index}-${isNew}`);
const lists = (isNew: boolean) => repeat(3000, (index) => [index, isNew]);
const pattern = (one: string, other: string) => (isNew: boolean) => ({
  type: "object",
  properties: {
    a: { type: "string", minLength: 40, ...(isNew ? { pattern: other } : { pattern: one }) },
  },
  required: ["a"],
});
const fields = (count: number, make: (index: number) => unknown) =>
  Object.fromEntries(repeat(count, (index) => [`field${index}`, make(index)]));

export const HOSTILE: readonly Hostile[] = [
  pair("examples that contain one another at every level", growing),
  pair("100,000 levels of not", (isNew) => nested(100_000, (not) => ({ not }), end(isNew))),
  pair("100,000 levels of fields", (isNew) =>
    nested(100_000, (a) => ({ type: "object", properties: { a } }), end(isNew)),
  ),
  pair("100,000 levels of lists in an enum", (isNew) => ({
    enum: [nested(100_000, (inner) => [inner], isNew)],
  })),
  pair("100,000 levels of lists where a schema is wanted", (isNew) => ({
    properties: { a: nested(100_000, (inner) => [inner], isNew) },
  })),
  pair("a chain of 20,000 references through fields", (isNew) => {
    const link = (index: number) => ({ properties: { a: { $ref: `#/$defs/n${index + 1}` } } });
    const links = repeat(20_000, (index) => [`n${index}`, link(index)]);
    return {
      $ref: "#/$defs/n0",
      $defs: { ...(Object.fromEntries(links) as Raw), n20000: end(isNew) },
    };
  }),
  pair("300,000 other numbers in an enum", (isNew) => ({ enum: numbers(isNew) })),
  pair("200,000 other texts in an enum", (isNew) => ({ type: "string", enum: texts(isNew) })),
  pair("3,000 other lists in an enum", (isNew) => ({ enum: lists(isNew) })),
  pair("2 ** 60 parts of allOf", (isNew) =>
    doubling(60, (next) => ({ allOf: [next, { allOf: [next] }] }), isNew),
  ),
  pair("2 ** 60 branches of anyOf", (isNew) =>
    doubling(60, (next) => ({ anyOf: [next, { allOf: [next, { minLength: 1 }] }] }), isNew),
  ),
  pair("2 ** 60 branches of oneOf", (isNew) =>
    doubling(60, (next) => ({ oneOf: [next, { not: next }] }), isNew),
  ),
  pair("2 ** 60 conditions", (isNew) =>
    doubling(60, (next) => ({ if: next, then: next, else: next }), isNew),
  ),
  pair("2 ** 60 fields", (isNew) =>
    doubling(
      60,
      (next) => ({ type: "object", properties: { a: next, b: next }, required: ["a", "b"] }),
      isNew,
    ),
  ),
  pair("a product of 40 unions", (isNew) => ({
    allOf: repeat(40, (index) => ({
      anyOf: [{ required: [`a${index}`] }, { required: [`b${index}`] }, end(isNew)],
    })),
  })),
  pair("a union of 20,000 branches", (isNew) => ({
    anyOf: repeat(20_000, (index) => ({ type: "string", maxLength: index + Number(isNew) })),
  })),
  pair("oneOf of 20,000 branches", (isNew) => ({
    oneOf: repeat(20_000, (index) => ({ const: `v${index}${isNew}` })),
  })),
  pair("unions of 200 objects that all overlap", (isNew) => ({
    anyOf: repeat(200, (index) => ({
      type: "object",
      properties: { [`a${index}`]: { $ref: "#" }, b: end(isNew) },
    })),
  })),
  pair("allOf of 100,000 parts", (isNew) => ({
    allOf: repeat(100_000, (index) => ({ minLength: index + Number(isNew) })),
  })),
  pair("references in a circle", (isNew) => ({
    $ref: "#/$defs/a",
    $defs: {
      a: { $ref: "#/$defs/b" },
      b: { allOf: [{ $ref: "#/$defs/a" }, end(isNew)] },
    },
  })),
  pair("types that refer to one another without end", (isNew) => ({
    $ref: "#/$defs/n0",
    $defs: Object.fromEntries(
      repeat(40, (index) => [
        `n${index}`,
        {
          type: "object",
          properties: fields(40, (other) => ({
            anyOf: [{ $ref: `#/$defs/n${other}` }, { type: "array", items: { $ref: "#" } }],
          })),
          required: index === 39 && isNew ? ["field1"] : ["field0", "field1"],
        },
      ]),
    ) as Raw,
  })),
  pair("a pattern that backtracks for years", pattern("^a+$", "^(a+)+b$")),
  pair("one that does so where the sender writes", pattern("^(([a-z])+.)+[A-Z]([a-z])+$", "b")),
  pair("one that is not read", pattern("^.*$", "^(?!x)(a+)+\\1b$")),
  pair("a pattern of 30 choices in a row", pattern("^a*$", `^${"(a|aa)".repeat(30)}b$`)),
  pair("a pattern repeated a billion times", pattern("(){1000000000}", "((a{900}){900}){900}")),
  pair("patterns with many states each", pattern("^(a|b)*a(a|b){40}$", "^(a|b)*b(a|b){41}$")),
  pair("a pattern of a million brackets", pattern("(".repeat(1e6), "[".repeat(1e6))),
  pair("300 names against 300 patterns", (isNew) => ({
    properties: fields(300, () => end(isNew)),
    patternProperties: Object.fromEntries(
      repeat(300, (index) => [`^f(.+)+${index}(.+)+$`, end(!isNew)]),
    ) as Raw,
  })),
  pair("5,000 texts of five million characters", (isNew) => ({
    type: "object",
    properties: fields(5000, () => ({ type: "string", minLength: isNew ? 4_999_999 : 4_999_998 })),
  })),
  pair("lists of a thousand lists of a thousand lists", (isNew) =>
    nested(6, (items) => ({ type: "array", minItems: 1000, uniqueItems: true, items }), end(isNew)),
  ),
  pair("20,000 fields that are new and required", (isNew) => {
    const properties = fields(20_000, () => end(isNew));
    return { type: "object", properties, required: isNew ? Object.keys(properties) : [] };
  }),
  pair("20,000 fields that are all called otherwise", (isNew) => ({
    type: "object",
    properties: Object.fromEntries(
      repeat(20_000, (index) => [`field${index}${isNew}`, { properties: { index: end(isNew) } }]),
    ) as Raw,
  })),
  pair("5,000 references to anchors that are not there", (isNew) => ({
    properties: fields(5000, (index) => ({ $ref: `#anchor${index}${isNew}` })),
  })),
  pair("pointers that cannot be decoded", (isNew) => ({ $ref: isNew ? "#/%" : "#/%zz" })),
  { ...pair("an OpenAPI document of 5 MB in which all differs", openApi), isOpenApi: true },
];

/** All endpoints are renamed, all schemas refer to one another, and each is changed. */
function openApi(isNew: boolean): Raw {
  const ref = (to: number) => ({ $ref: `#/components/schemas/Model${to}` });
  const models = repeat(6000, (index) => [
    `Model${index}`,
    {
      type: "object",
      description: "A model that refers to others, which refer to others.".repeat(5),
      properties: {
        id: { type: "integer", minimum: Number(isNew) },
        left: ref((index * 7 + 1) % 6000),
        right: { anyOf: [ref((index * 3 + 2) % 6000), ref((index + 1) % 6000), { type: "null" }] },
        name: end(isNew),
      },
      required: isNew ? ["id", "name"] : ["id"],
    },
  ]);
  const paths = repeat(6000, (index) => {
    const content = { "application/json": { schema: ref(index) } };
    const post = {
      operationId: `create${index}${index % 2 === 0 ? isNew : ""}`,
      requestBody: { required: true, content },
      responses: { 200: { description: "It.", content } },
    };
    return [`/models${index}${index % 4 === 0 ? isNew : ""}`, { post }];
  });
  return {
    openapi: "3.1.0",
    info: { title: "Hostile", version: "1.0.0" },
    paths: Object.fromEntries(paths) as Raw,
    components: { schemas: Object.fromEntries(models) as Raw },
  };
}
