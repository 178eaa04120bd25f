/**
 * The page of where-to-start in a browser: whoever uses it otherwise than by eye and mouse can, it asks nobody for
 * anything, and what strangers called their files stays text. It is served, because a browser asks a server for more
 * than it asks a disk.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { toHtml } from "../../src/where-to-start/report/html.ts";
import type { Report } from "../../src/where-to-start/types/report.ts";
import { whereToStart } from "../../src/where-to-start/where-to-start.ts";
import { crowd } from "../where-to-start/report/crowd.ts";
import { git, repositoryOf } from "../where-to-start/repository.ts";
import { djangoShop, nestShop } from "../where-to-start/shops.ts";
import { violations } from "./axe.ts";
import { openBrowser, openPage, type Watched } from "./browser.ts";

const opened = await openBrowser();
const skip = "missing" in opened && opened.missing;

/** Names of folders, each of which is a unit. The last two differ only in what is no letter. */
const NAMES = [
  "<img src=x onerror=alert(1)>",
  `"quoted' onfocus=alert(1) name`,
  "</svg><script>alert(1)<\u2044script>",
  "turned\u202Egnp.exe",
  "a.b",
  "a-b",
];

/** Each unit needs the next one, and nobody knows the world outside. */
function hostileFiles(): Record<string, string> {
  return Object.fromEntries(
    NAMES.map((name, index) => [
      `src/${name.replaceAll("/", "\u2044")}/it's <b>.py`,
      `import os\nKEY = os.environ["KEY_${index}"]\n${"x = 1\n".repeat(20 * index)}`,
    ]),
  );
}

function hostile(): string {
  const files = hostileFiles();
  const author = `"quoted' onfocus=alert(1) &lt;b&gt; <a"'@example.com>`;
  const work = Object.entries(files).flatMap(([path, text]) =>
    Array.from({ length: 6 }, (_, count) => ({
      subject: "fix <script>alert(1)</script>",
      author,
      files: { [path]: `${text}# ${count}\n` },
    })),
  );
  const folder = repositoryOf([{ files }, ...work], { checkout: false });
  git(folder, "remote", "add", "origin", `https://github.com/"onfocus=alert(1)/'<b>`);
  return folder;
}

type Options = Parameters<typeof whereToStart>[1];

async function read(folder: string, options?: Options): Promise<Report> {
  return (await whereToStart(folder, options)).report;
}

const few = { "src/a/x.py": "1\n", "src/b/x.py": "import os\n" };

const sources: Readonly<Record<string, () => Promise<Report>>> = {
  "a shop in Django": () => read(djangoShop()),
  "a shop in Nest": () => read(nestShop()),
  "a code base without units": () => read(repositoryOf([{ files: { "src/a/x.js": "1;\n" } }])),
  "a code base with two folders": () => read(repositoryOf([{ files: few }]), { units: ["src/*"] }),
  "forty folders": () => crowd({ units: 40, uses: 6, lines: 2 }),
  "hostile names": () => read(hostile(), { at: "HEAD", units: ["src/*"], people: true }),
};

/** Seventy-nine units, all of them cheap, so that their circles cover each other. */
async function heap(): Promise<Report> {
  const report = await crowd({ units: 79, uses: 1, lines: 1 });
  const units = report.units.map((unit, index) => ({
    ...unit,
    rank: index % 3 === 2 ? undefined : index + 1,
    score: { critical: 0.02 * (index % 4), pain: 0.9 - index / 100, small: 0.99, total: 70 },
  }));
  return { ...report, units };
}

describe("the page of where-to-start", { skip }, () => {
  const pages = new Map<string, string>();
  const asked: string[] = [];
  let server: Server;
  let watched: Watched;
  let page: Page;
  before(async () => {
    assert.ok("browser" in opened);
    for (const [name, source] of Object.entries(sources))
      pages.set(name, await toHtml(await source()));
    pages.set("a heap", await toHtml(await heap()));
    server = createServer(({ url = "" }, response) => {
      asked.push(url);
      const text = pages.get(decodeURIComponent(url.slice(1)));
      response.writeHead(text === undefined ? 404 : 200, { "content-type": "text/html" });
      response.end(text);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    watched = await openPage(opened.browser);
    page = watched.page;
  });
  after(async () => {
    if ("browser" in opened) await opened.browser.close();
    server.close();
  });

  const addressOf = (name: string) =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/${encodeURIComponent(name)}`;

  for (const name of Object.keys(sources))
    test(`${name}: axe finds nothing in light and dark, wide and narrow, closed and open`, async () => {
      await page.goto(addressOf(name));
      for (const isOpen of [false, true]) {
        await page.evaluate(
          `document.querySelectorAll("details").forEach((one) => { one.open = ${isOpen}; })`,
        );
        for (const width of [1280, 360])
          for (const colorScheme of ["light", "dark"] as const) {
            await page.setViewportSize({ width, height: 800 });
            await page.emulateMedia({ colorScheme });
            const state = `${width} ${colorScheme} ${isOpen ? "open" : "closed"}`;
            assert.deepEqual(await violations(page), [], state);
            assert.equal(await scrollsSideways(page), false, state);
          }
      }
      await page.evaluate("document.documentElement.style.fontSize = '200%'");
      await page.setViewportSize({ width: 1280, height: 800 });
      assert.equal(await scrollsSideways(page), false, "with letters twice as large");
      assert.deepEqual(watched.faults.splice(0), []);
    });

  for (const name of Object.keys(sources))
    test(`${name}: no script, no request but the page itself, and every link inside leads somewhere`, async () => {
      asked.length = 0;
      await page.goto(addressOf(name), { waitUntil: "networkidle" });
      assert.deepEqual(asked, [new URL(addressOf(name)).pathname]);
      assert.equal(await page.locator("script, img, iframe, object, embed, form").count(), 0);
      assert.deepEqual(await page.evaluate(ATTRIBUTES_THAT_RUN), []);
      assert.deepEqual(await page.evaluate(LINKS_TO_NOTHING), []);
      assert.deepEqual(watched.faults.splice(0), []);
    });

  test("hostile names are shown as they are, but for what turns the direction of text", async () => {
    await page.goto(addressOf("hostile names"));
    const headings = await page.locator("summary b").allTextContents();
    for (const name of NAMES.map((one) => one.replaceAll("/", "\u2044")))
      assert.ok(
        headings.includes(name.replace("\u202E", "�")),
        `${name} in ${headings.join(", ")}`,
      );
    assert.doesNotMatch(await page.content(), /\p{Bidi_Control}/u);
    assert.equal(await page.locator("b b, summary img, code b").count(), 0);
  });

  test("without scripts a link from the answer opens what is to be cut", async () => {
    assert.ok("browser" in opened);
    const { page: plain } = await openPage(opened.browser, { javaScriptEnabled: false });
    await plain.goto(addressOf("a shop in Django"));
    const bill = plain.getByRole("heading", { name: /^To cut: 4 places, 9 points/ });
    assert.equal(await bill.isVisible(), false);
    await plain.getByRole("link", { name: "what is to be cut" }).click();
    assert.equal(await bill.isVisible(), true);
    await plain.getByRole("link", { name: "orders", exact: true }).last().click();
    assert.equal(await plain.locator("#unit-orders").isVisible(), true);
    await plain.context().close();
  });

  test("who tabs to a unit of the map sees its ties alone; the first Tab of a picture skips it", async () => {
    await page.goto(addressOf("a shop in Django"));
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator("svg.map a").first().focus();
    const seen: string[] = await page.evaluate(OPACITIES_OF_TIES);
    assert.deepEqual([...new Set(seen)].toSorted(), ["0.12", "1"]);
    await page.getByRole("link", { name: "Skip the picture" }).first().focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    const text = String(await page.evaluate("document.activeElement.textContent"));
    assert.equal(text, "payments", "the first name of the ranking");
  });

  test("seventy-nine units that are near each other: every rank can be read", async () => {
    await page.goto(addressOf("a heap"));
    await page.setViewportSize({ width: 1280, height: 800 });
    const ranks = await page.locator("svg:not(.map) .rank").allTextContents();
    const numbers = ranks.map(Number).toSorted((a, b) => a - b);
    const all = Array.from({ length: 79 }, (_, index) => index + 1).filter((one) => one % 3 !== 0);
    assert.deepEqual(numbers, all);
    assert.ok((await page.locator("path.beside").count()) > 20);
    assert.deepEqual(await page.evaluate(RANKS_COVERED), []);
  });

  for (const name of Object.keys(sources))
    test(`${name}: on paper tables and pictures are whole, and bars keep their colour`, async () => {
      await page.goto(addressOf(name));
      await page.setViewportSize({ width: PAPER, height: 1043 });
      await page.emulateMedia({ media: "print" });
      assert.deepEqual(await page.evaluate(TOO_WIDE), []);
      assert.equal(await scrollsSideways(page), false);
      assert.deepEqual(await page.evaluate(COLOURS_LOST), []);
      await page.emulateMedia({ media: null });
    });

  test("on paper the first three are open, and what was opened before; a line says how to see the others", async () => {
    await page.goto(addressOf("forty folders"));
    const line = page.getByText("Open here: the first three");
    assert.equal(await line.isVisible(), false);
    await page.emulateMedia({ media: "print" });
    const bills = page.getByRole("heading", { name: /^To cut: / });
    assert.equal(await bills.filter({ visible: true }).count(), 3);
    await page.locator("summary").nth(10).click();
    assert.equal(await bills.filter({ visible: true }).count(), 4);
    assert.match(await line.innerText(), /npx marcot where-to-start --cuts UNIT/);
    const pages = await page.pdf({ format: "A4" });
    const count = pages.toString("latin1").match(/\/Type \/Page\b/g)?.length ?? 0;
    assert.ok(count > 3 && count < 15, `${count} pages`);
    await page.emulateMedia({ media: null });
  });

  test("no name in the picture of pain and price stands on another one", async () => {
    await page.goto(addressOf("forty folders"));
    await page.setViewportSize({ width: 1280, height: 800 });
    assert.ok((await page.locator("svg:not(.map) .name").count()) >= 5);
    const over = await page.evaluate(NAMES_OVER_EACH_OTHER);
    assert.deepEqual(over, []);
  });
});

/** Of A4 between margins of a centimetre, in pixels of a stylesheet. */
const PAPER = 718;

/** Pictures and tables scroll in a box of their own. */
async function scrollsSideways(page: Page): Promise<boolean> {
  return Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0;
}

const TOO_WIDE = `[...document.querySelectorAll("table, svg, .rules, .places")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth || one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.tagName + " " + one.getBoundingClientRect().right)`;

/** A browser leaves out what is behind text, unless it is told that this matters. */
const COLOURS_LOST = `[...document.querySelectorAll(".bar, .legend i")]
  .filter((one) => getComputedStyle(one).printColorAdjust !== "exact").map((one) => one.className)`;

const ATTRIBUTES_THAT_RUN = `[...document.querySelectorAll("*")].flatMap((one) =>
  [...one.attributes].filter(({ name, value }) => /^on/i.test(name) || /^\\s*javascript:/i.test(value))
    .map(({ name, value }) => name + "=" + value))`;

/** Of an address inside of the page: nothing has this id, or more than one has. */
const LINKS_TO_NOTHING = `[...document.querySelectorAll("a[href^='#']")]
  .map((one) => one.getAttribute("href").slice(1))
  .filter((id) => [...document.querySelectorAll("[id]")].filter((one) => one.id === id).length !== 1)`;

const OPACITIES_OF_TIES = `[...document.querySelectorAll("svg.map path")]
  .map((one) => getComputedStyle(one).opacity)`;

/** By another rank, or by a circle that is drawn later. But for the room that a font leaves above and below digits. */
const RANKS_COVERED = `(() => {
  const boxOf = (one) => one.getBoundingClientRect();
  const shapes = [...document.querySelectorAll("svg:not(.map) .rank, svg:not(.map) circle")];
  return shapes.flatMap((a, place) => a.tagName === "circle" ? [] : shapes
    .filter((b, other) => {
      if (a === b || (b.tagName === "circle" && other < place)) return false;
      const { left, right, top, bottom } = boxOf(a);
      const box = boxOf(b);
      if (b.tagName === "text")
        return left < box.right && box.left < right && top + 4 < box.bottom - 4 && box.top + 4 < bottom - 4;
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      const dx = x - Math.min(right, Math.max(left, x));
      const dy = y - Math.min(bottom - 4, Math.max(top + 4, y));
      return Math.hypot(dx, dy) < box.width / 2 - 1;
    })
    .map((b) => a.textContent + " and " + (b.textContent || b.outerHTML)));
})()`;

/** But for the room that a font leaves above letters. */
const NAMES_OVER_EACH_OTHER = `(() => {
  const names = [...document.querySelectorAll("svg:not(.map) .name")]
    .map((one) => ({ name: one.textContent, box: one.getBoundingClientRect() }));
  return names.flatMap((a, index) => names.slice(index + 1)
    .filter(({ box }) => a.box.left < box.right && box.left < a.box.right
      && a.box.top + 4 < box.bottom && box.top + 4 < a.box.bottom)
    .map((b) => a.name + " and " + b.name));
})()`;
