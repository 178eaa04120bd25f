/**
 * Two OpenAPI documents of 1 MB each, the second with a change in every tenth schema and every twentieth
 * operation: the CPU time from two texts to findings, as `marcot contract diff` needs it. The documents are
 * made here, so that the number means the same everywhere.
 *
 *     npm run bench:diff
 */
import { diff } from "../src/compare/diff.ts";
import { isBreak } from "../src/compare/finding.ts";

const SIZE = 1_000_000;
const ROUNDS = 5;

type Raw = Record<string, unknown>;

function schemaOf(index: number, isNew: boolean): Raw {
  const isChanged = isNew && index % 10 === 0;
  const ref = (to: number) => ({ $ref: `#/components/schemas/Model${to}` });
  const properties: Raw = {
    id: { type: "integer", format: "int64", description: "The number by which the row is known." },
    name: { type: "string", maxLength: isChanged ? 120 : 100, description: "What people call it." },
    state: { type: "string", enum: isChanged ? ["open", "closed", "waiting"] : ["open", "closed"] },
    created: { type: "string", format: "date-time", readOnly: true },
    owner: { anyOf: [ref(Math.floor(index / 2)), { type: "null" }] },
    tags: { type: "array", items: { type: "string", pattern: "^[a-z][a-z0-9-]*$" }, maxItems: 20 },
    parts: { type: "array", items: ref(Math.floor(index / 3)) },
    labels: { type: "object", additionalProperties: { type: "string" } },
    price: { type: "number", minimum: 0, multipleOf: 0.5 },
  };
  const required = ["id", "name", "state"];
  if (isChanged) properties["note"] = { type: "string" };
  if (index % 7 === 0) {
    const branches = [ref(Math.max(0, index - 1)), ref(Math.max(0, index - 2))];
    properties["source"] = { oneOf: branches, discriminator: { propertyName: "state" } };
  }
  return {
    type: "object",
    description: `Model number ${index}, as the service keeps it.`,
    properties,
    required,
  };
}

function documentOf(count: number, isNew: boolean): Raw {
  const schemas: Raw = {};
  const paths: Raw = {};
  for (let index = 0; index < count; index += 1) {
    const isChanged = isNew && index % 20 === 0;
    const schema = { $ref: `#/components/schemas/Model${index}` };
    const content = { "application/json": { schema } };
    const id = { name: "id", in: "path", required: true, schema: { type: "integer" } };
    const limit = {
      name: "limit",
      in: "query",
      schema: { type: "integer", maximum: isChanged ? 50 : 100 },
    };
    schemas[`Model${index}`] = schemaOf(index, isNew);
    paths[`/models${index}/{id}`] = {
      get: {
        operationId: `show${index}`,
        parameters: [id, limit],
        responses: { 200: { description: "It.", content } },
      },
      put: {
        operationId: `replace${index}`,
        parameters: [id],
        requestBody: { required: true, content },
        responses: { 200: { description: "It.", content }, 404: { description: "None." } },
      },
    };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Bench", version: "1.0.0" },
    paths,
    components: { schemas },
  };
}

const perModel = JSON.stringify(documentOf(100, false)).length / 100;
const count = Math.ceil(SIZE / perModel);
const [old, fresh] = [documentOf(count, false), documentOf(count, true)].map((one) =>
  JSON.stringify(one),
);

const times: number[] = [];
let findings = diff({ openapi: "3.1.0", paths: {} }, { openapi: "3.1.0", paths: {} });
for (let round = 0; round < ROUNDS; round += 1) {
  const start = process.cpuUsage(); // other work on the machine does not count
  findings = diff(JSON.parse(old ?? ""), JSON.parse(fresh ?? ""));
  const { user, system } = process.cpuUsage(start);
  times.push((user + system) / 1000);
}
const [first = NaN] = times;
const sorted = times.toSorted((a, b) => a - b);
const breaking = findings.filter(isBreak).length;
console.log(
  `two documents of ${((old?.length ?? 0) / 1e6).toFixed(2)} MB, ${count * 2} operations, ${findings.length} findings (${breaking} breaking): first ${first.toFixed(0)} ms, median ${sorted[ROUNDS >> 1]?.toFixed(0)} ms`,
);
console.log(
  JSON.stringify({
    bench: "diff",
    firstMs: first,
    medianMs: sorted[ROUNDS >> 1],
    findings: findings.length,
  }),
);
