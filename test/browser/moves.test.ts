/** The page `/-/moves`: what it says, that it refreshes by itself unless it is held still, and that axe likes it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openProject } from "../../src/project/project.ts";
import type { ShownMove } from "../../src/provider/pages/moves-page.ts";
import { type Service, startService } from "../../src/provider/service.ts";
import { openDatabase } from "../company.ts";
import { violations } from "./axe.ts";
import { openBrowser, openPage, type Watched } from "./browser.ts";

const copying: ShownMove = {
  app: "faq",
  sentence: "copying, 61 % of 1,204,331 rows",
  isBusy: true,
  target: "postgres://owner@db2.example.org/faq",
  service: null,
  rows: { copied: 734_642, total: 1_204_331 },
  secondsLeft: 42,
  lag: { bytes: 2_097_152, milliseconds: 41 },
  lastSwitch: undefined,
  processes: [{ side: "project", host: "web1", pid: 71, apps: ["faq", "tickets"] }],
  problems: [{ what: "the <disk> is full", fix: "Make room." }],
  next: ["marcot extract start faq"],
};

const switched: ShownMove = {
  ...copying,
  sentence: "provided by the service",
  isBusy: false,
  service: "http://127.0.0.1:8001",
  lastSwitch: { holder: "service", at: "2026-11-28T10:00:00.000Z", holdMs: 61.2, fenceMs: 34 },
  problems: [],
};

const opened = await openBrowser();
const skip = "missing" in opened && opened.missing;
let database: Awaited<ReturnType<typeof openDatabase>>;
let close: () => Promise<void>;
let service: Service;
let moves: readonly ShownMove[] = [];
let failure: Error | undefined;

before(async () => {
  database = await openDatabase();
  const log = { info() {}, warn() {}, error() {} };
  const folder = join(import.meta.dirname, "..", "..", "example");
  const environment = { DATABASE_URL: database.url };
  const project = await openProject({ folder, environment, log });
  const read = async () => {
    if (failure) throw failure;
    return moves;
  };
  service = await startService({ project, port: 0, moves: read });
  close = () => project.close();
});
after(async () => {
  if ("browser" in opened) await opened.browser.close();
  await service.stop();
  await close();
  await database.drop();
});

const get = async (path: string) => {
  const response = await fetch(`${service.address}${path}`, { headers: { accept: "text/html" } });
  return { response, text: await response.text() };
};

test("where nothing moves it says so, and the first page leads nowhere", async () => {
  moves = [];
  const { response, text } = await get("/-/moves");
  assert.match(text, /Nothing moves\./);
  assert.equal(response.headers.get("refresh"), null);
  assert.doesNotMatch((await get("/")).text, /moves/);
});

test("a copy is shown with its progress, its problems and the next command", async () => {
  moves = [copying];
  const { response, text } = await get("/-/moves");
  assert.equal(response.headers.get("refresh"), "2");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.match(text, /<progress id="rows-faq" max="1204331" value="734642">\s*61 %/);
  assert.match(text, /734,642 of 1,204,331 rows, about 42 s left/);
  assert.match(text, /the &lt;disk&gt; is full/);
  assert.match(text, /<pre><code>marcot extract start faq<\/code><\/pre>/);
  assert.match((await get("/")).text, /copying, 61 %.*\s*<a href="\/-\/moves">/);
});

test("after a switch it has the figures, and refreshes more slowly", async () => {
  moves = [switched];
  const { response, text } = await get("/-/moves");
  assert.equal(response.headers.get("refresh"), "15");
  assert.match(text, /writes waited 61 ms at most,\s+34 ms of it in the database/);
  assert.doesNotMatch(text, /<progress/);
});

test("held still it does not refresh", async () => {
  const { response, text } = await get("/-/moves?still");
  assert.equal(response.headers.get("refresh"), null);
  assert.match(text, /<a href="moves">Keep it up to date<\/a>/);
});

test("the first page works when the moves cannot be read", async () => {
  failure = new Error("the database is down");
  assert.equal((await get("/")).response.status, 200);
  assert.equal((await get("/-/moves")).response.status, 500);
  failure = undefined;
});

describe("in a browser", { skip }, () => {
  let watched: Watched;
  before(async () => {
    assert.ok("browser" in opened);
    watched = await openPage(opened.browser);
  });
  for (const [name, shown] of [
    ["nothing", []],
    ["a copy", [copying]],
    ["a switch", [switched]],
  ] as const)
    test(`${name} is shown as axe wants it, wide and narrow, light and dark`, async () => {
      moves = shown;
      const { page, faults } = watched;
      await page.goto(`${service.address}/-/moves?still`);
      for (const width of [1280, 360])
        for (const colorScheme of ["light", "dark"] as const) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await violations(page), [], `${width} ${colorScheme}`);
          const over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          assert.equal(over, 0, `${width} scrolls sideways`);
        }
      assert.deepEqual(faults.splice(0), []);
    });
});
