import { contract, event, get, integer, list, object, post, text } from "marcot/contract";

const entry = { id: integer(), token: text(), amount: integer(), changes: integer() };

export const v1 = contract("stock/v1", {
  create: post("/create/", {
    input: { token: text({ min: 1, max: 60 }), amount: integer() },
    output: entry,
    status: 201,
  }),
  change: post("/entries/:token/change/", {
    input: { token: text({ min: 1, max: 60 }), amount: integer() },
    output: entry,
    errors: { NoSuchEntry: 404 },
  }),
  entry: get("/entries/:token/", {
    input: { token: text({ min: 1, max: 60 }) },
    output: entry,
    errors: { NoSuchEntry: 404 },
  }),
  newest: get("/newest/", { output: { entries: list(object(entry)) } }),
  count: get("/count/", { output: { count: integer() } }),
  created: event({ token: text(), amount: integer() }),
});
