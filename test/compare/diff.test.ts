/** `marcot contract diff` and `explain` as their users run them. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { marcot, tempFolder } from "../cli/command.ts";

const schema = (maxLength: number) => ({
  type: "object",
  properties: { question: { type: "string", maxLength }, source: { type: "integer" } },
  required: ["question", "source"],
});
const lock = (path: string, input: object) => ({
  app: "faq",
  versions: {
    v1: {
      state: "stable",
      endpoints: {
        create: {
          method: "POST",
          path,
          input,
          output: schema(300),
          status: 201,
          errors: {},
          idempotent: false,
        },
      },
      events: { published: schema(300) },
    },
  },
});
const yaml = (field: string) => `openapi: 3.0.3
info: { title: faq, version: "1.0" }
paths:
  /entries/{id}:
    get:
      operationId: entry
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses:
        "200":
          description: The entry.
          content: { application/json: { schema: { $ref: "#/components/schemas/Entry" } } }
components:
  schemas:
    Entry: { type: object, required: [${field}], properties: { ${field}: { type: string, nullable: true } } }
`;
const place = tempFolder({
  "old.json": JSON.stringify(schema(300)),
  "new.json": JSON.stringify(schema(200)),
  "old.lock": JSON.stringify(lock("/create/", schema(300))),
  "new.lock": JSON.stringify(lock("/entries/", schema(200))),
  "old.yaml": yaml("question"),
  "new.yaml": yaml("title"),
});
const cwd = place.folder;
after(() => place.remove());

const diff = (...args: string[]) => marcot(["contract", "diff", ...args], { cwd });

test("a narrower request exits with 1 and shows what a caller may send", async () => {
  const { code, stdout } = await diff("old.json", "new.json", "--as", "request");
  assert.equal(code, 1);
  assert.match(stdout, /breaking request \/properties\/question: maxLength 300 → 200 \[57\]/);
  assert.match(stdout, /a caller may send {2}\{"question":"aaaa… \(201\)","source":0\}/);
  assert.match(stdout, /1 breaking, 0 warnings, 0 safe/);
});

test("the same change of a reply exits with 0", async () => {
  const { code, stdout } = await diff("old.json", "new.json", "--as", "response", "--json");
  assert.equal(code, 0);
  const [finding] = JSON.parse(stdout) as { rule: number; verdict: string }[];
  assert.deepEqual([finding?.rule, finding?.verdict], [57, "safe"]);
});

test("an event is judged in both directions", async () => {
  const back = await diff("new.json", "old.json", "--as", "event", "--format", "json");
  const verdicts = (JSON.parse(back.stdout) as { side: string; verdict: string }[]).map(
    ({ side, verdict }) => `${side} ${verdict}`,
  );
  assert.deepEqual(verdicts, ["request safe", "reply warning"]);
});

test("two locks are compared endpoint by endpoint", async () => {
  const { code, stdout } = await diff("old.lock", "new.lock");
  assert.equal(code, 1);
  assert.match(stdout, /faq\/v1 create: path \/create\/ → \/entries\/ \[105\]/);
  assert.match(stdout, /faq\/v1 create request \/properties\/question: maxLength 300 → 200 \[57\]/);
});

test("two OpenAPI documents in YAML are compared, and written in every format", async () => {
  const { code, stdout } = await diff("old.yaml", "new.yaml");
  assert.equal(code, 1);
  assert.match(stdout, /entry reply .*"question" is now called "title" \[6\]/);
  assert.match(stdout, /it may now answer {2}\{"title":/);
  const github = await diff("old.yaml", "new.yaml", "--format", "github");
  assert.match(github.stdout, /^::error file=new\.yaml,title=contract 6::/);
  const junit = await diff("old.yaml", "new.yaml", "--format", "junit");
  assert.match(junit.stdout, /<testsuite name="contract" tests="1" failures="1">/);
  const markdown = await diff("old.yaml", "new.yaml", "--format", "markdown");
  assert.match(markdown.stdout, /^\| verdict \| where \| what \| rule \| example \|/);
});

test("files that cannot be compared exit with 2 and say why", async () => {
  for (const [args, why] of [
    [["old.json", "old.lock"], /one is a schema, the other a lock/],
    [["old.json", "new.json"], /--as request, response or event/],
    [["old.json", "absent.json", "--as", "event"], /absent\.json cannot be read/],
    [["old.json", "new.json", "--as", "nothing"], /nothing/],
  ] as const) {
    const { code, stderr } = await diff(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, why);
  }
});

test("a row is explained, with an example and what to do", async () => {
  const { code, stdout } = await marcot(["contract", "explain", "57"], { cwd });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /57\. maxLength lowered\n {2}example {6}300 → 200\n {2}in a request breaking/,
  );
  assert.equal((await marcot(["contract", "explain", "133"], { cwd })).code, 2);
});
