import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { oneLine } from "../../src/cli/terminal/one-line.ts";
import type { Report } from "../../src/where-to-start/types/report.ts";
import { git, repositoryOf, temporaryFolder } from "../where-to-start/repository.ts";
import { djangoFiles, djangoShop, nestShop } from "../where-to-start/shops.ts";
import { marcot, root } from "./command.ts";

/** Far from any project of Marcot. */
const cwd = temporaryFolder();

const script = join(root, "src", "cli", "marcot.js");

/** Nothing can be written to it. */
const FULL = "/dev/full";

/** Who may write to everything. */
const isRoot = process.getuid?.() === 0;

async function ask(...args: string[]) {
  return marcot(["where-to-start", ...args], { cwd });
}

test("a table of at most 100 columns, without colours in a pipe", async () => {
  const { code, stdout, stderr } = await ask(djangoShop());
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^where-to-start: .* 5 apps · \d+ lines · 16 commits in \d+ months? to 2026-05-26\n/,
  );
  assert.match(
    stdout,
    /\n 1 {2}payments +\d+ {2}pain █+·* {2}safe █+·* {2}small █+·* {2}1 needs it · 4 cuts \(S\)/,
  );
  assert.match(stdout, /own world: stripe, 1 setting, 1 host · 13 commits, 6 fixes, 2 people/);
  assert.match(stdout, /not yet: users in every request \(shop\/settings\.py:12\)/);
  assert.match(stdout, /\nnext: npx marcot where-to-start .* --cuts payments/);
  assert.ok(!stdout.includes("\u001B"), stdout);
  const long = stdout.split("\n").filter((line) => line.length > 100 && !line.startsWith("next:"));
  assert.deepEqual(long, []);
});

test("a folder that says that it has a copy of the framework is read, and not run", async () => {
  const evil = `console.log("RUN"); export const manage = () => {};`;
  const claim = JSON.stringify({ name: "marcot", exports: { "./manage": "./evil.mjs" } });
  for (const place of ["", "node_modules/marcot/"]) {
    const files = { [`${place}package.json`]: claim, [`${place}evil.mjs`]: evil };
    const folder = repositoryOf([{ files: { ...djangoFiles(), ...files } }]);
    for (const args of [
      ["where-to-start"],
      ["where-to-start", "."],
      ["boundaries", "check", "."],
    ]) {
      const { stdout, stderr } = await marcot(args, { cwd: folder });
      assert.doesNotMatch(stdout, /RUN/, args.join(" "));
      assert.match(stdout + stderr, /orders|boundaries\.todo/);
    }
  }
});

test("a narrow terminal gets narrow lines, and the path of the next command whole", async () => {
  const folder = djangoShop();
  const { stdout } = await marcot(["where-to-start", folder], {
    cwd,
    environment: { COLUMNS: "64" },
  });
  const lines = stdout.split("\n");
  assert.match(stdout, /small █+·*\n {4}1 needs it · 4 cuts \(S\)\n/);
  assert.ok(lines.includes(`next: npx marcot where-to-start ${folder} --cuts payments`));
  assert.deepEqual(
    lines.filter((line) => line.length > 64 && !line.includes(folder)),
    [],
  );
});

test("who misspells a unit is told what it may have meant, else which there are", async () => {
  const folder = djangoShop();
  const near = await ask(folder, "--why", "paymets");
  assert.match(near.stderr, /there is no unit paymets\n.*Did you mean payments\?/);
  const far = await ask(folder, "--why", "nobody");
  assert.match(far.stderr, /Name one of these: catalog, orders, payments, reviews, users\./);
});

test("how far it is stands on a terminal, in one line that goes away, and nowhere else", async () => {
  for (const isTTY of [true, false]) {
    const stream = Object.assign(new PassThrough(), { isTTY });
    const line = oneLine(stream as unknown as NodeJS.WriteStream);
    line.onRead(1, 2000);
    await setTimeout(600); // shorter work says nothing
    line.onRead(1000, 2000);
    line.end();
    const said = stream.read() as Buffer | null;
    const whole = "\r\u001B[Kreading 1,000 of 2,000 files\r\u001B[K";
    assert.equal(said?.toString(), isTTY ? whole : undefined);
  }
});

test("its bill, its reasons and its draft", async () => {
  const folder = djangoShop();
  const cuts = await ask(folder, "--cuts", "payments");
  assert.equal(cuts.code, 0);
  assert.match(cuts.stdout, /^payments: 4 cuts, 9 points, size S\n/);
  assert.match(
    cuts.stdout,
    /shop\/payments\/models\.py:3 +orders +Payment\.order -> orders\.Order/,
  );
  assert.match(
    cuts.stdout,
    /shop\/orders\/views\.py:4 +orders +charge from shop\.payments\.gateway/,
  );
  assert.match(cuts.stdout, /Units that have to change: orders, and files of no unit\./);
  const why = await ask(folder, "--why", "payments");
  assert.match(why.stdout, /commits, 6 repairs, 2 people \(13\)/);
  const newest = git(folder, "log", "-1", "--format=%h", "--abbrev=10", "--", "shop/payments");
  assert.match(why.stdout, new RegExp(`${newest} +2026-\\d\\d-\\d\\d +.* the gateway`));
  assert.match(why.stdout, /shop\/payments\/gateway\.py:4 +setting +STRIPE_KEY/);
  const draft = await ask(folder, "--draft-contract", "payments");
  assert.match(draft.stdout, /export const v1 = contract\("payments\/v1"/);
});

test("--json prints the report alone, and the page needs no network", async () => {
  const page = join(cwd, "report.html");
  const { code, stdout } = await ask(nestShop(), "--json", "--html", page);
  assert.equal(code, 0);
  const report = JSON.parse(stdout) as Report;
  assert.equal(report.start.unit, "mail");
  const text = readFileSync(page, "utf8");
  assert.match(text, /Start with <a href="#unit-mail">mail<\/a>, as a service/);
  assert.doesNotMatch(text, /<script|<link (?!rel="icon" href="data:,")|<img|url\(|@import|src=/);
  assert.match(text, /default-src 'none'/);
});

test("what strangers wrote steers neither the terminal nor the page", async () => {
  const evil = "\u001B[31m<script>alert(1)</script>";
  const files = djangoFiles();
  const folder = repositoryOf([
    { files, subject: evil },
    {
      files: { "shop/payments/gateway.py": `${files["shop/payments/gateway.py"]}#` },
      subject: evil,
    },
    {
      files: {
        [`shop/payments/${evil.replaceAll("/", "")}.py`]:
          "from shop.catalog.models import Product\n",
      },
    },
  ]);
  const page = join(cwd, "evil.html");
  for (const more of [[], ["--cuts", "payments"], ["--why", "payments"]]) {
    const { stdout, code } = await ask(folder, "--at", "HEAD", "--html", page, ...more);
    assert.equal(code, 0);
    assert.ok(!stdout.includes("\u001B"), stdout);
  }
  assert.doesNotMatch(readFileSync(page, "utf8"), /<script/);
});

test("a name that JSON gave is found, and is not printed as it is", async () => {
  const evil = "x\u001B[31mred";
  const app = (name: string) => ({
    [`src/${name}/a.ts`]: `import { b } from "../${name === evil ? "b" : evil}/a";\n`,
  });
  const files = { ...app(evil), ...app("b"), ...app("c"), ...app("d") };
  const folder = repositoryOf([{ files }], { checkout: false });
  const at = ["--at", "HEAD", "--units", "src/*"];
  const { stdout: json } = await ask(folder, ...at, "--json");
  const { units } = JSON.parse(json) as Report;
  const { name } = units.find((unit) => unit.name.includes("red")) ?? { name: "" };
  assert.ok(name.includes(evil));
  const printed = name.replace("\u001B", "\uFFFD");
  for (const named of [name, printed])
    for (const option of ["--cuts", "--why", "--draft-contract"]) {
      const { stdout, stderr, code } = await ask(folder, ...at, option, named);
      assert.equal(code, 0, stderr);
      assert.ok(stdout.includes(printed), stdout);
      assert.ok(!stdout.includes("\u001B"), stdout);
    }
  git(folder, "commit", "-q", "--allow-empty", "-m", "Later");
  const before = await ask(folder, "--units", "src/*", "--backtest", "HEAD", name);
  assert.equal(before.code, 0, before.stderr);
  assert.ok(!before.stdout.includes("\u001B"), before.stdout);
});

test("an app of Marcot gets no draft: it has a contract", async () => {
  const apps = ["faq", "desk", "mail"];
  const files = Object.fromEntries(apps.map((app) => [`apps/${app}/contract.ts`, "export {};\n"]));
  const settings = `export default settings({ apps: ${JSON.stringify(apps)} });\n`;
  const folder = repositoryOf([{ files: { ...files, "settings.ts": settings } }]);
  const { code, stdout, stderr } = await ask(folder, "--draft-contract", "faq");
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(
    stderr,
    /^marcot: faq has a contract already: apps\/faq\/contract\.ts\n.*marcot extract plan faq \[CommandInvalid\]\n$/,
  );
});

test("--why tells who made the commits, by name only with --people", async () => {
  const folder = djangoShop();
  const hashed = await ask(folder, "--why", "payments");
  assert.match(
    hashed.stdout,
    /\npeople \(2\)\n {2}person-[0-9a-f]{10} +9 commits\n {2}person-[0-9a-f]{10} +4 commits\n/,
  );
  assert.doesNotMatch(hashed.stdout, /example\.com/);
  const named = await ask(folder, "--why", "payments", "--people");
  assert.match(
    named.stdout,
    /\npeople \(2\)\n {2}Ann <ann@example\.com> +9 commits\n {2}Bob <bob@example\.com> +4 commits\n/,
  );
});

test("the commands that are named next can be given to a shell as they are", async () => {
  const folder = djangoShop();
  const named = join(folder, "it's a shop");
  git(folder, "worktree", "add", "-q", "--detach", named);
  const page = join(cwd, "quoted.html");
  const { stdout } = await ask(named, "--html", page);
  const path = `'${named.replace("'", "'\\''")}'`;
  assert.ok(stdout.includes(`next: npx marcot where-to-start ${path} --cuts payments`), stdout);
  const text = readFileSync(page, "utf8").replaceAll("&#39;", "'");
  assert.ok(
    text.includes(`<code>npx marcot where-to-start ${path} --draft-contract payments</code>`),
  );
});

test("the commands that are named next ask about the same units, commits and months", async () => {
  const names = ["it's a", "it's b", "c", "d"];
  const files = Object.fromEntries(names.map((name) => [`packages/${name}/a.ts`, "a();\n"]));
  const hurts = { "packages/it's b/a.ts": "fetch(process.env.KEY);\n" };
  const folder = repositoryOf([{ files }, { files: hurts, subject: "fix it" }]);
  git(folder, "commit", "-q", "--allow-empty", "-m", "Later");
  const seen = ["--units", "packages/*", "--kind", "folders", "--at", "HEAD~1", "--months", "7"];
  const asked = [folder, ...seen, "--lift", "it's b", "--people"];
  const same = `npx marcot where-to-start ${folder} --units 'packages/*' --kind folders --at 'HEAD~1' --months 7 --lift 'it'\\''s b' --people`;
  const { stdout } = await ask(...asked);
  const [next = "", last] = stdout.split("\n").slice(-3, -1);
  assert.equal(next, `next: ${same} --cuts 'it'\\''s b'`);
  assert.equal(last, `      ${same} --html report.html`);
  assert.match(sayToShell(next.replace("next: ", "")), /^it's b: 0 cuts/);
  const page = join(cwd, "asked.html");
  const written = await ask(...asked, "--html", page);
  assert.ok(written.stdout.endsWith(`\n${next}\npage: ${page}\n`), written.stdout);
  const text = readFileSync(page, "utf8").replaceAll("&#39;", "'");
  assert.ok(text.includes(`<code>${same} --draft-contract 'it'\\''s b'</code>`));
});

/** Without looking for the package at a registry. */
function sayToShell(line: string): string {
  const npx = `npx() { shift; "${process.execPath}" "${script}" "$@"; }`;
  return execFileSync("bash", ["-c", `${npx}\n${line}`], { cwd, encoding: "utf8" });
}

test("0 whatever the answer is, 1 for what cannot be read, 2 for wrong use", async () => {
  const quiet = repositoryOf([{ files: { "src/a/x.js": "1;\n" } }]);
  const stay = await ask(quiet);
  assert.equal(stay.code, 0);
  assert.match(stay.stdout, /no answer: no units were found\n/);
  const absent = await ask("/no/such/folder");
  assert.equal(absent.code, 1);
  assert.match(
    absent.stderr,
    /^marcot: \/no\/such\/folder does not exist\n.*\[CodeUnreadable\]\n$/,
  );
  const folder = djangoShop();
  for (const wrong of [
    ["--cuts", "nobody"],
    ["--months", "x"],
    ["--kind", "rails"],
    ["--cuts", "users", "--why", "users"],
    ["--backtest", "HEAD"],
    ["--lift", "nope"],
    ["--html", "no/such/folder/report.html"],
    ["--html", ""],
    ["--html", folder],
    ["--html", join(folder, "manage.py", "report.html")],
    ["--nonsense"],
    ["--backtest", "HEAD", "payments", "--html", "report.html"],
    ["--backtest", "HEAD", "payments", "--at", "HEAD"],
    ["--draft-contract", "payments", "--json"],
  ])
    assert.equal((await ask(folder, ...wrong)).code, 2, wrong.join(" "));
  const lifted = await ask(folder, "--lift", "nope");
  assert.match(lifted.stderr, /there is no unit nope\n.*catalog, orders, .*\[CommandInvalid\]/);
  const several = repositoryOf([
    { files: { "src/a/mail/x.js": "1;\n", "src/b/mail/x.js": "1;\n", "src/c/feed/x.js": "1;\n" } },
  ]);
  const either = await ask(several, "--units", "src/*/*", "--cuts", "mail");
  assert.match(either.stderr, /mail could be a\/mail or b\/mail\n/);
  const none = await ask(several, "--units", "lib/*");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no folder is called as --units says: 'lib\/\*'\n.*\[UnitsNotFound\]/);
  const nowhere = await ask(folder, "--html", "no/such/folder/report.html");
  assert.match(nowhere.stderr, /the folder of --html does not exist: .*no\/such\/folder\n/);
  const taken = await ask(folder, "--html", folder);
  assert.match(taken.stderr, /^marcot: --html names a folder: .*\n.*\[CommandInvalid\]\n$/);
});

test("a page that may not be written is refused before the work", { skip: isRoot }, async () => {
  const page = join(cwd, "kept.html");
  writeFileSync(page, "kept", { mode: 0o400 });
  const { code, stdout, stderr } = await ask("/no/such/folder", "--html", page);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /^marcot: --html may not write to .*kept\.html\n.*\[CommandInvalid\]\n$/);
});

test("a full disk is told in two lines, without a stack", { skip: !existsSync(FULL) }, () => {
  const line = `"${process.execPath}" "${script}" where-to-start "${djangoShop()}" > ${FULL}`;
  const { status, stderr } = spawnSync("bash", ["-c", line], { cwd, encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^marcot: .*no space left.*\n {2}Correct what the system refused\. \[ENOSPC\]\n$/i,
  );
});

test("four libraries are three and one more library", async () => {
  const files = djangoFiles();
  const more = "import requests, redis, zeep\n";
  const path = "shop/payments/gateway.py";
  const { stdout } = await ask(repositoryOf([{ files: { ...files, [path]: more + files[path] } }]));
  assert.match(stdout, /own world: \w+, \w+, \w+, 1 more library, /);
});

test("what the settings make one transaction nobody needs of a unit", async () => {
  const files = djangoFiles();
  const path = "shop/settings.py";
  const settings = `${files[path]}DATABASES = {"default": {"ATOMIC_REQUESTS": True}}\n`;
  const folder = repositoryOf([{ files: { ...files, [path]: settings } }]);
  const page = join(cwd, "atomic.html");
  const { stdout } = await ask(folder, "--cuts", "payments", "--html", page);
  assert.match(stdout, /\nglobal transaction: 1 \(5 points\)/);
  assert.match(stdout, /\nimport, others need of this unit: 2/);
  assert.match(readFileSync(page, "utf8"), /<h4>\s*global transaction: 1\s/);
});

test("--backtest: the rank just before it left, of how many", async () => {
  const folder = djangoShop();
  git(folder, "rm", "-q", "-r", "shop/payments");
  git(folder, "commit", "-q", "-m", "Payments is a service");
  const { code, stdout } = await ask(folder, "--backtest", "HEAD", "payments");
  assert.equal(code, 0);
  assert.match(stdout, /^payments, before HEAD: rank 1 of \d \(position 0\.00; chance is 0\.5\)/);
  assert.doesNotMatch(stdout, /leaves/);
  const gated = await ask(folder, "--backtest", "HEAD", "users");
  assert.match(gated.stdout, /HEAD leaves 3 files in shop\/users: is it what took the unit out\?/);
  assert.match(gated.stdout, /^users, before HEAD: not ranked: in every request/);
});

test("--backtest of the first commit: there is nothing before it", async () => {
  const folder = djangoShop();
  const root = git(folder, "rev-list", "--max-parents=0", "HEAD");
  const first = await ask(folder, "--backtest", root, "payments");
  assert.equal(first.code, 2);
  assert.match(first.stderr, new RegExp(`${root} is the first commit: there is nothing before it`));
  const absent = await ask(folder, "--backtest", "nobody", "payments");
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /git does not have the commit nobody\n/);
});
