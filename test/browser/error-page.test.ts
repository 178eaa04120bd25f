/** What goes wrong is a page for a person and a problem document for a program, at the same address. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withConnection } from "../../src/data/database.ts";
import { openBrowser, openPage, type Watched } from "./browser.ts";
import { type Site, withFaqElsewhere } from "./site.ts";

const opened = await openBrowser();
const skip = "missing" in opened && opened.missing;

describe("errors", { skip }, () => {
  let site: Site;
  let watched: Watched;
  before(async () => {
    assert.ok("browser" in opened);
    site = await withFaqElsewhere.open();
    watched = await openPage(opened.browser, { javaScriptEnabled: false });
  });
  after(async () => {
    if ("browser" in opened) await opened.browser.close();
    await site.close();
  });

  const cases = [
    { path: "/nowhere/", status: 404, code: "NotFound", says: "There is no page here" },
    { path: "/faq/nowhere/", status: 404, code: "NotFound", says: "There is no page here" },
    { path: "/tickets/show/99/", status: 404, code: "NoSuchTicket", says: "There is no ticket 99" },
    { path: "/faq/questions/99/", status: 404, code: "NoSuchEntry", says: "There is no entry 99" },
    { path: "/tickets/show/x/", status: 404, code: "NotFound", says: "There is no page here" },
    {
      path: "/tickets/show/99999999999/",
      status: 404,
      code: "NotFound",
      says: "There is no page here",
    },
    {
      path: "/faqcreator/from/7/",
      status: 404,
      code: "NotFound",
      says: "There is no page here",
    },
    {
      path: "/faq/v1/create/",
      status: 405,
      code: "MethodNotAllowed",
      says: "There is no page here",
    },
    {
      path: "/faq/v9/create/",
      status: 404,
      code: "UnknownVersion",
      says: "There is no page here",
    },
  ];
  for (const { path, status, code, says } of cases) {
    test(`${path} answers ${status}`, () => isTold(path, { status, code, says }));
  }

  test("a form of another site is refused with a page", async () => {
    const response = await fetch(`${site.address}/tickets/new/`, {
      method: "POST",
      headers: {
        accept: "text/html",
        origin: "http://elsewhere.example",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "subject=a&body=b",
    });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<h1>This was refused<\/h1>/);
  });

  test("a page that takes no form says which methods it has", async () => {
    const headers = { origin: site.address, "content-type": "application/x-www-form-urlencoded" };
    const response = await fetch(`${site.address}/tickets/`, { method: "POST", headers });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
    assert.equal(response.headers.get("content-type"), "application/problem+json");
  });

  test("where a provider is down, its pages say so and all others work", async () => {
    await site.faq.stop();
    const says = "This part of the site cannot be reached";
    await isTold("/faq/", { status: 503, code: "Unavailable", says });
    await isTold("/faq/questions/1/", { status: 503, code: "Unavailable", says });
    const { page } = watched;
    await page.getByRole("link", { name: "Go to the first page" }).click();
    for (const name of ["Tickets", "Faqcreator"]) {
      const link = page.getByRole("navigation", { name: "Apps" }).getByRole("link", { name });
      const [response] = await Promise.all([page.waitForNavigation(), link.click()]);
      assert.equal(response?.status(), 200);
    }
  });

  test("a bug is told by its trace, and its reason stays in the log", async () => {
    await withConnection(site.databaseUrl, (sql) =>
      sql.unsafe("ALTER TABLE tickets.tickets RENAME COLUMN subject TO topic"),
    );
    await isTold("/tickets/", { status: 500, code: "InternalError", says: "This page failed" });
    const response = await fetch(`${site.address}/tickets/`, { headers: { accept: "text/html" } });
    const page = await response.text();
    assert.match(page, /<code>[0-9a-f]{32}<\/code>/);
    assert.doesNotMatch(page, /subject|select|column/i);
  });

  interface Expected {
    readonly status: number;
    readonly code: string;
    readonly says: string;
  }

  async function isTold(path: string, { status, code, says }: Expected): Promise<void> {
    const response = await fetch(`${site.address}${path}`);
    const problem = (await response.json()) as Readonly<Record<string, unknown>>;
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.deepEqual([response.status, problem["status"], problem["code"]], [status, status, code]);

    const { page, faults } = watched;
    const shown = await page.goto(`${site.address}${path}`);
    assert.equal(shown?.status(), status);
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), says);
    assert.equal(await page.getByText(code, { exact: true }).isVisible(), false);
    await page.getByText("For the people who run this site").click();
    assert.equal(await page.getByText(code, { exact: true }).isVisible(), true);
    assert.deepEqual(faults.splice(0), []);
  }
});
