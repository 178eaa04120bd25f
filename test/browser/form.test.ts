/** Forms: what is wrong is said beside the field, nothing that was typed is lost, and a keyboard is enough. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { form } from "../../src/app/form.ts";
import {
  boolean,
  choice,
  contract,
  date,
  integer,
  list,
  nullable,
  number,
  post as postEndpoint,
  text,
} from "../../src/contract/index.ts";
import { post } from "../company.ts";
import { violations } from "./axe.ts";
import { openBrowser, openPage, type Watched } from "./browser.ts";
import { type Site, withFaqElsewhere } from "./site.ts";

const opened = await openBrowser();
const skip = "missing" in opened && opened.missing;

const { every } = contract("kinds/v1", {
  every: postEndpoint("/every/", {
    input: {
      line: text(),
      whole: integer({ min: 0 }),
      any: number({ default: 0 }),
      kind: choice(["a", "b"]),
      preset: choice(["a", "b"], { default: "b" }),
      perhaps: nullable(choice(["a", "b"])),
      day: date(),
      yes: boolean(),
      some: list(choice(["a", "b", "c"])),
      secret: text(),
    },
    output: {},
  }),
});
const options = ["a", "b", "c"].map((value) => ({ value, label: `The ${value}` }));
const everyKind = form(every, {
  controls: { some: { label: "Some of them", options }, secret: { as: "hidden" } },
});

describe("forms", { skip }, () => {
  let site: Site;
  let watched: Watched;
  let page: Page;
  before(async () => {
    assert.ok("browser" in opened);
    site = await withFaqElsewhere.open();
    watched = await openPage(opened.browser);
    page = watched.page;
    for (const question of ["First?", "Second?", "Third?"])
      await post(`${site.address}/faq/v2/create/`, { question, source: 1 });
  });
  after(async () => {
    if ("browser" in opened) await opened.browser.close();
    await site.close();
  });

  test("what is wrong is said beside its field, and what was typed stays", async () => {
    await page.goto(`${site.address}/tickets/new/`);
    const subject = page.getByLabel("What is it about?");
    const body = page.getByLabel("What happened?");
    assert.equal(await subject.getAttribute("aria-invalid"), null);
    assert.equal(await subject.getAttribute("aria-describedby"), null);
    await body.fill("\n  Kept, with its first line empty.");
    const [response] = await Promise.all([page.waitForNavigation(), send("Open a ticket")]);
    assert.equal(response?.status(), 422);
    assert.match(await page.title(), /^Error: Open a ticket/);
    assert.equal(await subject.getAttribute("aria-invalid"), "true");
    assert.equal(await subject.getAttribute("aria-required"), "true");
    assert.equal(await describedBy("What is it about?"), "Please fill this in.");
    assert.equal(await body.getAttribute("aria-invalid"), null);
    assert.equal(await body.inputValue(), "\n  Kept, with its first line empty.");
  });

  test("a text that is too long is counted, in characters as people count them", async () => {
    await page.goto(`${site.address}/tickets/new/`);
    await page.getByLabel("What is it about?").fill("🙂".repeat(201));
    await send("Open a ticket");
    const expected = "Please write at most 200 characters; these are 201.";
    assert.equal(await describedBy("What is it about?"), expected);
  });

  test("the summary has the focus, and leads to the wrong field by keyboard", async () => {
    await page.goto(`${site.address}/tickets/new/`);
    await page.getByLabel("What is it about?").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    assert.equal(await focused("role"), "alert");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.equal(await focused("href"), "#open-body");
    await page.keyboard.press("Enter");
    assert.equal(await focused("id"), "open-body");
  });

  test("a list of other rows is a group of boxes that keeps what was ticked", async () => {
    await page.goto(`${site.address}/faq/questions/2/edit/`);
    const group = page.getByRole("group", { name: "Related questions" });
    assert.equal(await group.getByRole("checkbox").count(), 2); // not itself
    await group.getByLabel("Third?").check();
    await page.getByLabel("Question", { exact: true }).fill("");
    await send("Save");
    assert.ok(await group.getByLabel("Third?").isChecked());
    assert.ok(!(await group.getByLabel("First?").isChecked()));
    await page.getByLabel("Question", { exact: true }).fill("Second, again?");
    await send("Save");
    await page.getByRole("link", { name: "Third?" }).waitFor();
    await page.getByRole("link", { name: "Edit this question" }).click();
    await group.getByLabel("Third?").uncheck();
    await send("Save");
    await page.getByRole("heading", { name: "Second, again?" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Third?" }).count(), 0);
  });

  test("every kind of field has a control that says what it is and keeps what it held", async () => {
    const values = {
      line: 'a "quoted" <b>',
      whole: "x7",
      any: "-1.5",
      kind: "b",
      day: "2026-11-24",
      yes: "on",
      some: ["b", "c"],
    };
    const issues = ["whole", "some", "yes", "secret"].map((name) => ({
      pointer: name === "some" ? "/some/1" : `/${name}`,
      expected: "something else",
      got: "this",
    }));
    const drawn = String(everyKind.draw({ values, issues }));
    assert.doesNotMatch(drawn, /(?<!value)=""|"false"|undefined/);
    await page.setContent(`<!doctype html><html lang="en"><title>Kinds</title>
      <main><h1>Kinds</h1>${drawn}</main>`);
    assert.deepEqual(await violations(page), []);
    const sent: [string, string][] = await page.evaluate(
      "[...new FormData(document.forms[0]).entries()]",
    );
    assert.deepEqual(sent, [
      ["line", 'a "quoted" <b>'],
      ["whole", "x7"],
      ["any", "-1.5"],
      ["kind", "b"],
      ["preset", "b"],
      ["perhaps", ""],
      ["day", "2026-11-24"],
      ["yes", "on"],
      ["some", "b"],
      ["some", "c"],
      ["secret", ""],
    ]);
    const summary = await page.getByRole("alert").getByRole("listitem").allInnerTexts();
    assert.deepEqual(summary, [
      "whole This must be something else.",
      "yes This must be something else.",
      "Some of them This must be something else.",
      "secret Please fill this in.",
    ]);
  });

  test("a ticket that was resolved meanwhile keeps the answer that came too late", async () => {
    const { address } = site;
    await post(`${address}/tickets/v1/open/`, { subject: "Late", body: "x" });
    await page.goto(`${address}/tickets/show/1/`);
    await page.getByLabel("Your answer").fill("Too late.");
    await post(`${address}/tickets/v1/tickets/1/answer/`, { answer: "In time." });
    await post(`${address}/tickets/v1/tickets/1/resolve/`, {});
    await send("Answer");
    assert.match(await page.getByRole("alert").innerText(), /^Ticket 1 is resolved\./);
    assert.equal(await page.getByLabel("Your answer").inputValue(), "Too late.");
  });

  test("where the provider is down, the form says so and keeps what was written", async () => {
    await page.goto(`${site.address}/faqcreator/from/1/`);
    await page.getByLabel("Question").fill("Will this be lost?");
    await page.getByLabel("Answer").fill("It must not be.");
    await site.faq.stop();
    const [response] = await Promise.all([page.waitForNavigation(), send("Publish")]);
    assert.equal(response?.status(), 503);
    const alert = await page.getByRole("alert").innerText();
    assert.match(alert, /^This part of the site cannot be reached\./);
    assert.match(alert, /It may have been saved all the same/);
    assert.equal(await page.getByLabel("Question").inputValue(), "Will this be lost?");
    assert.equal(await page.getByLabel("Answer").inputValue(), "It must not be.");
  });

  test("no page of all these had a fault", () => {
    assert.deepEqual(watched.faults, []);
  });

  function send(button: string): Promise<void> {
    return page.getByRole("button", { name: button, exact: true }).click();
  }

  /** What a screen reader reads after the label. */
  async function describedBy(label: string): Promise<string> {
    const ids = (await page.getByLabel(label).getAttribute("aria-describedby")) ?? "";
    const texts = ids.split(" ").map((id) => page.locator(`#${id}`).innerText());
    return (await Promise.all(texts)).join(" ");
  }

  function focused(attribute: string): Promise<string | null> {
    return page.evaluate(`document.activeElement.getAttribute("${attribute}")`);
  }
});
