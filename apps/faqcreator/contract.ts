import { contract, integer, list, object, post, get, text } from "marcot/contract";

export const v1 = contract("faqcreator/v1", {
  candidates: get("/candidates/", {
    output: { tickets: list(object({ id: integer(), subject: text(), answer: text() })) },
  }),
  create: post("/create/", {
    input: {
      ticket: integer({ min: 0, max: 2_147_483_647 }),
      question: text({ min: 1, max: 300 }),
      answer: text({ max: 4000 }),
    },
    output: { entry: integer() },
    status: 201,
    errors: { NoSuchTicket: 404, NotResolved: 409 },
  }),
});
