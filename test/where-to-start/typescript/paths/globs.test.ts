import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { globsOf } from "../../../../src/where-to-start/typescript/paths/globs.ts";

/** The same as a regular expression, which is shorter and too slow for what strangers write. */
function expression(pattern: string): RegExp {
  const parts = pattern.split("/").map((part, index, { length }) => {
    const slash = index === length - 1 ? "" : "/";
    if (part === "**") return slash === "" ? ".+" : "(?:[^/]+/)*";
    const one = part.replaceAll("*", "[^/]*").replaceAll("?", "[^/]").replaceAll(".", "\\.");
    return `${one}${slash}`;
  });
  return new RegExp(`^${parts.join("")}$`);
}

test("a pattern means what its regular expression would", () => {
  const written = fc
    .array(fc.constantFrom("a", "b", "*", "?", "."), { minLength: 1, maxLength: 6 })
    .map((letters) => letters.join(""));
  const pattern = fc.array(fc.oneof(written, fc.constant("**")), { minLength: 1, maxLength: 4 });
  const name = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 6 });
  const path = fc.array(name, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(pattern, path, (parts, names) => {
      const [glob, folder] = [parts.join("/"), names.join("/")];
      // These two begin with a sign that is taken off.
      fc.pre(!glob.startsWith("./"));
      assert.equal(globsOf([glob])(folder), expression(glob).test(folder), `${glob} ${folder}`);
    }),
    { numRuns: 2000 },
  );
});

test("the last pattern that fits decides", () => {
  const isMember = globsOf(["./packages/*/", "!packages/old", "apps/**"]);
  const paths = ["packages/a", "packages/old", "packages/a/b", "apps/a/b", "apps", "x"];
  assert.deepEqual(paths.filter(isMember), ["packages/a", "apps/a/b"]);
});

test("any number of folders is none too, but at the end", () => {
  const isMember = globsOf(["**/*", "!**/test/**", "packages/**/x"]);
  const paths = ["a", "a/b", "test", "test/a", "a/test/b/c", "packages/x", "packages/test/x"];
  assert.deepEqual(paths.filter(isMember), ["a", "a/b", "test", "packages/x", "packages/test/x"]);
});

test("many stars and a long name take no time", () => {
  const began = performance.now();
  assert.equal(globsOf([`${"*a".repeat(30)}*b`])("a".repeat(4000)), false);
  assert.equal(globsOf([`${"**/a/".repeat(30)}b`])("a/".repeat(2000)), false);
  assert.ok(performance.now() - began < 2000);
});
