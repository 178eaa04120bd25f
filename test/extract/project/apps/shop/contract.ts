import { contract, event, integer, post, text } from "marcot/contract";

export const v1 = contract("shop/v1", {
  order: post("/orders/", {
    input: { token: text({ max: 60 }), amount: integer() },
    output: { token: text(), entry: integer() },
    status: 201,
  }),
  ordered: event({ token: text() }),
});
