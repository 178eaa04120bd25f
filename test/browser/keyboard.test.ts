/** A keyboard is enough: where Tab leads is the order of the page, and one sees where one is. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { openBrowser, openPage, type Watched } from "./browser.ts";
import { inOneProcess, type Site } from "./site.ts";

const opened = await openBrowser();
const skip = "missing" in opened && opened.missing;

describe("by keyboard", { skip }, () => {
  let site: Site;
  let watched: Watched;
  let page: Page;
  before(async () => {
    assert.ok("browser" in opened);
    site = await inOneProcess.open();
    watched = await openPage(opened.browser);
    page = watched.page;
  });
  after(async () => {
    if ("browser" in opened) await opened.browser.close();
    await site.close();
  });

  test("the first Tab offers to skip to the content, and the next one is there", async () => {
    await page.goto(`${site.address}/tickets/new/`);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    assert.ok(await isInView());
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "All tickets");
  });

  test("Tab leads through the page in the order in which it is read, and shows where it is", async () => {
    await page.goto(`${site.address}/tickets/new/`);
    const order: string[] = [];
    for (;;) {
      await page.keyboard.press("Tab");
      const name = await focused();
      if (name === "") break;
      order.push(name);
      assert.ok(await isInView(), `${name} is out of view`);
      assert.match(
        await outline(),
        /^solid [23]px$/,
        `${name} does not show that it has the focus`,
      );
    }
    assert.deepEqual(order, [
      "Skip to the content",
      "Example company",
      "Tickets",
      "Faq",
      "Faqcreator",
      "All tickets",
      "What is it about?",
      "What happened?",
      "Open a ticket",
    ]);
  });

  test("a ticket is opened, answered and resolved without a mouse", async () => {
    await page.goto(`${site.address}/tickets/`);
    await tabTo("Open a ticket");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/tickets/new/");
    await tabTo("What happened?");
    await page.keyboard.type("It is dark.");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("The lamp");
    await page.keyboard.press("Enter"); // sends the form, as in any line of a form
    await page.waitForURL("**/tickets/show/1/");
    await tabTo("Your answer");
    await page.keyboard.type("Change the bulb.");
    await tabTo("Answer");
    await page.keyboard.press("Space");
    await page.getByText("answered", { exact: true }).waitFor();
    await tabTo("Mark as resolved");
    await page.keyboard.press("Enter");
    await page.getByText("resolved", { exact: true }).waitFor();
  });

  test("no page of all these had a fault", () => {
    assert.deepEqual(watched.faults, []);
  });

  async function tabTo(name: string): Promise<void> {
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press("Tab");
      if ((await focused()) === name) return;
    }
    assert.fail(`Tab does not lead to ${name} on ${page.url()}`);
  }

  /** The words of what has the focus: its label, or its own text. Empty where nothing has it. */
  function focused(): Promise<string> {
    return page.evaluate(`(() => {
      const one = document.activeElement;
      if (one === document.body) return "";
      return (one.labels?.[0] ?? one).innerText.trim();
    })()`);
  }

  function isInView(): Promise<boolean> {
    return page.evaluate(`(() => {
      const { top, left, right, bottom } = document.activeElement.getBoundingClientRect();
      return top >= 0 && left >= 0 && right <= innerWidth && bottom <= innerHeight;
    })()`);
  }

  function outline(): Promise<string> {
    return page.evaluate(`(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return outlineStyle + " " + outlineWidth;
    })()`);
  }
});
