import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf } from "../../../src/project/check/contract-source.ts";

const wanted = { version: "v1", endpoint: "list", side: "request", fields: ["ids"] } as const;

test("a field is where it is declared", () => {
  const text = `export const v1 = contract("faq/v1", {
  list: get("/", {
    input: {
      ids: list(integer()),
    },
  }),
});
`;
  assert.equal(lineOf("contract.ts", text, wanted), 4);
});

test("of what would end the parser's process no line is known", () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  assert.equal(
    lineOf("contract.ts", `export const v1 = contract("x/v1", {});\n${deep};\n`, wanted),
    undefined,
  );
});
