import assert from "node:assert/strict";
import { test } from "node:test";
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";
import { written } from "../repository.ts";
import { reportOf, tiny, tiesOf, unitsOf } from "./reports.ts";

test("packages of npm, pnpm, lerna and projects of Nx, and imports by their names and barrels", async () => {
  const packages = {
    "packages/a/package.json": '{ "name": "@acme/a" }',
    "packages/a/src/index.ts": `import { x } from "@acme/b";\nimport "@acme/b/deep";\nimport "left-pad";\n`,
    "packages/b/package.json": '{ "name": "@acme/b" }',
    "packages/b/src/index.ts": `export * from "./deep";\n`,
    "packages/b/src/deep.ts": tiny,
    "packages/c/package.json": "{}",
    "packages/c/x.ts": `import type { x } from "../a/src/index";\n`,
    "packages/old/package.json": '{ "name": "old" }',
  };
  const expected = ["@acme/a=packages/a", "@acme/b=packages/b", "packages/c=packages/c"];
  const ways: readonly Record<string, string>[] = [
    { "package.json": '{ "workspaces": ["packages/*", "!packages/old"] }' },
    { "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - '!packages/old'\n" },
    {
      "package.json": '{ "workspaces": ["packages/*", "!packages/old"] }',
      "pnpm-workspace.yaml": "packages:\n  - '**'\n  - '!packages/old'\n",
    },
    { "lerna.json": '{ "packages": ["packages/[a-z]", "packages/*", "!packages/old"] }' },
  ];
  for (const way of ways) {
    const report = await reportOf({ ...packages, ...way });
    assert.equal(report.project.kind, "workspaces");
    assert.deepEqual(unitsOf(report), expected);
    assert.deepEqual(tiesOf(report), [
      "@acme/a>@acme/b packages/a/src/index.ts:1",
      "@acme/a>@acme/b packages/a/src/index.ts:2",
      "packages/c>@acme/a packages/c/x.ts:1",
    ]);
    const a = report.units.find(({ name }) => name === "@acme/a");
    assert.deepEqual(
      a?.ownWorld.map(({ what }) => what),
      ["left-pad"],
    );
    // Types are no reason to break.
    assert.deepEqual(a.neededBy, []);
  }
  const nx = await reportOf({
    "nx.json": "{}",
    "apps/one/project.json": '{ "name": "one", "projectType": "application" }',
    "apps/one/x.ts": tiny,
    "libs/two/project.json": '{ "targets": {} }',
    "libs/two/x.ts": tiny,
    "libs/three/project.json": '{ "projectType": "library" }',
    "libs/three/x.ts": tiny,
  });
  assert.deepEqual(unitsOf(nx), ["one=apps/one", "three=libs/three", "two=libs/two"]);
});

test("a workspace beside a back end is found in its folder, and one in a fixture is not asked", async () => {
  const packages = Object.fromEntries(
    ["a", "b", "c", "old"].flatMap((name) => [
      [`web/packages/${name}/package.json`, `{ "name": "@web/${name}" }`],
      [`web/packages/${name}/x.ts`, name === "a" ? 'import "@web/b";\n' : tiny],
    ]),
  );
  const report = await reportOf({
    ...packages,
    "web/package.json": '{ "workspaces": ["./packages/*", "!packages/old"] }',
    "web/packages/c/tests/package.json": '{ "workspaces": ["*"] }',
    "web/packages/c/tests/d/package.json": '{ "name": "d" }',
    "server/main.go": "package main\n",
  });
  assert.deepEqual(unitsOf(report), [
    "@web/a=web/packages/a",
    "@web/b=web/packages/b",
    "@web/c=web/packages/c",
  ]);
  assert.deepEqual(tiesOf(report), ["@web/a>@web/b web/packages/a/x.ts:1"]);
});

test("modules of Nest: two of one name, several in a folder, the root is none", async () => {
  const nest = (name: string) => `@Module({})\nexport class ${name} {}\n`;
  const report = await reportOf({
    "src/main.ts": `import { RootModule } from "./root.module";
NestFactory.create<App>(RootModule);
`,
    "src/root.module.ts": nest("RootModule"),
    "src/a/health/health.module.ts": nest("HealthModule"),
    "src/b/health/health.module.ts": nest("HealthModule"),
    "src/mail/mail.module.ts": nest("MailModule"),
    "src/mail/aaa.module.ts": nest("AaaModule"),
    "src/plain/plain.module.ts": "export class NoModule {}\n",
  });
  assert.deepEqual(unitsOf(report), [
    "a/health=src/a/health",
    "b/health=src/b/health",
    "mail=src/mail",
  ]);
  assert.equal(report.units.find(({ name }) => name === "mail")?.kind, "nest module");
});

test("a module that an application is made of is no unit, wherever that is done", async () => {
  const nest = (name: string) => `@Module({})\nexport class ${name} {}\n`;
  const report = await reportOf({
    "src/core/index.ts": `// NestFactory.create(MailModule)
const { CoreModule } = await import("./core.module");
await NestFactory.create<App>(CoreModule, {});
`,
    "src/core/core.module.ts": nest("CoreModule"),
    "src/jobs/start.ts": `import { Jobs } from "..";
NestFactory.createApplicationContext(Jobs.register());
`,
    "src/index.ts": 'export { JobsModule as Jobs } from "./jobs/jobs.module";\n',
    "src/jobs/jobs.module.ts": nest("JobsModule"),
    "src/other/core.module.ts": nest("CoreModule"),
    "src/mail/mail.module.ts": nest("MailModule"),
    "src/users/users.module.ts": nest("UsersModule"),
    "test/users.e2e-spec.ts": `import { UsersModule } from "../src/users/users.module";
NestFactory.create(UsersModule);
`,
  });
  assert.deepEqual(unitsOf(report), ["mail=src/mail", "other=src/other", "users=src/users"]);
});

test("a package that no other one needs is apart already", async () => {
  const report = await reportOf({
    "package.json": '{ "workspaces": ["*/*"] }',
    ...Object.fromEntries(
      ["apps/web", "libs/a", "libs/b", "libs/c"].flatMap((path) => [
        [`${path}/package.json`, "{}"],
        [`${path}/x.ts`, path === "apps/web" ? 'import "../../libs/a/x";\n' : tiny],
      ]),
    ),
    "libs/a/key.ts": 'export const key = process.env["A_KEY"];\n', // something has to hurt
  });
  const web = report.units.find(({ name }) => name === "apps/web");
  assert.deepEqual(web?.gate?.at, { file: "apps/web/package.json", line: 1 });
  assert.equal(web.gate.name, "apart");
  assert.equal(report.start.unit, "libs/a");
});

test("a project of Marcot: contracts are ties that need no cut, packages are apps too", async () => {
  const appOf = (imports: string) => `${imports}\nexport const v1 = 1;\n`;
  const report = await reportOf({
    "package.json":
      '{ "imports": { "#apps/*": "./apps/*/contract.ts" }, "workspaces": ["packages/*"] }',
    "settings.ts": `export default settings({ apps: ["tickets", "faq", "mail", "bills"] });\n`,
    "apps/tickets/contract.ts": appOf(""),
    "apps/tickets/views.ts": `import { v1 as faq } from "#apps/faq";\nimport { v1 } from "marcot-mail";\nimport "../bills/views.ts";\n`,
    "apps/faq/contract.ts": appOf(""),
    "apps/faq/tables.ts": `export const entries = faq.table("entries", { id: integer() });\n`,
    "apps/bills/contract.ts": appOf(""),
    "apps/bills/views.ts": `import { entries } from "../faq/tables.ts";
export const bills = own.table("bills", { entry: integer().references(() => entries.id) });
`,
    "packages/mail/package.json": '{ "name": "marcot-mail" }',
    "packages/mail/contract.ts": appOf(""),
  });
  assert.equal(report.project.kind, "marcot");
  assert.deepEqual(unitsOf(report), [
    "bills=apps/bills",
    "faq=apps/faq",
    "mail=packages/mail",
    "tickets=apps/tickets",
  ]);
  const tickets = report.units.find(({ name }) => name === "tickets");
  assert.deepEqual(
    tickets?.cuts.map(({ kind, unit, points }) => `${kind} ${unit} ${points}`),
    ["contract call faq 0", "contract call mail 0", "import bills 1"],
  );
  const bills = report.units.find(({ name }) => name === "bills");
  assert.deepEqual(
    bills?.foreignKeysOut.map(({ to, file, line, field }) => `${to} ${file}:${line} ${field}`),
    ["faq apps/bills/views.ts:2 entry"],
  );
});

test("apps that settings name and that lie elsewhere are told", async () => {
  const report = await reportOf({
    "settings.ts": `export default settings({ apps: ["faq", "mail"] });\n`,
  });
  assert.equal(report.start.unit, null);
  assert.match(report.problems.join("\n"), /settings\.ts these do not lie here.*: faq, mail\./);
});

test("units that are called as what every object has", async () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      names.flatMap((name, index) => [
        [`packages/${name}/package.json`, JSON.stringify({ name })],
        [`packages/${name}/valueOf.ts`, `import "${names[(index + 1) % 4]}";\n`],
      ]),
    ),
  });
  assert.deepEqual(unitsOf(report), names.map((name) => `${name}=packages/${name}`).toSorted());
  assert.deepEqual(
    tiesOf(report),
    names
      .map((name, at) => `${name}>${names[(at + 1) % 4]} packages/${name}/valueOf.ts:1`)
      .toSorted(),
  );
});

test("of several ways to see it the one with most units and lines, and --kind takes another", async () => {
  const nest = (name: string) => `@Module({})\nexport class ${name} {}\n`;
  const folder = written({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      ["a", "b", "c"].flatMap((name) => [
        [`packages/${name}/package.json`, `{ "name": "${name}" }`],
        [`packages/${name}/${name}.module.ts`, nest(name)],
        [`packages/${name}/x/x${name}.module.ts`, nest(name)],
      ]),
    ),
  });
  const { report } = await whereToStart(folder);
  assert.equal(report.project.kind, "nest");
  assert.match(report.problems.join("\n"), /seen as 3 packages too .*--kind workspaces/);
  const other = await whereToStart(folder, { kind: "workspaces" });
  assert.deepEqual(unitsOf(other.report), ["a=packages/a", "b=packages/b", "c=packages/c"]);
});

test("what builds a package is no world outside of what runs", async () => {
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    "packages/a/package.json": '{ "name": "a" }',
    "packages/a/tsup.config.ts": `import { defineConfig } from "tsup";\n`,
    "packages/a/.storybook/main.ts": `import "storybook";\n`,
    "packages/a/scripts/size.mjs": `import "bytes-iec";\n`,
    "packages/a/src/index.ts": `import "stripe";\n`,
    "packages/a/src/scripts/send.ts": `import "mailgun";\n`,
    "packages/b/package.json": '{ "name": "b" }',
    "packages/b/x.ts": tiny,
    "packages/c/package.json": '{ "name": "c" }',
    "packages/c/y.ts": tiny,
  });
  const [a] = report.units.filter(({ name }) => name === "a");
  assert.deepEqual(
    a?.ownWorld.map(({ what }) => what),
    ["mailgun", "stripe"],
  );
});

test("configuration that runs is no tool, and one that builds has no setting of its own", async () => {
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      ["a", "b", "c"].map((name) => [`packages/${name}/package.json`, `{ "name": "${name}" }`]),
    ),
    "packages/a/src/mail/mail.config.ts": "export const host = process.env.MAIL_HOST;\n",
    "packages/a/webpack.dev.config.js": "module.exports = process.env.BUNDLE;\n",
    "packages/b/x.ts": tiny,
    "packages/c/y.ts": tiny,
  });
  const [a] = report.units.filter(({ name }) => name === "a");
  assert.deepEqual(
    a?.ownWorld.map(({ what }) => what),
    ["MAIL_HOST"],
  );
});
