/** The table of changes, rows about endpoints, transport, events and versions. */
import type { CompareOptions } from "../../src/compare/comparison.ts";
import { compareLocks } from "../../src/compare/contracts.ts";
import { diff } from "../../src/compare/diff.ts";
import type { Finding, Verdict } from "../../src/compare/finding.ts";
import type { Lock, LockEndpoint, LockVersion, Transport } from "../../src/compare/lock.ts";

export interface ContractRow {
  readonly row: number;
  readonly name: string;
  readonly expected: Verdict;
  readonly run: () => Finding[];
}

const entry = {
  type: "object",
  properties: { id: { type: "integer" }, question: { type: "string" } },
  required: ["id", "question"],
};
const create: LockEndpoint = {
  method: "POST",
  path: "/create/",
  input: { type: "object", properties: { question: { type: "string" } }, required: ["question"] },
  output: entry,
  status: 200,
  errors: { NoSuchEntry: 404 },
  idempotent: true,
};
const show: LockEndpoint = {
  ...create,
  method: "GET",
  path: "/entries/:id/",
  input: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
};

function lock(version: Partial<LockVersion> | undefined): Lock {
  const whole = { state: "stable", endpoints: {}, ...version } as const;
  return { app: "faq", versions: version === undefined ? {} : { v1: whole } };
}

const rows: ContractRow[] = [];

function version(
  row: number,
  name: string,
  expected: Verdict,
  [old, fresh]: [Partial<LockVersion>, Partial<LockVersion> | undefined],
  options: CompareOptions = {},
): void {
  rows.push({ row, name, expected, run: () => compareLocks(lock(old), lock(fresh), options) });
}

function endpoint(
  row: number,
  name: string,
  expected: Verdict,
  fresh: Partial<LockEndpoint>,
  old: Partial<LockEndpoint> = {},
): void {
  const [before, after] = [
    { ...create, ...old },
    { ...create, ...old, ...fresh },
  ];
  version(row, name, expected, [
    { endpoints: { create: before } },
    { endpoints: { create: after } },
  ]);
}

function transport(
  row: number,
  name: string,
  expected: Verdict,
  old: Transport,
  fresh: Transport,
): void {
  endpoint(row, name, expected, { transport: fresh }, { transport: old });
}

// 17 and 18 need a date and the ledger's counts.
const deprecated = { type: "string", deprecated: true, "x-sunset": "2026-01-01" };
const withNote = {
  ...entry,
  properties: { ...entry.properties, note: deprecated },
  required: ["id", "question", "note"],
};
const today = "2026-06-01";
const note: [Partial<LockVersion>, Partial<LockVersion>] = [
  { endpoints: { create: { ...create, input: withNote, output: withNote } } },
  { endpoints: { create: { ...create, input: entry, output: entry } } },
];
version(17, "a deprecated field, unused after its sunset,", "safe", note, {
  facts: { today, calls: () => 0 },
});
version(18, "a deprecated field that is still sent", "breaking", note, {
  facts: { today, calls: () => 3 },
});
version(18, "a deprecated field of which the use is not known", "breaking", note, {
  facts: { today },
});
version(18, "a deprecated field before its sunset", "breaking", note, {
  facts: { today: "2025-06-01", calls: () => 0 },
});

const openapi = (properties: object) => ({
  openapi: "3.0.3",
  info: { title: "faq", version: "1" },
  paths: {
    "/create": {
      post: {
        operationId: "create",
        requestBody: {
          content: { "application/json": { schema: { type: "object", properties } } },
        },
        responses: {
          200: {
            description: "",
            content: { "application/json": { schema: { type: "object", properties } } },
          },
        },
      },
    },
  },
});
rows.push({
  row: 4,
  name: "a field of an OpenAPI document that becomes readOnly, for requests,",
  expected: "breaking",
  run: () =>
    diff(openapi({ a: { type: "string" } }), openapi({ a: { type: "string", readOnly: true } })),
});

version(102, "an endpoint added", "safe", [
  { endpoints: { create } },
  { endpoints: { create, show } },
]);
version(103, "an endpoint removed", "breaking", [
  { endpoints: { create, show } },
  { endpoints: { create } },
]);
version(104, "an endpoint renamed", "breaking", [
  { endpoints: { create } },
  { endpoints: { add: create } },
]);
endpoint(105, "another path", "breaking", { path: "/entries/" });
endpoint(106, "another method", "breaking", { method: "PUT" });
endpoint(107, "a path parameter added", "breaking", { path: "/create/:question/" });
version(108, "a path parameter renamed", "breaking", [
  { endpoints: { show } },
  { endpoints: { show: { ...show, path: "/entries/:entry/" } } },
]);
endpoint(109, "a field that moves from the body to the query", "breaking", {
  transport: { places: { question: "query" } },
});
transport(
  110,
  "another way to write a list",
  "breaking",
  {},
  { styles: { question: "form, explode" } },
);
transport(111, "a body that became required", "breaking", {}, { isBodyRequired: true });
transport(112, "a body that became optional", "safe", { isBodyRequired: true }, {});
const form = "application/x-www-form-urlencoded";
transport(
  113,
  "a form that is no longer accepted",
  "breaking",
  { accepts: ["application/json", form] },
  { accepts: ["application/json"] },
);
transport(
  114,
  "a media type added",
  "safe",
  { accepts: ["application/json"], returns: ["application/json"] },
  { accepts: ["application/json", form], returns: ["application/json", form] },
);
transport(
  115,
  "a media type of the reply removed",
  "breaking",
  { returns: ["application/json", form] },
  { returns: ["application/json"] },
);
transport(
  115,
  "another first media type of the reply",
  "breaking",
  { returns: ["application/json", form] },
  { returns: [form, "application/json"] },
);
endpoint(116, "another status of a success", "breaking", { status: 201 });
transport(117, "a second status of a success", "warning", {}, { otherStatuses: [202] });
endpoint(118, "200 with a body that became 204", "breaking", { status: 204, output: true });
endpoint(119, "a declared error added", "warning", { errors: { NoSuchEntry: 404, Closed: 409 } });
endpoint(120, "a declared error removed", "safe", { errors: {} });
endpoint(121, "a declared error renamed", "breaking", { errors: { Missing: 404 } });
endpoint(121, "a declared error with another status", "breaking", { errors: { NoSuchEntry: 410 } });
rows.push({
  row: 5,
  name: "a field of an error's data that is gone",
  expected: "breaking",
  run: () => errorData({ ...entry, properties: { id: { type: "integer" } }, required: ["id"] }),
});
function errorData(data: object): Finding[] {
  const of = (schema: object) =>
    lock({
      endpoints: {
        create: {
          ...create,
          transport: { errorData: { NoSuchEntry: schema as { type: string } } },
        },
      },
    });
  return compareLocks(of(entry), of(data)).map((one) =>
    one.where.includes(" error ") ? one : one,
  );
}
rows.push({
  row: 122,
  name: "the data of an error, judged as a reply,",
  expected: "safe",
  run: () =>
    errorData({ ...entry, properties: { ...entry.properties, more: { type: "string" } } }).map(
      (one) =>
        one.side === "reply" && one.where === "faq/v1 create error NoSuchEntry"
          ? { ...one, rule: 122 }
          : one,
    ),
});
const etag = (required: boolean) => ({
  headers: { etag: { required, schema: { type: "string" } } },
});
transport(123, "a required header removed", "breaking", etag(true), {});
transport(123, "an optional header removed", "warning", etag(false), {});
transport(
  124,
  "a scope newly required",
  "breaking",
  { security: ["token"] },
  { security: ["token", "token:write"] },
);
transport(
  125,
  "a scope dropped",
  "safe",
  { security: ["token", "token:write"] },
  { security: ["token"] },
);
endpoint(126, "an endpoint that may no longer be repeated", "breaking", { idempotent: false });
transport(127, "a single answer that became a stream", "breaking", {}, { isStream: true });
transport(128, "a smaller page", "breaking", { pageSize: 100 }, { pageSize: 50 });
transport(128, "pages where there were none", "breaking", {}, { pageSize: 100 });
endpoint(129, "another deadline", "warning", { deadlineMs: 500 }, { deadlineMs: 2000 });
transport(129, "another order", "warning", { order: "newest first" }, { order: "oldest first" });
version(130, "an event added", "safe", [{}, { events: { published: entry } }]);
version(130, "an event removed", "breaking", [{ events: { published: entry } }, {}]);
version(130, "an event renamed", "breaking", [
  { events: { published: entry } },
  { events: { shown: entry } },
]);

const ending = { endpoints: { create }, sunset: "2026-05-01" };
version(131, "a version removed before its sunset", "breaking", [ending, undefined], {
  facts: { today: "2026-04-01", calls: () => 0 },
});
version(131, "a version removed while it is called", "breaking", [ending, undefined], {
  facts: { today, calls: () => 1 },
});
version(
  131,
  "a version removed after its sunset, silent for 30 days,",
  "safe",
  [ending, undefined],
  { facts: { today, calls: () => 0 } },
);
version(
  131,
  "a version that is gone before its sunset",
  "breaking",
  [ending, { ...ending, state: "gone" }],
  { facts: { today: "2026-04-01" } },
);
version(132, "an earlier sunset", "breaking", [ending, { ...ending, sunset: "2026-04-01" }]);
version(132, "a sunset deleted", "breaking", [ending, { endpoints: { create } }]);
version(132, "a later sunset", "safe", [ending, { ...ending, sunset: "2027-01-01" }]);

export const contractRows: readonly ContractRow[] = rows;
