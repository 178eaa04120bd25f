import { contract, integer, list, object, post, get, text } from "marcot/contract";

export const v1 = contract("stock/v1", {
  put: post("/put/", {
    input: { article: text({ min: 1, max: 40 }), pieces: integer({ min: 1, max: 1000 }) },
    output: { pieces: integer() },
  }),
  take: post("/take/", {
    input: { article: text({ min: 1, max: 40 }), pieces: integer({ min: 1, max: 1000 }) },
    output: { left: integer() },
    errors: { OutOfStock: 409 },
  }),
  report: get("/report/", {
    output: { articles: list(object({ article: text(), left: integer(), ordered: integer() })) },
  }),
});
