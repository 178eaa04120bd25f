import { boolean, choice, contract, get, integer, optional, post, text } from "marcot/contract";

export const v1 = contract("reader/v1", {
  count: get("/count/", { output: { count: integer() } }),
  ask: post("/jobs/", {
    input: {
      job: choice(["remind", "grumble", "slow", "hang"], { default: "remind" }),
      box: text({ max: 40 }),
      line: integer({ default: 0 }),
      after: optional(choice(["0 seconds", "1 second", "1 hour"])),
      key: optional(text()),
      isKept: boolean({ default: true }),
    },
  }),
  cancel: post("/jobs/cancel/", { input: { key: text() }, output: { waited: boolean() } }),
  /** Outside a transaction. */
  askLoosely: post("/jobs/loosely/", { input: { box: text({ max: 40 }) } }),
  /** Data that does not fit. */
  askWrongly: post("/jobs/wrongly/", {}),
});
