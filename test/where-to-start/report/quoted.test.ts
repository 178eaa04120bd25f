import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { quoted } from "../../../src/where-to-start/report/quoted.ts";

const HARD = [
  "",
  "my shop",
  "it's",
  "$HOME `id` $(id)",
  'say "a" \\ !',
  "a;b|c&d>e*f?g[h]",
  "#note",
  "~",
  "a\nb",
  "x\u001B[31mred",
  "\u202Eevil\\'s",
  "tür",
];

test("a shell makes the same argument of it again", () => {
  for (const argument of HARD) {
    const said = execFileSync("bash", ["-c", `printf %s ${quoted(argument)}`], {
      encoding: "utf8",
    });
    assert.equal(said, argument);
  }
});

test("what needs no quotes has none, and nothing steers a terminal", () => {
  for (const plain of ["payments", "src/a_b-c", "@acme/users", "./x.y", "/tmp/a"])
    assert.equal(quoted(plain), plain);
  for (const argument of HARD) assert.doesNotMatch(quoted(argument), /[\p{Cc}\p{Bidi_Control}]/u);
});
