/** What `marcot check` says of versions: steps that do not carry, what they lose, and versions that end. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "../../cli/command.ts";

const places: { remove(): void }[] = [];
after(() => places.forEach((place) => place.remove()));

interface Json {
  readonly id: string;
  readonly where: { readonly file: string; readonly line?: number };
  readonly what: string;
}

/** `contract` is the rest of the contract after v1; `view` the version that the view answers. */
async function check(
  contract: string,
  view: string,
  caller = "",
  more = "",
): Promise<{ code: number | null; found: string[] }> {
  const place = tempFolder({
    "package.json": packageJson,
    "settings.ts": settingsOf(["numbers", "caller"]),
    ...tinyApp("caller"),
    "apps/caller/other.ts": caller,
    "apps/numbers/contract.ts": `import * as c from "marcot/contract";
export const v1 = c.contract("numbers/v1", {
  twice: c.post("/twice/", {
    input: { number: c.integer({ min: 0, max: 50 }) },
    output: { number: c.integer({ max: 100 }) },
  }),
  done: c.event({ number: c.integer() }),
});
${contract}`,
    "apps/numbers/app.ts": `import { app, view } from "marcot";
import * as all from "./contract.ts";
const run = async () => { throw new Error("not called"); };
export default app("numbers", {
  contract: Object.values(all).at(-1)!,
  views: { twice: view(all.${view}.twice, run), ${more} },
});
`,
  });
  places.push(place);
  const { code, stdout, stderr } = await marcot(["check", "--json"], { cwd: place.folder });
  assert.equal(stderr, "");
  const found = (JSON.parse(stdout) as { findings: Json[] }).findings.map(
    ({ id, where: { file, line }, what }) => {
      return `${id} ${file}${line ? `:${line}` : ""} ${what}`;
    },
  );
  return { code, found };
}

test("a step that does not carry is an error, with the value that shows it", async () => {
  const { code, found } = await check(
    `export const v2 = c.change(v1, "numbers/v2", { twice: {
       input: [c.convert("number", c.integer(), { up: (n: number) => n / 2, down: (n) => n * 2 })] } });`,
    "v2",
  );
  assert.equal(code, 1);
  assert.equal(found.length, 1);
  assert.match(
    found.join("\n"),
    /^contracts\.E001 apps\/numbers\/contract\.ts numbers\.v1\.twice to v2: the request does not fit once taken up: \/number: expected an integer, got \d+\.5; the value is \{"number":\d+\}$/m,
  );
});

test("what a step loses, and an error that an older version does not name, are warnings", async () => {
  const { code, found } = await check(
    `export const v2 = c.change(v1, "numbers/v2", {
       twice: { input: [c.drop("number")], output: [c.wrap("number", "numbers")] },
       done: { fields: [c.wrap("number", "numbers", { empty: 0 })] } });
     export const v3 = c.extend(v2, "numbers/v3", { twice: { errors: { TooMany: 409 } } });`,
    "v3",
  );
  assert.equal(code, 0);
  const at = "apps/numbers/contract.ts";
  assert.deepEqual(found, [
    `contracts.W001 ${at} numbers.v2.done for older callers: event loses all but the first of numbers`,
    `contracts.W001 ${at} numbers.v2.twice for older callers: reply loses all but the first of numbers`,
    `contracts.W001 ${at} numbers.v2.twice for older callers: request loses number`,
    `contracts.W003 ${at} numbers.v3.twice has the error TooMany, which v2 does not name`,
  ]);
});

test("a version that ends is told to its callers in the project, and one without a sunset is a warning", async () => {
  const caller = `import { v1, v2 } from "#apps/numbers";\nvoid v1;\nvoid v2;\n`;
  const versions = `export const v2 = c.extend(v1, "numbers/v2", {});
export const v3 = c.extend(v2, "numbers/v3", {});
c.retire(v1, { deprecated: "2026-01-01", sunset: "2026-05-01", gone: true });
c.retire(v2, { deprecated: "2026-11-01" });
`;
  const { code, found } = await check(versions, "v3", caller);
  assert.equal(code, 1);
  assert.deepEqual(found, [
    "contracts.E002 apps/caller/other.ts:1 caller calls numbers/v1, which is gone",
    "contracts.W005 apps/caller/other.ts:1 caller calls numbers/v2, which is deprecated from 2026-11-01 on",
    "contracts.W004 apps/numbers/contract.ts numbers/v2 is deprecated, and its callers do not learn until when it stays",
  ]);
});

test("a step that cannot be tried is named", async () => {
  const { code, found } = await check(
    `export const v2 = c.extend(v1, "numbers/v2", { odd: c.post("/odd/", { input: { x: c.text({ pattern: /(?=a)b?/u }) } }) });
     export const v3 = c.change(v2, "numbers/v3", { odd: { input: [c.rename("x", "y")] } });
     export const v4 = c.change(v3, "numbers/v4", { odd: c.gone() });`,
    "v4",
    "",
    "odd: view(all.v3.odd, run)",
  );
  assert.equal(code, 0);
  assert.match(
    found[0] ?? "",
    /^contracts\.W002 .* numbers\.v2\.odd to v3 was not tried: no value/,
  );
});

test("a version that is not part of the newest one's history is an error", async () => {
  const { code, found } = await check(
    `export const v2 = c.contract("numbers/v2", { twice: c.post("/twice/") });`,
    "v2",
  );
  assert.equal(code, 1);
  assert.match(
    found[0] ?? "",
    /^apps\.E002 .* v2 is not made of v1; declare it with extend or change$/,
  );
});

test("an example that does not fit its own field is an error, once, at the field's line", async () => {
  const { code, found } = await check(
    `const size = c.integer({ min: 1, examples: [1, 0] });
export const v2 = c.extend(v1, "numbers/v2", { sizes: c.post("/sizes/", {
  input: { all: c.list(c.object({ size })), on: c.date({ examples: ["2026-02-30"] }) },
  output: {
    size,
    way: c.nullable(c.choice(["up", "down"], { examples: ["up"] })),
    tags: c.optional(c.list(c.text({ max: 3 }), { examples: [["abc"], ["abcd"]] })),
  },
}) });
export const v3 = c.extend(v2, "numbers/v3", { sizes: { output: { more: c.text() } } });
`,
    "v3",
    "",
    "sizes: view(all.v3.sizes, run)",
  );
  assert.equal(code, 1);
  assert.deepEqual(found, [
    "contracts.E007 apps/numbers/contract.ts:11 an example of numbers.v2.sizes.all.size does not fit it: expected an integer of at least 1, got 0",
    'contracts.E007 apps/numbers/contract.ts:11 an example of numbers.v2.sizes.on does not fit it: expected a date, such as 2026-11-24, got "2026-02-30"',
    'contracts.E007 apps/numbers/contract.ts:15 an example of numbers.v2.sizes.tags does not fit it: expected text of at most 3 characters, got "abcd"',
  ]);
});
