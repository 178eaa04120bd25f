/**
 * The talk's story, as people live it: somebody opens a ticket, somebody answers it, and the answer
 * becomes a question for all. With and without JavaScript, wherever faq is provided.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { openBrowser, openPage } from "./browser.ts";
import { inOneProcess, withFaqElsewhere } from "./site.ts";

const opened = await openBrowser();
const browser = "browser" in opened ? opened.browser : undefined;
const skip = "missing" in opened && opened.missing;
after(() => browser?.close());

for (const arrangement of [inOneProcess, withFaqElsewhere]) {
  describe(arrangement.name, { skip }, () => {
    let site: Awaited<ReturnType<typeof arrangement.open>>;
    before(async () => {
      site = await arrangement.open();
    });
    after(() => site.close());

    for (const javaScriptEnabled of [false, true]) {
      test(`a ticket becomes a question, with JavaScript ${javaScriptEnabled ? "on" : "off"}`, async () => {
        assert.ok(browser);
        const { page, faults } = await openPage(browser, { javaScriptEnabled });
        const subject = javaScriptEnabled ? "The lamp flickers" : "The door sticks";
        await page.goto(site.address);
        await page.getByRole("navigation").getByRole("link", { name: "Tickets" }).click();
        await openTicket(page, subject);
        await answerAndResolve(page);
        await publish(page, subject);
        await search(page);
        await page.getByRole("link", { name: "Example company" }).click();
        assert.equal(await heading(page), "Example company");
        assert.deepEqual(faults, []);
        await page.context().close();
      });
    }
  });
}

// `waitFor` waits for the next page, and fails where a text stands twice.

async function openTicket(page: Page, subject: string): Promise<void> {
  await page.getByRole("link", { name: "Open a ticket" }).click();
  await page.getByLabel("What is it about?").fill(subject);
  await page.getByLabel("What happened?").fill("Since Monday.\n\n<b>Every</b> day & night.");
  await page.getByRole("button", { name: "Open a ticket" }).click();
  assert.equal(await heading(page), subject);
  await page.getByText("open", { exact: true }).waitFor();
  // What a person typed is shown as it was typed, and is no markup.
  const words = page.getByText("Since Monday.");
  assert.equal(await words.innerText(), "Since Monday.\n\n<b>Every</b> day & night.");
  await page.getByRole("link", { name: "All tickets" }).click();
  await page.getByRole("link", { name: "Open", exact: true }).click();
  await page.getByRole("link", { name: subject }).click();
}

async function answerAndResolve(page: Page): Promise<void> {
  await page.getByLabel("Your answer").fill("Call the caretaker.");
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByText("answered", { exact: true }).waitFor();
  await page.getByLabel("Your answer").fill("Call the caretaker, or oil it.");
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByText("Call the caretaker, or oil it.").waitFor();
  await page.getByRole("button", { name: "Mark as resolved" }).click();
  await page.getByText("resolved", { exact: true }).waitFor();
  await page.getByText("Call the caretaker, or oil it.").waitFor();
  assert.equal(await page.getByRole("button").count(), 0);
}

async function publish(page: Page, subject: string): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name: "Faqcreator" }).click();
  await page.getByRole("link", { name: subject }).click();
  assert.equal(await page.getByLabel("Question").inputValue(), subject);
  await page.getByLabel("Question").fill(`What to do: ${subject.toLowerCase()}?`);
  await page.getByRole("button", { name: "Publish" }).click();
  assert.match(page.url(), /\/faq\/questions\/\d+\/$/);
  assert.equal(await heading(page), `What to do: ${subject.toLowerCase()}?`);
  await page.getByText("Call the caretaker, or oil it.").waitFor();
}

async function search(page: Page): Promise<void> {
  const question = await heading(page);
  await page.getByRole("link", { name: "All questions" }).click();
  const box = page.getByRole("searchbox", { name: "Search the questions" });
  await box.fill(question.slice(12, -1).toUpperCase());
  await page.getByRole("button", { name: "Search" }).click();
  assert.match(await page.getByRole("status").innerText(), /^1 question contains “THE /);
  await page.getByRole("link", { name: question }).waitFor();
  await box.fill("100%");
  await box.press("Enter");
  assert.match(await page.getByRole("status").innerText(), /^No question contains “100%”\./);
  assert.equal(await box.inputValue(), "100%");
  await page.getByRole("link", { name: "Show all questions" }).click();
  await page.getByRole("link", { name: question }).waitFor();
}

async function heading(page: Page): Promise<string> {
  return page.getByRole("heading", { level: 1 }).innerText();
}
