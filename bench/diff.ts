/**
 * Two OpenAPI documents of 1 MB each. `groups`: schemas refer to others of their group of ten, every fiftieth
 * changed and every twentieth operation, as from one release to the next. `everything`: they refer to one
 * another without end and every tenth changed, so that each operation breaks. Measured is the CPU time from
 * two texts to findings, as `marcot contract diff` needs it.
 *
 *     npm run bench:diff
 */
import { diff } from "../src/compare/diff.ts";
import { isBreak } from "../src/compare/finding.ts";

const SIZE = 1_000_000;
const ROUNDS = 5;

type Raw = Record<string, unknown>;

/** How far references lead: within a group, or anywhere. */
type Spread = "groups" | "everything";

function schemaOf(index: number, isNew: boolean, spread: Spread): Raw {
  const first = spread === "groups" ? index - (index % 10) : 0;
  const near = (share: number) => first + Math.floor((index - first) / share);
  const isChanged = isNew && index % (spread === "groups" ? 50 : 10) === 0;
  const ref = (to: number) => ({ $ref: `#/components/schemas/Model${to}` });
  const properties: Raw = {
    id: { type: "integer", format: "int64", description: "The number by which the row is known." },
    name: { type: "string", maxLength: isChanged ? 120 : 100, description: "What people call it." },
    state: { type: "string", enum: isChanged ? ["open", "closed", "waiting"] : ["open", "closed"] },
    created: { type: "string", format: "date-time", readOnly: true },
    owner: { anyOf: [ref(near(2)), { type: "null" }] },
    tags: { type: "array", items: { type: "string", pattern: "^[a-z][a-z0-9-]*$" }, maxItems: 20 },
    parts: { type: "array", items: ref(near(3)) },
    labels: { type: "object", additionalProperties: { type: "string" } },
    price: { type: "number", minimum: 0, multipleOf: 0.5 },
  };
  const required = ["id", "name", "state"];
  if (isChanged) properties["note"] = { type: "string" };
  if (index % 7 === 0) {
    const branches = [ref(Math.max(first, index - 1)), ref(Math.max(first, index - 2))];
    properties["source"] = { oneOf: branches, discriminator: { propertyName: "state" } };
  }
  return {
    type: "object",
    description: `Model number ${index}, as the service keeps it.`,
    properties,
    required,
  };
}

function documentOf(count: number, isNew: boolean, spread: Spread): Raw {
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
    schemas[`Model${index}`] = schemaOf(index, isNew, spread);
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

function measure(spread: Spread): void {
  const perModel = JSON.stringify(documentOf(100, false, spread)).length / 100;
  const count = Math.ceil(SIZE / perModel);
  const old = JSON.stringify(documentOf(count, false, spread));
  const fresh = JSON.stringify(documentOf(count, true, spread));
  const times: number[] = [];
  let told = "";
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.cpuUsage(); // other work on the machine does not count
    const findings = diff(JSON.parse(old), JSON.parse(fresh));
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
    told = `${findings.length} findings (${findings.filter(isBreak).length} breaking)`;
  }
  const [first = NaN] = times;
  const median = times.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
  console.log(
    `${spread}: ${(old.length / 1e6).toFixed(2)} MB, ${count * 2} operations, ${told}: first ${first.toFixed(0)} ms, median ${median.toFixed(0)} ms`,
  );
  console.log(JSON.stringify({ bench: "diff", spread, firstMs: first, medianMs: median }));
}

measure("groups");
measure("everything");
