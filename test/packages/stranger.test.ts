/** The built packages in a stranger's hands: the commands, what Node refuses, and what the compiler says. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  addressOf,
  type Ended,
  endOf,
  marcot,
  packageJson,
  settingsOf,
  spawnMarcot,
  tinyApp,
} from "../cli/command.ts";
import { commandIn, install, stranger } from "./stranger.ts";

const versions = {
  dependencies: { marcot: "*", "marcot-faq": "*" },
  devDependencies: { zod: "*" },
};
const place = stranger({
  "package.json": JSON.stringify({ ...JSON.parse(packageJson), ...versions }),
  "settings.ts": settingsOf(["faq", "numbers"]),
  ...tinyApp("numbers"),
});
const { folder, write } = place;
const shop = join(folder, "shop");
const script = commandIn(shop);
after(() => place.remove());

function succeed({ code, stderr, stdout }: Ended): string {
  assert.equal(code, 0, stderr + stdout);
  return stdout;
}

/** What the compiler says of the new project. */
async function compile(...options: string[]): Promise<string> {
  const tsc = join(shop, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "--pretty", "false", ...options];
  const { stdout, stderr } = await endOf(spawn(process.execPath, args, { cwd: shop }));
  return stdout + stderr;
}

/** The new app has no lock yet. */
const NO_FINDINGS =
  "contracts: notes not compared (no contract.lock; `marcot contract lock` writes it)\nno findings\n";

test("startproject and startapp make a project that has no findings", async () => {
  succeed(await marcot(["startproject", "shop"], { cwd: folder, script: place.script }));
  const file = join(shop, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  Object.assign(manifest.dependencies, { "marcot-faq": "*", zod: "*" });
  writeFileSync(file, JSON.stringify(manifest));
  install(shop);
  succeed(await marcot(["startapp", "notes"], { cwd: shop, script }));
  writeFileSync(join(shop, "settings.ts"), settingsOf(["notes", "faq"]));
  assert.equal(succeed(await marcot(["check"], { cwd: shop, script })), NO_FINDINGS);
  const nothing = await marcot(["makemigrations", "notes"], { cwd: shop, script });
  assert.equal(succeed(nothing), "notes: nothing has changed\n");
});

test("migrate and runserver bring it up on its embedded database", async () => {
  const applied = succeed(await marcot(["migrate"], { cwd: shop, script }));
  assert.equal(applied, "notes: applied 0001_initial\nfaq: applied 0001_initial\n");
  const child = spawnMarcot(["runserver", "--port", "0"], { cwd: shop, script });
  const ended = endOf(child);
  try {
    const site = await addressOf(child);
    const created = await fetch(`${site}/notes/v1/create/`, {
      method: "POST",
      body: new URLSearchParams({ text: "my note" }),
    });
    assert.deepEqual(await created.json(), { id: 1, text: "my note" });
    assert.match(await (await fetch(`${site}/notes/`)).text(), /<li>my note<\/li>/);
    assert.match(await (await fetch(`${site}/faq/`)).text(), /There is no question yet/);
  } finally {
    child.kill("SIGTERM");
  }
  succeed(await ended);
});

test("Node refuses what is deeper than a contract", async () => {
  write({
    "apps/numbers/nosy.ts": `const answers: Record<string, string> = {};
for (const name of process.argv.slice(2))
  answers[name] = await import(name).then(() => "imported", (error) => error.code);
console.log(JSON.stringify(answers));\n`,
  });
  const notExported = "ERR_PACKAGE_PATH_NOT_EXPORTED";
  const expected = {
    "marcot-faq": "imported",
    "marcot-faq/views.js": notExported,
    "marcot-faq/tables.js": notExported,
    "marcot-faq/app.js": notExported,
    "marcot-faq/contract.js": notExported,
    "marcot/data/database.js": notExported,
    "#apps/numbers": "imported",
    "#apps/numbers/views.ts": "ERR_MODULE_NOT_FOUND",
    "#apps/../apps/numbers/views.ts": "ERR_INVALID_MODULE_SPECIFIER",
    "#views": "ERR_PACKAGE_IMPORT_NOT_DEFINED",
  };
  const nosy = { cwd: folder, script: join("apps", "numbers", "nosy.ts") };
  const said = succeed(await marcot(Object.keys(expected), nosy));
  assert.deepEqual(JSON.parse(said), expected);
});

const uses = `import { app, codeOf, type Db, draw, env, form, html, page, settings, view } from "marcot";
import { contract, extend, integer, post, text } from "marcot/contract";
import { eq, integer as number, one, schema, text as words } from "marcot/tables";
import { manage } from "marcot/manage";
import { v1, v2 as faq } from "marcot-faq";

export const own = schema("uses");
export const rows = own.table("rows", { id: number("id").primaryKey(), word: words("word").notNull() });
export const first = contract("uses/v1", {
  make: post("/make/", { input: { word: text() }, output: { id: integer(), word: text() } }),
});
export const second = extend(first, "uses/v2", { make: { output: { entry: integer() } } });
export const find = async (db: Db, id: number): Promise<string | undefined> =>
  (await db.select().from(rows).where(eq(rows.id, id)))[0]?.word;
export const make = view(second.make, async ({ word }, { db }) => {
  const row = one(await db.insert(rows).values({ id: 1, word }).returning());
  const old = await v1.create({ question: word, source: row.id });
  const { id, related } = await faq.create({ question: word, source: row.id, related: [old.id] });
  return { ...row, entry: id + related.length };
});
export const urls = [page("/", () => draw("Uses", html\`<p>\${form(first.make).draw({})}</p>\`))];
export default app("uses", { contract: second, views: { make }, urls, tables: { own, rows } });
export const same = settings({ apps: ["uses"], database: env.url("DATABASE_URL") });
export const code: string | undefined = codeOf(manage);
`;

const everything = `import { z } from "zod";
import * as m from "marcot/contract";

const fields = {
  binary: m.binary(), choice: m.choice(["a", "b"]), date: m.date(), datetime: m.datetime(),
  decimal: m.decimal(), list: m.list(m.nullable(m.number())), map: m.map(m.boolean()),
  object: m.optional(m.object({ uuid: m.uuid() })), text: m.text(),
};
export const v1 = m.contract("all/v1", {
  make: m.post("/make/", { input: fields, output: fields, errors: { NoSuch: 404 } }),
  guest: m.put("/guest/", { input: z.object({ a: z.string() }), output: { n: m.integer() } }),
  made: m.event(fields),
});
export const v2 = m.extend(v1, "all/v2", {
  make: { output: { more: m.text() } },
  remove: m.del("/remove/", {}),
  removed: m.event({ text: m.text() }),
});
export const v3 = m.change(v2, "all/v3", {
  make: {
    input: [m.rename("binary", "bytes"), m.add("new", m.integer(), { old: 1 })],
    output: [m.convert("text", m.integer(), { up: Number, down: String }), m.drop("map", { keep: true })],
  },
  patched: m.patch("/patch/", { output: { text: m.text() } }),
});
export const v4 = m.change(v3, "all/v4", {
  make: {
    input: [
      m.nest(["date", "decimal"], "both"), m.wrap("new", "news", { empty: 0 }), m.unwrap("list", "one", { empty: 0 }),
      m.map("choice", { a: "x", b: "y" }), m.tighten("datetime", m.datetime()), m.flat("both"),
    ],
    output: [
      m.loosen("decimal", m.decimal(), { down: (now: string) => now }), m.inside("object", [m.rename("uuid", "id")]),
      m.drop("date", { was: ({ decimal }: { decimal: string }) => decimal }),
    ],
    errors: [m.error("NoSuch", "Missing", { status: 410, keep: true })],
  },
  made: { fields: [m.rename("text", "words"), m.wrap("date", "dates")] },
  removed: m.gone(),
});
m.retire(v1, { deprecated: "2026-11-01", sunset: "2027-05-01" });
export const steps = [m.rename("a", "b"), m.add("n", m.integer()), m.nest(["a"], "o"), m.flat("o"), m.wrap("a", "b"),
  m.unwrap("a", "b"), m.map("a", { x: "y" }), m.tighten("a", m.text()), m.loosen("a", m.text()), m.error("A", "B"),
  m.inside("a", [m.drop("b")]), m.gone()];
`;

test("the declarations fit a strict compiler, which can declare what an author makes of them", async () => {
  writeFileSync(join(shop, "uses.ts"), uses);
  writeFileSync(join(shop, "everything.ts"), everything);
  const declare = "--declaration --noEmit false --emitDeclarationOnly --outDir types";
  const said = await compile("--skipLibCheck", "false", ...declare.split(" "));
  // Five errors are in drizzle-orm's own declarations (mysql2 is missing …): what skipLibCheck is for.
  const isDrizzle = (line: string) => line.includes("node_modules/drizzle-orm/");
  assert.deepEqual(
    said.split("\n").filter((line) => line && !isDrizzle(line)),
    [],
  );
});

test("a typo in what is imported, called or read is an error", async () => {
  const typos = [
    ["import { contract,", "import { contrakt,", /no exported member named 'contrakt'/],
    ["{ v1, v2 as faq }", "{ v1, v2 as faq, v9 }", /no exported member 'v9'/],
    ["related: [old.id]", "relatd: [old.id]", /'relatd' does not exist/],
    ["eq(rows.id", "eq(rows.idd", /Property 'idd' does not exist/],
    ["env.url(", "env.ulr(", /Property 'ulr' does not exist/],
  ] as const;
  const wrong = typos.reduce((text, [from, to]) => text.replace(from, to), uses);
  writeFileSync(join(shop, "uses.ts"), wrong);
  const errors = await compile();
  for (const [, , words] of typos) assert.match(errors, words);
});
