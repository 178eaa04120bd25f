import { contract, event, extend, get, integer, list, object, post, text } from "marcot/contract";

/** The id of a row, here or in another app: what PostgreSQL's `integer` holds. */
const ref = integer({ min: 0, max: 2_147_483_647 });

const entry = {
  id: integer(),
  question: text(),
  source: integer(),
};

export const v1 = contract("faq/v1", {
  create: post("/create/", {
    input: { question: text({ min: 1, max: 300 }), source: ref },
    output: entry,
    status: 201,
  }),
  entry: get("/entries/:id/", {
    input: { id: ref },
    output: entry,
    errors: { NoSuchEntry: 404 },
  }),
  entries: get("/entries/", {
    input: {
      search: text({ max: 100, default: "" }),
      limit: integer({ min: 1, max: 100, default: 20 }),
    },
    output: { entries: list(object(entry)) },
  }),
  /** Of one source in their order: who keeps the last one keeps the newest. */
  published: event(entry, { key: "source" }),
});

/** `related` came with v2; a caller of v1 is served by the same views. */
export const v2 = extend(v1, "faq/v2", {
  create: {
    input: {
      answer: text({ max: 4000, default: "" }),
      related: list(ref, { max: 20, default: [] }),
    },
    output: { answer: text(), related: list(integer()) },
  },
  entry: { output: { answer: text(), related: list(integer()) } },
  /** Those of the ids that are there, in no order: for other apps, which keep ids. */
  many: get("/many/", {
    input: { ids: list(ref, { min: 1, max: 200 }) },
    output: { entries: list(object({ id: integer(), question: text() })) },
  }),
  update: post("/entries/:id/", {
    input: {
      id: ref,
      question: text({ min: 1, max: 300 }),
      answer: text({ max: 4000, default: "" }),
      related: list(ref, { max: 20, default: [] }),
    },
    output: { ...entry, answer: text(), related: list(integer()) },
    errors: { NoSuchEntry: 404 },
  }),
  published: { fields: { answer: text(), related: list(integer()) } },
});
