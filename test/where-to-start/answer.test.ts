import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { toHtml } from "../../src/where-to-start/report/html.ts";
import { whereToStart } from "../../src/where-to-start/where-to-start.ts";
import type { Report, Unit } from "../../src/where-to-start/types/report.ts";
import { git, repositoryOf, temporaryFolder, written } from "./repository.ts";
import { djangoFiles, djangoShop, nestFiles, nestShop } from "./shops.ts";

const schemaFile = join(import.meta.dirname, "../../docs/reference/where-to-start.schema.json");
const isReport = new Ajv2020({ strict: true }).compile(
  JSON.parse(readFileSync(schemaFile, "utf8")) as object,
);

function asPrinted(report: Report): Report {
  const printed = JSON.parse(JSON.stringify(report)) as Report;
  assert.ok(isReport(printed), JSON.stringify(isReport.errors, null, 2));
  return printed;
}

function unitOf({ units }: Report, name: string): Unit {
  const unit = units.find((one) => one.name === name);
  assert.ok(unit, name);
  return unit;
}

/** Counted by git and by the text alone, as anybody would. */
function commitsIn(folder: string, path: string): number {
  const ids = git(folder, "log", "--format=%H", "--no-merges", "--since=2025-06-01", "--", path);
  return ids === "" ? 0 : ids.split("\n").length;
}

function linesLike(files: Readonly<Record<string, string>>, pattern: RegExp): string[] {
  return Object.entries(files)
    .flatMap(([file, text]) =>
      text
        .split("\n")
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
    )
    .toSorted();
}

function placesOf(ties: readonly { file: string; line: number }[]): string[] {
  return ties.map(({ file, line }) => `${file}:${line}`).toSorted();
}

test("a Django shop: payments first, and every count is the one that git and grep come to", async () => {
  const marker = join(temporaryFolder(), "marker");
  const folder = djangoShop(marker);
  const report = asPrinted((await whereToStart(folder)).report);
  assert.equal(report.project.kind, "django");
  assert.equal(report.start.unit, "payments");
  assert.equal(report.start.answer, "service");
  assert.deepEqual(report.units.map(({ name }) => name).toSorted(), [
    "catalog",
    "orders",
    "payments",
    "reviews",
    "users",
  ]);
  for (const unit of report.units) {
    // The first commit touches five units and no more: it counts.
    assert.equal(unit.commits, commitsIn(folder, unit.path), unit.name);
    assert.equal(unit.recentCommits, unit.commitIds.length);
    assert.equal(unit.fixes, unit.fixIds.length);
    assert.equal(unit.recentAuthors, unit.people.length);
    assert.equal(
      unit.lines,
      unit.sources.reduce((sum, { lines }) => sum + lines, 0),
    );
  }
  const files = djangoFiles(marker);
  const own = Object.fromEntries(
    Object.entries(files).filter(([file]) => !/tests|migrations|settings|urls/.test(file)),
  );
  const imports = report.units.flatMap(({ importsOut }) => importsOut);
  assert.deepEqual(placesOf(imports), linesLike(own, /^from shop\.\w+/));
  const keys = report.units.flatMap(({ foreignKeysOut }) => foreignKeysOut);
  const isOther = /(?:ForeignKey|OneToOneField|ManyToManyField)\((?!"self")/;
  assert.deepEqual(placesOf(keys), linesLike(own, isOther));
  const into = report.units.flatMap(({ foreignKeysIn }) => foreignKeysIn);
  assert.deepEqual(placesOf(into), placesOf(keys));
  assert.equal(existsSync(marker), false);
});

test("who needs whom, the own world and the bill of a Django app", async () => {
  const report = asPrinted((await whereToStart(djangoShop())).report);
  const payments = unitOf(report, "payments");
  assert.deepEqual(payments.neededBy, ["orders"]);
  assert.deepEqual(payments.needs, ["orders"]);
  assert.deepEqual(
    payments.ownWorld.map(({ kind, what }) => `${kind} ${what}`),
    ["host api.stripe.com", "library stripe", "setting STRIPE_KEY"],
  );
  assert.deepEqual(
    payments.cuts.map(
      ({ kind, direction, unit, points }) => `${kind} ${direction} ${unit} ${points}`,
    ),
    [
      "foreign key out orders 2",
      "transaction in orders 5",
      "import in orders 1",
      "import in the project 1",
    ],
  );
  assert.equal(payments.cutPoints, 9);
  const orders = unitOf(report, "orders");
  const transactions = orders.cuts.filter(({ kind }) => kind === "transaction");
  assert.deepEqual(placesOf(transactions), ["shop/orders/views.py:6"]);
  assert.deepEqual(unitOf(report, "users").gate?.at, { file: "shop/settings.py", line: 12 });
});

test("a Nest shop: imports by paths, relations, guards and tokens that are found by name", async () => {
  const folder = nestShop();
  const report = asPrinted((await whereToStart(folder)).report);
  assert.equal(report.project.kind, "nest");
  assert.deepEqual([report.start.unit, report.start.answer], ["mail", "service"]);
  for (const unit of report.units) assert.equal(unit.commits, commitsIn(folder, unit.path));
  const own = Object.fromEntries(
    Object.entries(nestFiles).filter(([file]) => /src\/\w+\//.test(file) && !/spec/.test(file)),
  );
  const imports = report.units.flatMap(({ importsOut }) => importsOut);
  assert.deepEqual(placesOf(imports), linesLike(own, /(?:from |import\()"(?:@shop\/|\.\.\/)/));
  assert.deepEqual(placesOf(imports.filter(({ isType }) => isType)), [
    "src/orders/order.entity.ts:3",
  ]);
  const orders = unitOf(report, "orders");
  assert.deepEqual(
    orders.foreignKeysOut.map(({ to, file, line, field }) => `${to} ${file}:${line} ${field}`),
    ["users src/orders/order.entity.ts:6 buyer"],
  );
  const named = orders.cuts.filter(({ kind }) => kind === "injection");
  assert.deepEqual(named.map(({ unit, what }) => `${unit} ${what}`).toSorted(), [
    "auth AuthGuard(jwt)",
    "mail Inject(MAILER)",
  ]);
  const auth = unitOf(report, "auth");
  assert.equal(auth.gate?.name, "in every request");
  assert.deepEqual(auth.gate?.at, { file: "src/auth/auth.module.ts", line: 4 });
});

test("a folder of a repository has its own commits, and links that lead to its files", async () => {
  const files = Object.fromEntries(
    Object.entries(djangoFiles()).map(([file, text]) => [`back/${file}`, text]),
  );
  const folder = repositoryOf([
    { files },
    { files: { "back/shop/payments/gateway.py": "x = 1\n" } },
    { files: { "front/x.ts": "1;\n" } },
  ]);
  git(folder, "remote", "add", "origin", "git@github.com:acme/shop.git");
  const report = asPrinted((await whereToStart(join(folder, "back"))).report);
  assert.equal(report.repository?.commits, 2);
  assert.equal(unitOf(report, "payments").commits, 2);
  const head = git(folder, "rev-parse", "--short=12", "HEAD");
  const address = `https://github.com/acme/shop/blob/${head}/back/shop/payments/models.py#L3`;
  assert.ok((await toHtml(report)).includes(`href="${address}"`));
});

test("two readings print the same bytes", async () => {
  const folder = djangoShop();
  const read = async () => JSON.stringify((await whereToStart(folder)).report);
  assert.equal(await read(), await read());
});

test("people are told apart without their names, unless they are asked for", async () => {
  const folder = djangoShop();
  const text = JSON.stringify((await whereToStart(folder)).report);
  assert.doesNotMatch(text, /example\.com|Ann|Bob/);
  const named = (await whereToStart(folder, { people: true })).report;
  const { people, owner, authors } = unitOf(named, "payments");
  assert.deepEqual(people, ["Ann <ann@example.com>", "Bob <bob@example.com>"]);
  assert.equal(owner, "Ann <ann@example.com>");
  assert.equal(authors, 2);
});

test("a proxy is a model without a table to move", async () => {
  const files = djangoFiles();
  const models = "shop/reviews/models.py";
  const proxies = `class Best(Review):
    class Meta:
        proxy = True
class Newest(Best):
    class Meta:
        proxy = True
        ordering = ["-id"]
class Kept(Review):
    class Meta:
        proxy = False
`;
  const folder = written({ ...files, [models]: `${files[models]}${proxies}` });
  const tables = unitOf((await whereToStart(folder)).report, "reviews").tables;
  assert.deepEqual(
    tables.map(({ name }) => name),
    ["Review", "Kept"],
  );
});

test("a setting is a unit's own where another unit holds the settings that read it for all", async () => {
  const { "shop/settings.py": settings = "", ...files } = djangoFiles();
  const folder = written({
    ...files,
    "shop/settings/__init__.py": "",
    "shop/settings/base.py": `${settings.replace("= (", '= (\n    "shop",')}
STRIPE_KEY = config("STRIPE_KEY", default="")
`,
    "shop/settings/static.py": 'from .base import *\nSTRIPE_KEY = config("STRIPE_KEY")\n',
  });
  const { report } = await whereToStart(folder);
  assert.equal(unitOf(report, "shop").gate?.name, "project");
  assert.deepEqual(
    unitOf(report, "payments").ownWorld.map(({ what }) => what),
    ["api.stripe.com", "stripe", "STRIPE_KEY"],
  );
});
