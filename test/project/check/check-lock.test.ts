import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ContractFinding } from "../../../src/project/check/check-lock.ts";
import { type Checked, checkProject } from "../../../src/project/check/check.ts";
import { marcot, packageJson, root, settingsOf, tempFolder } from "../../cli/command.ts";

const places: { remove(): void }[] = [];
after(() => places.forEach((place) => place.remove()));

const apps = ["tickets", "faq", "faqcreator"];

/** One more caller. */
const UPDATES = `import { v2 as faq } from "#apps/faq";

export const shorten = (id: number) => faq.update({ id, question: "short" });
`;

/** The apps are provided elsewhere, so that only their contracts are loaded; nobody is called. */
const environment = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  ...Object.fromEntries(apps.map((app) => [`${app.toUpperCase()}_API`, "http://127.0.0.1:9"])),
};

/** The contracts of the company, and who calls them, in a git repository, as they were merged last. */
class Repository {
  readonly top: string;
  readonly project: string;
  /** Of faq. */
  readonly contract: string;

  constructor() {
    const place = tempFolder();
    places.push(place);
    this.top = place.folder;
    this.project = join(place.folder, "company");
    this.contract = join(this.project, "apps/faq/contract.ts");
    mkdirSync(this.project);
    writeFileSync(join(this.top, ".gitignore"), "node_modules\n");
    writeFileSync(join(this.project, "package.json"), packageJson);
    writeFileSync(join(this.project, "settings.ts"), settingsOf(apps));
    for (const app of apps) {
      const folder = join(this.project, "apps", app);
      mkdirSync(folder, { recursive: true });
      for (const file of ["package.json", "contract.ts", "contract.lock", "views.ts"])
        cpSync(join(root, "apps", app, file), join(folder, file));
    }
    writeFileSync(join(this.project, "apps/tickets/later.ts"), UPDATES);
    this.git("init", "--quiet", "--initial-branch=main");
    this.commit("the company");
    this.git("switch", "--quiet", "--create", "work");
  }

  git(...args: string[]): string {
    const who = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
    const env = { ...process.env, ...environment };
    return execFileSync("git", [...who, ...args], { cwd: this.top, encoding: "utf8", env });
  }

  commit(message: string): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", message);
  }

  /** Replaces text in the contract of faq, the first place of each. */
  edit(...replacements: readonly (readonly [string, string])[]): void {
    let text = readFileSync(this.contract, "utf8");
    for (const [from, to] of replacements) {
      assert.ok(text.includes(from), from);
      text = text.replace(from, to);
    }
    writeFileSync(this.contract, text);
  }

  async check(against?: string) {
    return checkIn(this.project, { against });
  }

  async lock(...args: string[]) {
    return marcot(["contract", "lock", ...args], { cwd: this.project, environment });
  }
}

/** A contract that this process has loaded once stays as it was; then another process has to look. */
const loaded = new Map<string, string>();

interface Options {
  readonly against?: string | undefined;
  readonly more?: Readonly<Record<string, string>>;
}

async function checkIn(folder: string, options: Options = {}) {
  const path = join(folder, "apps/faq/contract.ts");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const isFresh = (loaded.get(folder) ?? text) === text && options.more === undefined;
  if (isFresh) loaded.set(folder, text);
  const checked = isFresh
    ? await checkProject({ folder, environment, against: options.against })
    : await run(folder, options);
  const { findings, contracts } = checked;
  const ids = findings.map(({ id, where }) => `${id} ${where.file}`);
  const code = findings.some(({ level }) => level === "error") ? 1 : 0;
  return { code, findings, contracts, ids, breaks: findings.filter(isBreak) };
}

/** By the command, whose exit code has to be right. */
async function run(cwd: string, { against, more }: Options): Promise<Checked> {
  const args = against === undefined ? [] : [`--against=${against}`];
  const options = { cwd, environment: { ...environment, ...more } };
  const { code, stdout, stderr } = await marcot(["check", "--json", ...args], options);
  assert.equal(stderr, "");
  const checked = JSON.parse(stdout) as Checked;
  assert.equal(code, checked.findings.some(({ level }) => level === "error") ? 1 : 0);
  return checked;
}

function isBreak({ id }: ContractFinding): boolean {
  return id === "contracts.E004";
}

/** What a finding about a change says, without its sentences. */
function toShort({ where, change }: ContractFinding) {
  const { version, endpoint, side, rule, witness, callers } = change ?? assert.fail();
  const at = [version, endpoint, side].filter(Boolean).join(" ");
  const used = callers.map(({ file, line }) => `${file}:${line}`);
  return { at, rule, witness, line: where.line, used };
}

function lineOf(file: string, text: string): number {
  const lines = readFileSync(file, "utf8").split("\n");
  const found = lines.findIndex((line) => line.includes(text)) + 1;
  assert.ok(found > 0, text);
  return found;
}

// Git is asked in this process too.
Object.assign(process.env, environment);

const callerFile = join(root, "apps/faqcreator/views.ts");
const creates = `apps/faqcreator/views.ts:${lineOf(callerFile, "faq.create(")}`;

test("the company's locks are up to date, and compared with the default branch", async () => {
  const company = new Repository();
  const { code, ids, contracts } = await company.check();
  assert.deepEqual([code, ids], [0, []]);
  const since = `main@${company.git("rev-parse", "HEAD").slice(0, 7)}`;
  assert.deepEqual(
    contracts,
    apps.map((app) => ({ app, since, accepted: 0 })),
  );
});

test("a field that leaves an output is refused, with what is answered now and who reads it", async () => {
  const company = new Repository();
  company.edit(
    ["  question: text(),\n  source: integer(),\n};", "  question: text(),\n};"],
    ['event(entry, { key: "source" })', "event(entry)"],
  );
  const { code, breaks } = await company.check();
  assert.equal(code, 1);
  const short = breaks.map(toShort);
  assert.deepEqual(short.map(({ at }) => at).toSorted(), [
    "v1 create reply",
    "v1 entries reply",
    "v1 entry reply",
    // An event is sent by what runs now, and by what waits in the outbox.
    "v1 published reply",
    "v1 published request",
    "v2 create reply",
    "v2 entries reply",
    "v2 entry reply",
    "v2 published reply",
    "v2 published request",
    "v2 update reply",
  ]);
  assert.deepEqual(
    short.find(({ at }) => at === "v2 create reply"),
    {
      at: "v2 create reply",
      rule: 5,
      witness: { answer: "", id: 0, question: "", related: [] },
      line: lineOf(company.contract, "output: { answer: text(), related"),
      used: [creates],
    },
  );
  const [v1] = breaks.filter(({ change }) => change?.version === "v1");
  assert.deepEqual(v1?.change?.expects?.field, "source");
  assert.ok(v1?.change?.expects?.isRequired);
  assert.deepEqual(v1?.change?.callers, [], "nobody here calls v1");
  assert.match(
    v1?.hint ?? "",
    /change\(v2, "faq\/v3", \{ create: .*drop\("source", \{ keep: true \}\)/,
  );
});

test("an input's field that becomes required is refused, with what callers still send", async () => {
  const company = new Repository();
  const isDefault = "related: list(ref, { max: 20, default: [] })";
  const [head = "", create = "", update = ""] = readFileSync(company.contract, "utf8").split(
    isDefault,
  );
  writeFileSync(
    company.contract,
    [head, isDefault, create, "related: list(ref, { max: 20 })", update].join(""),
  );
  const { code, breaks } = await company.check();
  assert.equal(code, 1);
  // Row 52 says of the same field that its default is gone; one message shows both.
  assert.deepEqual(
    breaks.map(({ change }) => change?.rule),
    [7, 52],
  );
  assert.deepEqual(breaks.slice(0, 1).map(toShort), [
    {
      at: "v2 update request",
      rule: 7,
      witness: { id: 0, question: "a" },
      line: lineOf(company.contract, "related: list(ref, { max: 20 })"),
      used: ["apps/tickets/later.ts:3"],
    },
  ]);
  const [{ change, hint } = assert.fail()] = breaks;
  assert.deepEqual([change?.expects?.field, change?.expects?.isRequired], ["related", true]);
  assert.match(hint, /^Give "related" a default or make it optional/);
});

test("a constraint that narrows is refused at the field's line", async () => {
  const company = new Repository();
  company.edit([
    "question: text({ min: 1, max: 300 }), source",
    "question: text({ min: 1, max: 200 }), source",
  ]);
  const { breaks } = await company.check();
  const line = lineOf(company.contract, "max: 200");
  assert.deepEqual(breaks.map(toShort), [
    {
      at: "v1 create request",
      rule: 57,
      witness: { question: "a".repeat(201), source: 0 },
      line,
      used: [],
    },
    {
      at: "v2 create request",
      rule: 57,
      witness: { question: "a".repeat(201), source: 0 },
      line,
      used: [creates],
    },
  ]);
  const text = await marcot(["check"], { cwd: company.project, environment });
  assert.match(text.stdout, /a caller may send: \{"question":"aaaa… \(201\)","source":0\}/);
});

test("a path that is renamed is refused", async () => {
  const company = new Repository();
  company.edit(['entries: get("/entries/"', 'entries: get("/list/"']);
  const { code, breaks } = await company.check();
  assert.equal(code, 1);
  const line = lineOf(company.contract, 'get("/list/"');
  assert.deepEqual(breaks.map(toShort), [
    { at: "v1 entries", rule: 105, witness: undefined, line, used: [] },
    { at: "v2 entries", rule: 105, witness: undefined, line, used: [] },
  ]);
});

test("a type that narrows, and a value more in an output's closed choice, are refused", async () => {
  const other = new Repository();
  other.edit(
    [
      "limit: integer({ min: 1, max: 100, default: 20 })",
      "limit: number({ min: 1, max: 100, default: 20 })",
    ],
    ["integer, list,", "choice, integer, number, list,"],
    ["  source: integer(),\n};", '  source: integer(),\n  state: choice(["open", "closed"]),\n};'],
  );
  assert.equal((await other.lock("faq")).code, 0);
  other.git("switch", "--quiet", "main");
  other.commit("faq: give entries a state");
  other.git("switch", "--quiet", "--create", "narrow");
  other.edit(
    ["limit: number(", "limit: integer("],
    ['choice(["open", "closed"])', 'choice(["open", "closed", "old"])'],
  );
  const { breaks } = await other.check();
  const short = breaks.map(toShort);
  const narrowed = short.filter(({ at }) => at.endsWith("request"));
  assert.deepEqual(
    narrowed.map(({ at, rule, line }) => [at, rule, line]),
    [
      ["v1 entries request", 25, lineOf(other.contract, "limit: integer(")],
      ["v2 entries request", 25, lineOf(other.contract, "limit: integer(")],
    ],
  );
  for (const { witness } of narrowed)
    assert.ok(!Number.isInteger((witness as { limit: number }).limit), "it was a number before");
  const created = short.find(({ at }) => at === "v2 create reply");
  assert.deepEqual(
    [created?.rule, created?.line, created?.used],
    [44, lineOf(other.contract, '"old"'), [creates]],
  );
  assert.deepEqual(created?.witness, {
    answer: "",
    id: 0,
    question: "",
    related: [],
    source: 0,
    state: "old",
  });
});

test("an added optional field is accepted, and the lock has to be written anew", async () => {
  const company = new Repository();
  company.edit(
    [
      'answer: text({ max: 4000, default: "" }),',
      'answer: text({ max: 4000, default: "" }),\n      tag: optional(text()),',
    ],
    ["object, post", "object, optional, post"],
  );
  const stale = await company.check();
  assert.deepEqual([stale.code, stale.ids], [1, ["contracts.E003 apps/faq/contract.lock"]]);
  assert.match(stale.findings[0]?.what ?? "", /out of date: v2 create$/);
  const checked = await company.lock("--check");
  assert.equal(checked.code, 1);
  assert.match(checked.stdout, /apps\/faq\/contract\.lock: out of date: v2 create\n/);
  assert.equal((await company.lock()).code, 0);
  assert.equal((await company.lock("--check")).code, 0);
  const { code, ids } = await company.check();
  assert.deepEqual([code, ids], [0, []]);
});

test("a lock that was written anew, committed or deleted hides no break", async () => {
  const other = new Repository();
  other.edit(['entries: get("/entries/"', 'entries: get("/list/"']);
  const written = await other.lock("faq");
  assert.match(written.stdout, /2 breaking since main@/);
  assert.equal((await other.check()).breaks.length, 2);
  other.commit("faq: rename a path");
  assert.equal((await other.check()).breaks.length, 2);
  rmSync(join(other.project, "apps/faq/contract.lock"));
  const { ids, breaks } = await other.check();
  assert.equal(breaks.length, 2);
  assert.ok(ids.includes("contracts.E003 apps/faq/contract.lock"));
  writeFileSync(join(other.project, "apps/faq/contract.lock"), "<<<<<<< ours\n");
  const torn = await other.check();
  assert.equal(torn.breaks.length, 2);
  assert.match(
    torn.findings.find(({ id }) => id === "contracts.E003")?.what ?? "",
    /it is no JSON/,
  );
  assert.equal((await other.lock("faq")).code, 1, "what others accepted is not thrown away");
});

test("the promises of an app that moved are kept", async () => {
  const other = new Repository();
  const [from, to] = [join(other.project, "apps/faq"), join(other.top, "packages/faq")];
  mkdirSync(join(other.top, "packages"));
  renameSync(from, to);
  symlinkSync(to, join(other.top, "node_modules/marcot-faq"));
  const path = join(to, "contract.ts");
  writeFileSync(path, readFileSync(path, "utf8").replace('get("/entries/"', 'get("/list/"'));
  const { breaks } = await other.check();
  assert.deepEqual(
    breaks.map(({ where, change }) => [where.file, change?.rule]),
    [
      ["../packages/faq/contract.ts", 105],
      ["../packages/faq/contract.ts", 105],
    ],
  );
});

test("a break that is meant passes, that one alone, and once", async () => {
  const other = new Repository();
  other.edit([
    "question: text({ min: 1, max: 300 }), source",
    "question: text({ min: 1, max: 250 }), source",
  ]);
  const said = await other.lock("faq", "--break", "nobody asks so long");
  assert.match(
    said.stdout,
    /broken knowingly: v1 create request \/properties\/question: .* \[57\]\n/,
  );
  const { broken } = JSON.parse(
    readFileSync(join(other.project, "apps/faq/contract.lock"), "utf8"),
  );
  assert.deepEqual(
    broken.map(({ version, endpoint, rule, reason, witness }: Record<string, unknown>) => [
      version,
      endpoint,
      rule,
      reason,
      witness,
    ]),
    ["v1", "v2"].map((version) => [
      version,
      "create",
      57,
      "nobody asks so long",
      { question: "a".repeat(251), source: 0 },
    ]),
  );
  const accepted = await other.check();
  assert.deepEqual([accepted.code, accepted.ids], [0, []]);
  assert.equal(accepted.contracts.find(({ app }) => app === "faq")?.accepted, 2);

  other.edit(["max: 250", "max: 200"]);
  assert.equal((await other.check()).breaks.length, 2, "further than was accepted");
  other.edit(["max: 200", "max: 250"]);

  other.commit("faq: shorten questions");
  other.git("switch", "--quiet", "main");
  other.git("merge", "--quiet", "--ff-only", "work");
  other.git("switch", "--quiet", "--create", "later");
  other.edit(["max: 250", "max: 300"]);
  await other.lock("faq");
  assert.equal((await other.check()).code, 0, "wider again");
  other.commit("faq: lengthen questions");
  other.git("branch", "--force", "main");
  other.edit(["max: 300", "max: 250"]);
  await other.lock("faq");
  assert.equal((await other.check()).breaks.length, 2, "it was accepted for an earlier lock");
  assert.equal((await other.lock("faq", "--break", "again")).code, 0);
  assert.equal((await other.check()).code, 0);
});

test("--break needs an app, a reason and something that is broken", async () => {
  const company = new Repository();
  const nothing = await company.lock("faq", "--break", "why not");
  assert.deepEqual([nothing.code, nothing.stdout], [1, ""]);
  assert.match(nothing.stderr, /nothing of faq is broken since main@/);
  assert.match(
    (await company.lock("--break", "all")).stderr,
    /--break is for the apps that are named/,
  );
  assert.match((await company.lock("faq", "--break", " ")).stderr, /--break needs a reason/);
  assert.match((await company.lock("nope")).stderr, /nope is not an app of this project's own/);
  assert.equal(company.git("status", "--porcelain"), "");
});

test("another commit can be compared with; what is no commit is a finding", async () => {
  const other = new Repository();
  other.edit(['entries: get("/entries/"', 'entries: get("/list/"']);
  await other.lock("faq");
  other.commit("faq: rename a path");
  assert.equal((await other.check("HEAD")).code, 0);
  assert.equal((await other.check("HEAD~1")).breaks.length, 2);
  for (const ref of ["nowhere", "--output=taken", "main; touch taken"]) {
    const { code, ids, findings } = await other.check(ref);
    assert.deepEqual([code, ids], [1, ["contracts.E005 apps/tickets/contract.lock"]], ref);
    assert.ok(findings[0]?.what.endsWith(`git knows no commit ${ref}`));
  }
  assert.equal(other.git("status", "--porcelain"), "", "nothing was written");
});

test("a history that is not there is a finding that says what to fetch", async () => {
  const other = new Repository();
  const clone = (...args: string[]) => {
    const place = tempFolder();
    places.push(place);
    const folder = join(place.folder, "clone");
    other.git("clone", "--quiet", ...args, `file://${other.top}`, folder);
    return join(folder, "company");
  };
  writeFileSync(join(other.project, "README.md"), "The company.\n");
  other.commit("say what it is");
  other.git("switch", "--quiet", "main");
  const cut = await checkIn(clone("--depth=1", "--branch=work"));
  assert.deepEqual([cut.code, cut.ids], [1, ["contracts.E005 apps/tickets/contract.lock"]]);
  assert.match(cut.findings[0]?.what ?? "", /git knows no default branch here/);
  const apart = await checkIn(clone("--depth=1", "--branch=work", "--no-single-branch"));
  assert.deepEqual([apart.code, apart.ids], [1, ["contracts.E005 apps/tickets/contract.lock"]]);
  assert.match(apart.findings[0]?.what ?? "", /the clone is shallow and ends before/);
  assert.match(apart.findings[0]?.hint ?? "", /git fetch --unshallow/);
  const whole = await checkIn(clone("--branch=work"));
  assert.equal(whole.code, 0);
  assert.match(whole.contracts[0]?.since ?? "", /^origin\/\w+@/);
  const noGit = await checkIn(other.project, { more: { PATH: "/nonexistent" } });
  assert.deepEqual([noGit.code, noGit.ids], [1, ["contracts.E005 apps/tickets/contract.lock"]]);
  assert.match(noGit.findings[0]?.what ?? "", /git is not installed/);
  rmSync(join(other.top, ".git"), { recursive: true });
  const outside = await checkIn(other.project);
  assert.deepEqual([outside.code, outside.ids], [0, []]);
  assert.equal(outside.contracts[0]?.why, "the project is not in a git repository");
});

test("the formats name the file from the top of the repository, and can be read", async () => {
  const company = new Repository();
  company.edit(['entries: get("/entries/"', 'entries: get("/list/"']);
  const run = async (format: string) => {
    const options = { cwd: company.project, environment };
    const { code, stdout } = await marcot(["check", "--format", format], options);
    assert.equal(code, 1);
    return stdout;
  };
  const line = lineOf(company.contract, 'get("/list/"');
  const github = (await run("github")).trimEnd().split("\n");
  assert.equal(github.length, 3);
  assert.ok(
    github.some((one) =>
      one.startsWith("::error file=company/apps/faq/contract.lock,title=contracts.E003::the lock"),
    ),
  );
  assert.ok(
    github.some((one) =>
      one.startsWith(
        `::error file=company/apps/faq/contract.ts,line=${line},title=contracts.E004::faq/v1 entries: path /entries/ → /list/ [105]%0A`,
      ),
    ),
  );
  const junit = await run("junit");
  assert.match(junit, /<testsuite name="marcot check" tests="3" failures="3">/);
  assert.match(junit, /--break &quot;REASON&quot;/);
  const markdown = await run("markdown");
  assert.match(markdown, /^\| level \| where \| finding \| what \| to do \|\n\| --- /);
  assert.equal(markdown.split("\n").filter((row) => row.startsWith("| error |")).length, 3);
});
