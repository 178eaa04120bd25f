import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest, objectionToName } from "../../src/project/name.ts";

test("a name is small letters, digits and single hyphens, and means nothing else", () => {
  for (const name of ["a", "faq", "my-notes", "app2", "x".repeat(40)])
    assert.equal(objectionToName(name), undefined, name);
  const refused = ["", "Notes", "a b", "../x", "a/b", "9", "-a", "a-", "a--b", "a_b", "é", "a\n"];
  const attacks = [
    "{{name}}",
    "$(id)",
    "`id`",
    "a;b",
    '"',
    "a'b",
    "a\u0000",
    "__proto__",
    "x".repeat(41),
  ];
  for (const name of [...refused, ...attacks])
    assert.match(objectionToName(name) ?? "", /small letters/, name);
  for (const name of ["public", "default", "marcot", "await"])
    assert.match(objectionToName(name) ?? "", /another meaning/, name);
});

test("the nearest name is the one with the fewest edits, and far ones are none", () => {
  assert.equal(nearest("faqq", ["tickets", "faqts", "faq"]), "faq");
  assert.equal(nearest("tikcets", ["tickets", "faq"]), "tickets");
  assert.equal(nearest("weather", ["tickets", "faq"]), undefined);
  assert.equal(nearest("x", ["ab", "a"]), undefined);
});
