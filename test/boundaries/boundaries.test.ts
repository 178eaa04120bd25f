import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "../cli/command.ts";
import { git, repositoryOf, temporaryFolder } from "../where-to-start/repository.ts";
import { djangoFiles, nestFiles } from "../where-to-start/shops.ts";

const FILE = "boundaries.todo";

/** A code base on disk, and the command in it. */
function codeBase(files: Readonly<Record<string, string>>, folder = temporaryFolder()) {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return {
    folder,
    write,
    text: () => readFileSync(join(folder, FILE), "utf8"),
    ties: () =>
      readFileSync(join(folder, FILE), "utf8")
        .split("\n")
        .filter((line) => /^(?!#|allow ).* -> /.test(line)),
    run: (...args: string[]) => marcot(["boundaries", ...args], { cwd: folder }),
  };
}

test("Django: today is written down, what is new fails, what is cured is told", async () => {
  const shop = codeBase(djangoFiles());
  const first = await shop.run("todo");
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stdout,
    /^boundaries\.todo: 11 ties between 5 units \(django\)\n {2}orders -> catalog {3}5\n/,
  );
  const ties = shop.ties();
  assert.equal(ties.length, 11);
  assert.ok(ties.includes("orders -> payments | import charge | shop/orders/views.py"));
  assert.ok(
    ties.includes("payments -> orders | foreign key Payment.order | shop/payments/models.py"),
  );
  // Neither tests nor migrations nor the project's own urls.py.
  assert.doesNotMatch(shop.text(), /tests\.py|migrations|urls\.py/);
  assert.equal((await shop.run("check", "--strict")).code, 0);

  const orders = "shop/orders/views.py";
  const views = readFileSync(join(shop.folder, orders), "utf8");
  shop.write(orders, `# A comment\n\n${views}\n    charge(1, 2)\n`);
  const moved = await shop.run("check", "--strict");
  assert.equal(moved.code, 0, moved.stdout);
  assert.match(moved.stdout, /^no findings\n11 ties listed, 0 allowed, between 5 units \(django\)/);

  const text = shop.text();
  shop.write(orders, `${views}from shop.payments.gateway import Refund\n`);
  const more = await shop.run("check");
  assert.equal(more.code, 1);
  assert.match(
    more.stdout,
    /^shop\/orders\/views\.py:8: \(boundaries\.E006\) orders needs payments: import Refund\n {4}hint: It could be a call of a function of payments that is meant for others, or a copied constant/,
  );
  const left = await shop.run("todo");
  assert.equal(left.code, 1);
  assert.match(left.stdout, /1 new tie left out:\n {2}shop\/orders\/views\.py:8 /);
  assert.equal(shop.text(), text, "without --add nothing more is written");
  const added = await shop.run("todo", "--add");
  assert.match(added.stdout, /12 ties .*, 1 more\n {2}orders -> payments {2}\d {2}was \d\n/);
  assert.equal((await shop.run("check")).code, 0);

  shop.write(orders, views);
  const cured = await shop.run("check");
  assert.equal(cured.code, 0);
  assert.match(
    cured.stdout,
    /\(boundaries\.W004\) orders -> payments: 1 line for what is not there any more: import Refund/,
  );
  assert.equal((await shop.run("check", "--strict")).code, 1);
  assert.match((await shop.run("todo")).stdout, /11 ties .*, 1 fewer\n/);
  assert.equal(shop.text(), text);
});

test("Nest: types are no tie, injections are, and a file may get another name", async () => {
  const shop = codeBase(nestFiles);
  assert.equal((await shop.run("todo")).code, 0);
  assert.deepEqual(shop.ties(), [
    "orders -> auth | injection AuthGuard(jwt) | src/orders/orders.controller.ts",
    "orders -> mail | import send | src/orders/orders.controller.ts",
    "orders -> mail | injection Inject(MAILER) | src/orders/orders.controller.ts",
    "orders -> users | foreign key Order.buyer | src/orders/order.entity.ts",
    "orders -> users | import User | src/orders/order.entity.ts",
    "reports -> mail | import all of ../mail/mail.service | src/reports/report.ts",
    "reports -> orders | import Order | src/reports/report.ts",
  ]);
  shop.write("src/mail/types.ts", 'import type { User } from "../users/user.entity";\n');
  assert.equal((await shop.run("check", "--strict")).code, 0);
  const [old, fresh] = ["report.ts", "late.ts"].map((name) =>
    join(shop.folder, "src/reports", name),
  );
  renameSync(old ?? "", fresh ?? "");
  const { code, stdout } = await shop.run("check");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /2 lines with files that have another name now/);
  await shop.run("todo");
  assert.equal(shop.ties().at(-1), "reports -> orders | import Order | src/reports/late.ts");
});

test("an import that is added at the top makes no old transaction a new tie", async () => {
  const django = codeBase(djangoFiles());
  await django.run("todo");
  const views = "shop/orders/views.py";
  const written = readFileSync(join(django.folder, views), "utf8");
  const line = "orders -> reviews | import Review | shop/orders/views.py\n";
  django.write(FILE, django.text() + line);
  django.write(views, `from shop.reviews.models import Review\n${written}`);
  const { code, stdout } = await django.run("check", "--strict");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /12 ties listed/);

  const nest = codeBase(nestFiles);
  const file = "src/reports/late.ts";
  const block = `import { send } from "../mail/mail.service";
export const late = (db) => db.transaction((t) => send(t));
`;
  nest.write(file, block);
  await nest.run("todo");
  assert.ok(nest.ties().includes(`reports -> mail | transaction transaction | ${file}`));
  nest.write(FILE, `${nest.text()}reports -> users | import User | ${file}\n`);
  nest.write(
    file,
    `import { User } from "../users/user.entity";\n${block}export const u = () => User;\n`,
  );
  const more = await nest.run("check", "--strict");
  assert.equal(more.code, 0, more.stdout);
});

test("folders that were named stay the units, and one may be allowed to all", async () => {
  const shop = codeBase({
    "src/a/index.ts": 'import { b } from "../b/index.ts";\nimport { u } from "../utils/u.ts";\n',
    "src/b/index.ts": "export const b = 1;\n",
    "src/utils/u.ts": "export const u = 1;\n",
  });
  assert.equal((await shop.run("todo", "--units", "src/*")).code, 0);
  shop.write(FILE, shop.text().replace("\n\n", "\n# Ours.\nallow * -> utils | store nothing\n\n"));
  const covered = await shop.run("check");
  assert.match(covered.stdout, /\(boundaries\.W004\) 1 line that an `allow` covers now\n/);
  assert.doesNotMatch(covered.stdout, /Well done|not there any more/);
  const json = await shop.run("todo", "--json");
  const told = JSON.parse(json.stdout) as Record<string, unknown>;
  assert.deepEqual([told["ties"], told["allowed"], told["kind"]], [1, 1, "folders"]);
  assert.match(shop.text(), /\nformat 1\nkind folders\nunits src\/\*\n# Ours\.\nallow \* -> utils/);
  shop.write("src/b/more.ts", 'import { u } from "../utils/u.ts";\n');
  assert.equal((await shop.run("check", "--strict")).code, 0);
  shop.write(FILE, shop.text().replace("utils | store", "util | store"));
  const { code, stdout } = await shop.run("check");
  assert.equal(code, 1);
  assert.match(stdout, /\(boundaries\.W005\) allow names util, which is no unit/);
  assert.match(stdout, /\(boundaries\.E006\) a needs utils: import u/);
});

test("a unit with a new name is told as one", async () => {
  const shop = codeBase(nestFiles);
  await shop.run("todo");
  renameSync(join(shop.folder, "src/reports"), join(shop.folder, "src/statistics"));
  const { code, stdout } = await shop.run("check");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /There is no reports here\. After a new name, `marcot boundaries todo --add`/,
  );
  assert.match(stdout, /statistics needs orders: import Order/);
  shop.write(
    "src/mail/x.ts",
    'import { Order } from "../orders/order.entity"; import { Guard } from "../auth/guard";\n',
  );
  const found = (await shop.run("check")).stdout.matchAll(/^src\/mail\/x\.ts:1: .* needs (\w+)/gm);
  assert.deepEqual(
    [...found].map(([, to]) => to),
    ["auth", "orders"],
    "of one line they are in the order of what they say, as in marcot check",
  );
  assert.equal((await shop.run("todo", "--add")).code, 0);
  assert.equal((await shop.run("check", "--strict")).code, 0);
});

const apps = {
  "package.json": packageJson,
  "settings.ts": settingsOf(["faq", "tickets"]),
  ...tinyApp("faq"),
  ...tinyApp("tickets"),
};

test("a project of ours: check takes the listed ones for silenced, and no others", async () => {
  const place = tempFolder(apps);
  after(() => place.remove());
  const { run, write, ties } = codeBase({}, place.folder);
  const check = async () => {
    const { code, stdout } = await marcot(["check", "--json"], { cwd: place.folder });
    const { findings, silenced } = JSON.parse(stdout) as Record<string, { id: string }[]>;
    const ids = (list: { id: string }[] = []) =>
      list.flatMap(({ id }) => (id.startsWith("boundaries") ? [id] : []));
    return { code, findings: ids(findings), silenced: ids(silenced) };
  };
  write("apps/tickets/old.ts", 'import "../faq/views.ts";\nexport const old = 1;\n');
  assert.deepEqual((await check()).findings, ["boundaries.E002"]);
  assert.equal((await run("check")).code, 1, "without the file all is new");
  const first = await run("todo");
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(ties(), ["tickets -> faq | import views | apps/tickets/old.ts"]);
  assert.deepEqual(await check(), { code: 0, findings: [], silenced: ["boundaries.E002"] });
  assert.equal((await run("check", "--strict")).code, 0);
  write("apps/tickets/fresh.ts", 'import { twice } from "#apps/faq/views";\nvoid twice;\n');
  assert.deepEqual((await check()).findings, ["boundaries.E001"]);
  const told = await run("check");
  assert.match(told.stdout, /apps\/tickets\/fresh\.ts:1: \(boundaries\.E001\)/);
  rmSync(join(place.folder, "apps/tickets/fresh.ts"));
  write("apps/tickets/old.ts", "");
  assert.deepEqual((await check()).findings, ["boundaries.W004"]);
  write(FILE, "format 1\nkind marcot\n>>>>>>> main\n");
  assert.deepEqual((await check()).findings, ["boundaries.E007"]);
  rmSync(join(place.folder, FILE));
  assert.deepEqual((await check()).findings, []);
});

test("what a file with a syntax error needs is not known, and its lines stay", async () => {
  const shop = codeBase(nestFiles);
  await shop.run("todo");
  const text = shop.text();
  const controller = "src/orders/orders.controller.ts";
  const code = readFileSync(join(shop.folder, controller), "utf8");
  shop.write(controller, `${code}\nexport const x = {;\nexport const y = [;\n`);
  const github = await shop.run("check", "--format", "github");
  assert.match(github.stdout, /^::warning file=.*orders\.controller\.ts,line=\d+,.*W006::/);
  assert.doesNotMatch(github.stdout, /W004/);
  assert.equal((await shop.run("check", "--strict")).code, 1);
  const told = await shop.run("todo");
  assert.match(told.stdout, /^note: .*controller\.ts:\d+: it could not be read whole/);
  assert.match(told.stdout, /7 ties .*, as before\n/);
  const json = JSON.parse((await shop.run("todo", "--json")).stdout) as { unread: object[] };
  assert.equal(json.unread.length, 1);
  assert.equal(shop.text(), text);
  shop.write(controller, code);
  assert.equal((await shop.run("check", "--strict")).code, 0);
});

test("what is too large or no text any more loses no line, and is told", async () => {
  const shop = codeBase(nestFiles);
  const controller = "src/orders/orders.controller.ts";
  const code = nestFiles[controller] ?? "";
  await shop.run("todo");
  const [text, ties] = [shop.text(), shop.ties()];
  assert.ok(ties.some((tie) => tie.includes(controller)));
  const cases = [
    [`${code}${"// long\n".repeat(130_000)}`, "larger than 1 MB"],
    [`${code}\0`, "a binary file"],
  ] as const;
  for (const [written, why] of cases) {
    shop.write(controller, written);
    const { code: exit, stdout } = await shop.run("check");
    assert.equal(exit, 0);
    assert.match(stdout, /^src\/orders\/orders\.controller\.ts: \(boundaries\.W006\) /);
    assert.ok(stdout.includes(`it could not be read: ${why}`), stdout);
    assert.doesNotMatch(stdout, /W004/);
    assert.match(stdout, /7 ties listed/);
    assert.equal((await shop.run("check", "--strict")).code, 1);
    const told = await shop.run("todo");
    assert.ok(told.stdout.includes(`${controller}: it could not be read: ${why}`), told.stdout);
    assert.equal(shop.text(), text);
  }
  shop.write(controller, code);
  // Of this one nothing is listed, so that nobody has to repair it.
  shop.write("src/orders/data.js", "// long\n".repeat(130_000));
  const { code: exit, stdout } = await shop.run("check", "--strict");
  assert.equal(exit, 0);
  assert.match(stdout, /^note: 1 source was not read, .*: src\/orders\/data\.js \(larger than/);
});

test("what tells of others and cannot be read cures nothing", async () => {
  const entity = "src/users/user.entity.ts";
  const shop = codeBase(nestFiles);
  await shop.run("todo");
  const text = shop.text();
  assert.match(text, /orders -> users \| foreign key Order\.buyer/);
  // Found by its paths.
  shop.write("tsconfig.json", "<<<<<<< ours\n{}\n");
  const { code, stdout } = await shop.run("check");
  assert.equal(code, 0);
  assert.match(stdout, /^note: tsconfig\.json could not be read: what is listed stays/);
  assert.doesNotMatch(stdout, /W004/);
  await shop.run("todo");
  assert.equal(shop.text(), text);
  shop.write("tsconfig.json", nestFiles["tsconfig.json"] ?? "");
  // Found by the name of the class.
  shop.write(
    "src/orders/order.entity.ts",
    `import { Entity, ManyToOne } from "typeorm";
@Entity()
export class Order {
  @ManyToOne("User") buyer: unknown;
}
`,
  );
  await shop.run("todo");
  const named = shop.text();
  assert.match(named, /orders -> users \| foreign key Order\.buyer/);
  shop.write(entity, "export class {{{\n");
  assert.doesNotMatch((await shop.run("check")).stdout, /W004/);
  await shop.run("todo");
  assert.equal(shop.text(), named);

  const django = codeBase(djangoFiles());
  await django.run("todo");
  const all = django.text();
  django.write("shop/settings.py", "INSTALLED_APPS = (\n<<<<<<< ours\n");
  assert.doesNotMatch((await django.run("check")).stdout, /W004/);
  await django.run("todo");
  assert.equal(django.text(), all);
});

test("a project of ours with a syntax error fails, and loses no line by it", async () => {
  const place = tempFolder(apps);
  after(() => place.remove());
  const { run, write, text } = codeBase({}, place.folder);
  write("apps/tickets/old.ts", 'import "../faq/views.ts";\n');
  await run("todo");
  const before = text();
  write("apps/tickets/old.ts", 'import "../faq/views.ts";\nconst x = {;\n');
  const { code, stdout } = await run("check");
  assert.equal(code, 1);
  assert.match(stdout, /^apps\/tickets\/old\.ts:2: \(boundaries\.E005\) a syntax error/);
  assert.doesNotMatch(stdout, /W004/);
  assert.doesNotMatch((await marcot(["check"], { cwd: place.folder })).stdout, /W004/);
  assert.match((await run("todo")).stdout, /^note: apps\/tickets\/old\.ts:2: a syntax error/);
  assert.equal(text(), before);
});

test("a project of ours: what a file imports twice is one tie, also under another name", async () => {
  const place = tempFolder(apps);
  after(() => place.remove());
  const { run, write, ties } = codeBase({}, place.folder);
  const twice = 'import "../faq/views.ts";\nexport { twice } from "../faq/views.ts";\n';
  write("apps/tickets/old.ts", twice);
  assert.match((await run("todo")).stdout, /: 1 tie between 2 units .*\n {2}tickets -> faq {2}1\n/);
  assert.match((await run("todo")).stdout, /: 1 tie .*, as before$/m);
  assert.match((await run("check")).stdout, /1 tie listed, 0 allowed/);
  const at = (name: string) => join(place.folder, "apps/tickets", name);
  renameSync(at("old.ts"), at("late.ts"));
  const { code, stdout } = await run("check");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /1 line with files that have another name now/);
  assert.equal((await run("todo")).code, 0);
  assert.deepEqual(ties(), ["tickets -> faq | import views | apps/tickets/late.ts"]);
});

test("what a stranger wrote into the file does not steer the terminal", async () => {
  const place = tempFolder(apps);
  after(() => place.remove());
  const { write, run } = codeBase({}, place.folder);
  const steering = /[\p{Bidi_Control}\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u;
  const line = String.raw`"fa\u001b[2Jq" -> "t\u202et" | "x\u009b2J" | "gone\u001b.ts"`;
  write(FILE, `format 1\nkind marcot\n${line}\n`);
  for (const args of [["boundaries", "check"], ["check"], ["check", "--format", "markdown"]]) {
    const { stdout } = await marcot(args, { cwd: place.folder });
    assert.match(stdout, /fa�\[2Jq -> t�t: 1 line/);
    assert.doesNotMatch(stdout, steering);
  }
  const wrong = [
    "format \u001b[2J\nkind marcot\n",
    "format 1\nkind \u001b[2J\n",
    `format 1\nkind folders\nunits ${String.raw`"\u001b[2J*"`}\n`,
  ];
  for (const text of wrong) {
    write(FILE, text);
    const { stderr } = await run("todo", "--kind", "folders");
    assert.match(stderr, /^marcot: .*�\[2J/);
    assert.doesNotMatch(stderr, steering);
  }
});

test("what is wrong is said with a code, and nothing is written", async () => {
  const shop = codeBase(nestFiles);
  const refuses = async (expected: RegExp, code: number, ...args: string[]) => {
    const ended = await shop.run(...args);
    assert.match(ended.stderr, expected);
    assert.equal(ended.code, code, args.join(" "));
  };
  await refuses(
    /there is no boundaries\.todo .*\n.*marcot boundaries todo.*TodoMissing/,
    1,
    "check",
  );
  await refuses(/does not exist.*[^]*\[CodeUnreadable\]/, 1, "todo", "nowhere");
  await refuses(/is not a folder[^]*\[CodeUnreadable\]/, 1, "check", "package.json");
  await refuses(/no folder is called[^]*\[UnitsNotFound\]/, 1, "todo", "--units", "lib/*");
  await refuses(/Say which folders are units[^]*\[UnitsNotFound\]/, 1, "todo", "src/mail");
  await refuses(/no units of the kind django[^]*\[UnitsNotFound\]/, 1, "todo", "--kind", "django");
  await refuses(/Allowed choices/, 2, "todo", "--kind", "rails");
  assert.ok(!existsSync(join(shop.folder, FILE)));

  await shop.run("todo");
  await refuses(
    /was written with --kind nest[^]*\[CommandInvalid\]/,
    2,
    "todo",
    "--units",
    "src/*",
  );
  await refuses(/There is one in .*TodoMissing/, 1, "check", "src/mail");
  const text = shop.text();
  shop.write(FILE, `${text}<<<<<<< HEAD\n`);
  await refuses(/boundaries\.todo:\d+ is the mark of a merge[^]*\[TodoInvalid\]/, 1, "check");
  await refuses(/\[TodoInvalid\]/, 1, "todo", "--add");
  shop.write(FILE, text.replace("format 1", "format 7"));
  await refuses(/A newer Marcot wrote it.*\[TodoInvalid\]/, 1, "todo");

  shop.write("elsewhere", text);
  rmSync(join(shop.folder, FILE));
  symlinkSync("elsewhere", join(shop.folder, FILE));
  await refuses(/is a link[^]*\[TodoInvalid\]/, 1, "check");
  await refuses(/is a link[^]*\[TodoInvalid\]/, 1, "todo");
  assert.equal(readFileSync(join(shop.folder, "elsewhere"), "utf8"), text);
});

test("a folder of a repository has a file of its own; a bare repository has none", async () => {
  const files = Object.entries(nestFiles).map(([path, text]) => [`backend/${path}`, text]);
  const folder = repositoryOf([{ files: Object.fromEntries(files) as Record<string, string> }]);
  const { code, stderr } = await marcot(["boundaries", "todo", "backend"], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.equal(git(folder, "status", "--short"), "?? backend/boundaries.todo");
  writeFileSync(
    join(folder, "backend/src/mail/x.ts"),
    'import { Order } from "../orders/order.entity";\n',
  );
  const told = await marcot(["boundaries", "check", "backend", "--format", "github"], {
    cwd: folder,
  });
  assert.match(
    told.stdout,
    /^::error file=backend\/src\/mail\/x\.ts,line=1,title=boundaries\.E006::/,
  );
  const bare = temporaryFolder();
  git(folder, "clone", "-q", "--bare", ".", bare);
  const refused = await marcot(["boundaries", "todo", bare], { cwd: folder });
  assert.match(refused.stderr, /is a bare repository[^]*\[CodeUnreadable\]/);
  assert.ok(!existsSync(join(bare, FILE)));
});

test("of a repository that is checked out in part no line is taken for cured", async () => {
  const files = Object.entries(nestFiles).map(([path, text]) => [path, text] as const);
  const folder = repositoryOf([{ files: Object.fromEntries(files) }]);
  const run = (...args: string[]) => marcot(["boundaries", ...args], { cwd: folder });
  const text = () => readFileSync(join(folder, FILE), "utf8");
  await run("todo");
  const before = text();
  git(folder, "sparse-checkout", "set", "src/orders", "src/users", "src/reports", "src/auth");
  assert.ok(!existsSync(join(folder, "src/mail")));
  const { code, stdout } = await run("check", "--strict");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^note: \d+ sources are not checked out here/);
  assert.equal((await run("todo")).code, 0);
  assert.equal(text(), before);
  git(folder, "sparse-checkout", "disable");
  rmSync(join(folder, "src/reports/report.ts"));
  assert.match((await run("todo")).stdout, /5 ties .*, 2 fewer\n/);
});

test("two branches that both change the file merge by themselves, as the how-to says", async () => {
  const shop = codeBase(nestFiles);
  git(shop.folder, "init", "-q", "-b", "main", ".");
  shop.write(".gitattributes", "boundaries.todo merge=union\n");
  const commit = async (path: string, text: string) => {
    shop.write(path, text);
    await shop.run("todo", "--add");
    git(shop.folder, "add", "-A");
    git(shop.folder, "commit", "-qm", path);
  };
  await commit("README.md", "A shop\n");
  git(shop.folder, "checkout", "-qb", "other");
  await commit("src/mail/one.ts", 'import { Order } from "../orders/order.entity";\n');
  git(shop.folder, "checkout", "-q", "main");
  await commit("src/mail/two.ts", 'import { Order } from "../orders/order.entity";\n');
  git(shop.folder, "merge", "-q", "--no-edit", "other");
  assert.equal((await shop.run("check", "--strict")).code, 0);
  assert.equal(shop.ties().length, 9);
});
