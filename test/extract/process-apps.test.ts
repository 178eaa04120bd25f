/** `marcot apps` tells which provider is in force, and starts no server to learn it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ensureControl } from "../../src/data/control.ts";
import { openEmbedded } from "../../src/data/embedded.ts";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "../cli/command.ts";
import { ownerOf, setRow } from "./process-site.ts";

const place = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["numbers", "words"]),
  ...tinyApp("numbers"),
  ...tinyApp("words"),
});
after(() => place.remove());
const data = join(place.folder, ".data");

async function list(environment: Record<string, string> = {}) {
  const { stdout, stderr } = await marcot(["apps", "--json"], { cwd: place.folder, environment });
  assert.equal(stderr, "");
  const rows = JSON.parse(stdout) as { app: string; provider: string; move?: string }[];
  return rows.map(({ app, provider, move }) => [app, provider, move]);
}

const home = [
  ["numbers", "this process", undefined],
  ["words", "this process", undefined],
];

test("where the embedded database does not run, none is started or made", async () => {
  assert.deepEqual(await list(), home);
  assert.ok(!existsSync(data));
});

test("what the running database says is in force, unless a variable says something else", async () => {
  const server = await openEmbedded(data);
  const sql = ownerOf(server.url);
  try {
    assert.deepEqual(await list(), home, "before it has the tables");
    await ensureControl(sql);
    assert.deepEqual(await list(), home);
    await setRow(sql, "numbers", { phase: "elsewhere", address: "http://127.0.0.1:9" });
    await setRow(sql, "words", { phase: "leaving" });
    assert.deepEqual(await list(), [
      ["numbers", "http://127.0.0.1:9/", "moved"],
      ["words", "this process", "leaving"],
    ]);
    const table = await marcot(["apps"], { cwd: place.folder });
    assert.match(table.stdout, /numbers +http:\/\/127\.0\.0\.1:9\/ \(moved\) +v1 +unreachable/);
    const [numbers] = await list({ NUMBERS_API: "http://127.0.0.1:8" });
    const says = "NUMBERS_API; the database says http://127.0.0.1:9";
    assert.deepEqual(numbers, ["numbers", "http://127.0.0.1:8/", says]);
    await setRow(sql, "numbers", { phase: "elsewhere" });
    assert.deepEqual((await list())[0], ["numbers", "not provided", "moved"]);
  } finally {
    await sql.end();
    await server.stop();
  }
  assert.deepEqual(await list(), home, "it does not run any more");
  assert.ok(!existsSync(join(data, "postgres", "postmaster.pid")));
});
