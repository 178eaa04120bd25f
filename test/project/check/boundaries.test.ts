import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ownApps, scanBoundaries } from "../../../src/project/check/boundaries.ts";
import { importsOf } from "../../../src/project/check/imports.ts";
import { packageJson, settingsOf, tempFolder } from "../../cli/command.ts";

const bare =
  'import { contract } from "marcot/contract";\nexport const v1 = contract("x/v1", {});\n';

const place = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["faq", "tickets", "linked", "bought"]),
  "apps/faq/contract.ts": bare,
  "apps/faq/tables.ts": "",
  "apps/tickets/contract.ts": bare,
  // A package of a workspace, which npm links, and one that was installed.
  "packages/linked/package.json":
    '{"name":"marcot-linked","type":"module","exports":"./contract.ts"}',
  "packages/linked/contract.ts": bare,
  "packages/linked/views.ts": 'import { v2 } from "marcot-bought";\nimport "#apps/faq/views";\n',
  "node_modules/marcot-bought/package.json": '{"type":"module","exports":"./contract.js"}',
  "node_modules/marcot-bought/contract.js": "",
  "node_modules/marcot-bought/views.js": 'import "#apps/faq/views";\n',
  "node_modules/marcot-tools/package.json": '{"type":"module","exports":{"./*":"./*.js"}}',
});
symlinkSync(
  join(place.folder, "packages/linked"),
  join(place.folder, "node_modules/marcot-linked"),
);
after(() => place.remove());

const project = place.folder;
const listed = ["faq", "tickets", "linked", "bought"];

/** What is found in `apps/tickets/<name>` with these lines. */
function scan(text: string, name = "views.ts") {
  const path = `apps/tickets/${name}`;
  place.write({ [path]: text });
  const { uses, findings } = scanBoundaries({ project, apps: ownApps(project, listed), listed });
  place.write({ [path]: name === "contract.ts" ? bare : "" });
  return {
    uses: uses.filter(({ file }) => file === path),
    findings: findings
      .filter(({ where }) => where.file === path)
      .map(({ id, where }) => `${where.line} ${id}`),
  };
}

test("the project's own apps are read, linked ones too, installed ones not", () => {
  assert.deepEqual(
    ownApps(project, listed).map(({ name }) => name),
    ["faq", "tickets", "linked"],
  );
  const { uses, findings } = scanBoundaries({ project, apps: ownApps(project, listed), listed });
  assert.deepEqual(uses, [
    {
      app: "linked",
      uses: "bought",
      versions: ["v2"],
      file: "packages/linked/views.ts",
      line: 1,
      members: [],
    },
  ]);
  assert.deepEqual(
    findings.map(({ id, where }) => [id, where.file, where.line]),
    [["boundaries.E001", "packages/linked/views.ts", 2]],
  );
});

test("an import of a contract is a use, at the versions that are named", () => {
  const versionsOf = (text: string) => {
    const { uses, findings } = scan(text);
    assert.deepEqual(findings, [], text);
    return uses.flatMap((use) => use.versions);
  };
  assert.deepEqual(versionsOf('import { v1 as faq, v2 } from "#apps/faq";'), ["v1", "v2"]);
  assert.deepEqual(versionsOf('import { v3 } from "marcot-bought";'), ["v3"]);
  assert.deepEqual(versionsOf('import * as faq from "#apps/faq";\nfaq.v2.create();'), ["v2"]);
  assert.deepEqual(versionsOf('import * as faq from "#apps/faq";\nuse(faq);'), ["*"]);
  assert.deepEqual(versionsOf('export { v1 } from "#apps/faq";'), ["v1"]);
  assert.deepEqual(versionsOf('export * from "#apps/faq";'), ["*"]);
  assert.deepEqual(versionsOf('const faq = await import("#apps/faq");'), ["*"]);
});

test("types, tests and an app's own contract are no uses", () => {
  assert.deepEqual(scan('import type { v1 } from "#apps/faq";').uses, []);
  assert.deepEqual(scan('import { type v1 } from "#apps/faq";').uses, []);
  assert.deepEqual(scan('import { v1 } from "#apps/faq";', "views.test.ts").uses, []);
  assert.deepEqual(scan('import { v1 } from "#apps/tickets";').uses, []);
});

test("a use has its file and line", () => {
  const [use] = scan('import x from "node:fs";\n\nimport { v1 as faq } from "#apps/faq";').uses;
  assert.deepEqual(use, {
    app: "tickets",
    uses: "faq",
    versions: ["v1"],
    file: "apps/tickets/views.ts",
    line: 3,
    members: [],
  });
});

test("every endpoint that is used has its line, however it is reached", () => {
  const { uses } = scan(`import { v1, v2 as faq } from "#apps/faq";
import * as linked from "marcot-linked";
const { create: make, entry } = faq;
await v1.create({ question: "?" });
export const draft = form(
  faq.update,
);
linked.v1.list().then(({ v1 }) => other.faq.no);
`);
  assert.deepEqual(
    uses.map(({ uses, members }) => [uses, members.map((m) => `${m.version}.${m.name}:${m.line}`)]),
    [
      ["faq", ["v2.create:3", "v2.entry:3", "v1.create:4", "v2.update:6"]],
      ["linked", ["v1.list:8"]],
    ],
  );
});

test("a contract that is passed on, or asked for a computed name, is used as a whole", () => {
  const membersOf = (text: string) =>
    scan(`import { v1 as faq } from "#apps/faq";\nimport * as all from "marcot-linked";\n${text}`)
      .uses.flatMap(({ members }) => members)
      .map(({ version, name, line }) => `${version}.${name}:${line}`);
  assert.deepEqual(membersOf("use(faq);"), ["v1.*:3"]);
  assert.deepEqual(membersOf("const f = faq;"), ["v1.*:3"]);
  assert.deepEqual(membersOf("faq[name]();"), ["v1.*:3"]);
  assert.deepEqual(membersOf("const { create, ...rest } = faq;"), ["v1.create:3", "v1.*:3"]);
  assert.deepEqual(membersOf("faq.create();\nuse({ faq });"), ["v1.create:3", "v1.*:4"]);
  assert.deepEqual(membersOf("use(all);"), ["*.*:3"]);
  assert.deepEqual(membersOf("use(all.v1);"), ["*.*:3"]);
  assert.deepEqual(membersOf("type F = typeof faq;\nuse(other.faq, { faq: 1 });"), []);
});

test("whatever is deeper than a contract is a finding", () => {
  const wrong: [string, string][] = [
    ['\nimport { create } from "#apps/faq/views";', "2 boundaries.E001"],
    ['import { create } from "marcot-linked/views";', "1 boundaries.E001"],
    ['import { create } from "../faq/views.ts";', "1 boundaries.E002"],
    ['import type { Row } from "../faq/views.ts";', "1 boundaries.E002"],
    ['import { v1 } from "../faq/contract.ts";', "1 boundaries.E002"],
    ['import { v1 } from "../../packages/linked/contract.ts";', "1 boundaries.E002"],
    ['export { create } from "../faq/views.ts";', "1 boundaries.E002"],
    ['const views = await import("../faq/views.ts");', "1 boundaries.E002"],
    ["const views = await import(`../faq/views.ts`);", "1 boundaries.E002"],
    ['import { entries } from "../faq/tables.ts";', "1 boundaries.E003"],
    ['import { entries } from "#apps/faq/tables";', "1 boundaries.E003"],
  ];
  for (const [text, expected] of wrong) assert.deepEqual(scan(text).findings, [expected], text);
});

test("a contract by its path is a use as well as a finding", () => {
  assert.equal(scan('import { v1 } from "../faq/contract.ts";').uses[0]?.uses, "faq");
});

test("what is no app, or the app itself, is left alone", () => {
  const lines = [
    'import { tables } from "./tables.ts";',
    'import { shared } from "../../shared.ts";',
    'import { view } from "marcot";',
    'import { eq } from "marcot/tables";',
    'import { cut } from "marcot-tools/cut";',
    'import info from "marcot-bought/package.json" with { type: "json" };',
    'import { v1 } from "../tickets/contract.ts";',
  ];
  assert.deepEqual(scan(lines.join("\n")).findings, []);
});

test("a contract imports nothing but marcot/contract", () => {
  const of = (line: string) => scan(bare + line, "contract.ts").findings;
  assert.deepEqual(of('import { x } from "./tables.ts";'), ["3 boundaries.E004"]);
  assert.deepEqual(of('import { view } from "marcot";'), ["3 boundaries.E004"]);
  assert.deepEqual(of('import { v1 as faq } from "#apps/faq";'), ["3 boundaries.E004"]);
  assert.deepEqual(of('import { readFileSync } from "node:fs";'), ["3 boundaries.E004"]);
  assert.deepEqual(of('import { z } from "zod";'), ["3 boundaries.W001"]);
  assert.deepEqual(of('import type { Ticket } from "./tables.ts";'), []);
  assert.deepEqual(of('export { x } from "./more.ts";'), ["3 boundaries.E004"]);
});

test("an app outside the settings, and a name that is computed, are warnings", () => {
  assert.deepEqual(scan('import { v1 } from "#apps/nobody";').findings, ["1 boundaries.W002"]);
  assert.deepEqual(scan("await import(`./${name}.ts`);").findings, ["1 boundaries.W003"]);
});

test("a syntax error is a finding", () => {
  assert.deepEqual(scan("const a = 1;\nconst = 3;\n").findings, ["2 boundaries.E005"]);
});

test("a file that would end the parser's process is a finding, and the others are read", () => {
  const deep = `import "#apps/faq/views";\nexport const a = ${"[".repeat(20_000)}${"]".repeat(20_000)};\n`;
  assert.deepEqual(scan(deep).findings, ["1 boundaries.E005"]);
});

test("how long it takes to read a file grows with its length, not with its square", () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `import { a${at} } from "./a${at}.ts";`);
  const began = performance.now();
  const { imports } = importsOf("a.ts", lines.join("\n"));
  const took = performance.now() - began;
  assert.equal(imports.at(-1)?.line, 20_000);
  assert.ok(took < 3000, `${Math.round(took)} ms`);
});

test("a folder of an app may be empty or hold anything", () => {
  mkdirSync(join(project, "apps/empty"));
  mkdirSync(join(project, "apps/tickets/generated.ts/deeper.ts"), { recursive: true });
  symlinkSync("nobody@nowhere", join(project, "apps/tickets/.#views.ts"));
  cpSync(join(project, "package.json"), join(project, "apps/tickets/notes.json"));
  assert.deepEqual(scan("").findings, []);
});
