import {
  boolean,
  change,
  contract,
  drop,
  event,
  integer,
  list,
  object,
  post,
  rename,
  text,
} from "marcot/contract";

const letter = { number: integer(), box: text(), line: integer(), note: text() };

export const v1 = contract("writer/v1", {
  write: post("/letters/", {
    input: { box: text({ max: 40 }), line: integer(), isKept: boolean({ default: true }) },
    output: { number: integer() },
  }),
  drop: post("/letters/drop/", {
    input: { box: text({ max: 40 }), line: integer() },
    output: { number: integer() },
  }),
  writeMany: post("/letters/many/", {
    input: { letters: list(object({ box: text({ max: 40 }), line: integer() }), { max: 1000 }) },
  }),
  /** Of one box, in their order. */
  written: event(letter, { key: "box" }),
  /** In no order. */
  counted: event({ number: integer() }),
});

export const v2 = change(v1, "writer/v2", {
  written: { fields: [rename("line", "position"), drop("note", { was: () => "was" })] },
});
