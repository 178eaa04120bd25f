import { contract, get, integer, list, object, post, text } from "marcot/contract";

const order = { id: integer(), article: text(), pieces: integer() };

export const v1 = contract("orders/v1", {
  place: post("/place/", {
    input: { article: text({ min: 1, max: 40 }), pieces: integer({ min: 1, max: 1000 }) },
    output: order,
    status: 201,
    errors: { NotInStock: 409 },
  }),
  orders: get("/orders/", { output: { orders: list(object(order)) } }),
});
