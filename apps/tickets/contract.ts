import {
  choice,
  contract,
  datetime,
  event,
  extend,
  get,
  integer,
  list,
  nullable,
  object,
  post,
  ref,
  text,
} from "marcot/contract";

/** The id of a row: what PostgreSQL's `integer` holds. */
const row = integer({ min: 0, max: 2_147_483_647 });

const ticket = {
  id: integer(),
  subject: text(),
  body: text(),
  answer: text(),
  status: choice(["open", "answered", "resolved"]),
  openedAt: datetime(),
};

export const v1 = contract("tickets/v1", {
  open: post("/open/", {
    input: { subject: text({ min: 1, max: 200 }), body: text({ min: 1, max: 4000 }) },
    output: ticket,
    status: 201,
  }),
  ticket: get("/tickets/:id/", {
    input: { id: row },
    output: ticket,
    errors: { NoSuchTicket: 404 },
  }),
  tickets: get("/tickets/", {
    input: { status: choice(["open", "answered", "resolved", "any"], { default: "any" }) },
    output: { tickets: list(object(ticket)) },
  }),
  answer: post("/tickets/:id/answer/", {
    input: { id: row, answer: text({ min: 1, max: 4000 }) },
    output: ticket,
    errors: { NoSuchTicket: 404, AlreadyResolved: 409 },
  }),
  resolve: post("/tickets/:id/resolve/", {
    input: { id: row },
    output: ticket,
    errors: { NoSuchTicket: 404, NotAnswered: 409 },
  }),
  /** That a ticket has become resolved: told once, although it can be resolved again. */
  resolved: event({ id: integer(), subject: text(), answer: text() }, { key: "id" }),
});

/** `entry` came with v2: the question of the app faq that a ticket has become. */
export const v2 = extend(v1, "tickets/v2", {
  ticket: { output: { entry: nullable(ref("faq")) } },
  /** All of them, by id, a page at a time: for apps that keep what `resolved` tells. */
  resolvedTickets: get("/resolved/", {
    input: {
      after: integer({ min: 0, default: 0 }),
      limit: integer({ min: 1, max: 500, default: 200 }),
    },
    output: { tickets: list(object({ id: integer(), subject: text(), answer: text() })) },
  }),
});
