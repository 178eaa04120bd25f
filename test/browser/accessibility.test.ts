/**
 * Every page of the three apps, judged by axe-core (WCAG 2.2 AA and its best practice), in light and dark,
 * wide and narrow; and what axe does not see: scrolling sideways, what a console says, the headers.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { post } from "../company.ts";
import { violations } from "./axe.ts";
import { openBrowser, openPage, type Watched } from "./browser.ts";
import { inOneProcess, type Site, withFaqElsewhere } from "./site.ts";

const opened = await openBrowser();
const skip = "missing" in opened && opened.missing;
after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

interface Case {
  readonly name: string;
  readonly path: string;
  /** Default: 200. */
  readonly status?: number;
  /** The button that is pressed before looking. Default: none. */
  readonly press?: string;
}

const withoutRows: readonly Case[] = [
  { name: "no tickets yet", path: "/tickets/" },
  { name: "no questions yet", path: "/faq/" },
  { name: "nothing to make a question of", path: "/faqcreator/" },
];

const withRows: readonly Case[] = [
  { name: "the first page", path: "/" },
  { name: "the tickets", path: "/tickets/" },
  { name: "no ticket of a status", path: "/tickets/?status=answered" },
  { name: "a new ticket", path: "/tickets/new/" },
  { name: "a new ticket with wrong fields", path: "/tickets/new/", press: "Open a ticket" },
  { name: "an open ticket", path: "/tickets/show/1/" },
  { name: "an answered ticket", path: "/tickets/show/2/" },
  { name: "a resolved ticket", path: "/tickets/show/3/" },
  { name: "the questions", path: "/faq/" },
  { name: "questions that were found", path: "/faq/?search=print" },
  { name: "no question that was found", path: "/faq/?search=nothing" },
  { name: "a question", path: "/faq/questions/2/" },
  { name: "a question without an answer", path: "/faq/questions/1/" },
  { name: "a question to edit", path: "/faq/questions/1/edit/" },
  { name: "the resolved tickets", path: "/faqcreator/" },
  { name: "a question to write", path: "/faqcreator/from/3/" },
  { name: "the contracts", path: "/-/" },
  { name: "whether it lives", path: "/-/live" },
  { name: "whether it is ready", path: "/-/ready" },
  { name: "the contract of an app", path: "/faq/-/" },
  { name: "an absent page", path: "/nowhere/", status: 404 },
  { name: "an absent ticket", path: "/tickets/show/99/", status: 404 },
  { name: "an endpoint's address", path: "/tickets/v1/open/", status: 405 },
];

for (const arrangement of [inOneProcess, withFaqElsewhere]) {
  describe(arrangement.name, { skip }, () => {
    let site: Site;
    let watched: Watched; // one for all, since a new one for each costs as much as all else together
    before(async () => {
      assert.ok("browser" in opened);
      site = await arrangement.open();
      watched = await openPage(opened.browser);
    });
    after(async () => {
      await watched.page.context().close();
      await site.close();
    });
    const judge = (one: Case) => assertGood(site, watched, one);

    for (const one of withoutRows) test(one.name, () => judge(one));
    describe("with rows", () => {
      before(() => fill(site));
      for (const one of withRows) test(one.name, () => judge(one));
    });
  });
}

/** Names without a place to break, and texts of several lines, are among them. */
async function fill({ address }: Site): Promise<void> {
  const long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen".repeat(2);
  for (const subject of ["It is slow", "The printer prints every other page", long])
    await post(`${address}/tickets/v1/open/`, { subject, body: `${long}\n\n${subject}` });
  for (const id of [2, 3])
    await post(`${address}/tickets/v1/tickets/${id}/answer/`, { answer: long });
  await post(`${address}/tickets/v1/tickets/3/resolve/`, {});
  await post(`${address}/faq/v2/create/`, { question: "Who repairs printers?", source: 1 });
  const entry = { question: `How do I print ${long}?`, answer: long, source: 1, related: [1] };
  await post(`${address}/faq/v2/create/`, entry);
}

async function assertGood(
  site: Site,
  { page, faults }: Watched,
  { path, status = 200, press }: Case,
): Promise<void> {
  const response = await page.goto(`${site.address}${path}`);
  assert.equal(response?.status(), status);
  assertHeaders((await response?.allHeaders()) ?? {});
  if (press) await page.getByRole("button", { name: press }).click();
  for (const width of [1280, 360]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], `${path} ${width} ${colorScheme}`);
    }
  }
  // A browser's zoom of 200 % leaves half of 1280 pixels; text alone can be twice as large too.
  await assertNoScroll(page, 360);
  await assertNoScroll(page, 640);
  await page.evaluate("document.documentElement.style.fontSize = '200%'");
  await assertNoScroll(page, 1280);
  assert.deepEqual(faults.splice(0), []);
}

async function assertNoScroll(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  const wide: string[] = await page.evaluate(`[...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > ${width} + 0.5)
    .map((one) => one.outerHTML.slice(0, 80))`);
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  assert.ok(Number(over) <= 0, `${page.url()} scrolls sideways at ${width}: ${wide.join("\n")}`);
}

function assertHeaders(headers: Readonly<Record<string, string>>): void {
  const policy = headers["content-security-policy"] ?? "";
  for (const part of [
    "default-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ])
    assert.ok(policy.split("; ").includes(part), `${part} is missing in: ${policy}`);
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["x-frame-options"], "DENY");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal(headers["x-powered-by"], undefined);
}
