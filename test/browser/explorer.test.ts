/** The page of an app's contract: read it, try an endpoint, and copy a line for curl, wherever the app is. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { violations } from "./axe.ts";
import { openBrowser, openPage, type Watched } from "./browser.ts";
import { inOneProcess, type Site, withFaqElsewhere } from "./site.ts";

const opened = await openBrowser();
const browser = "browser" in opened ? opened.browser : undefined;
const skip = "missing" in opened && opened.missing;
after(() => browser?.close());

for (const arrangement of [inOneProcess, withFaqElsewhere]) {
  describe(arrangement.name, { skip }, () => {
    let site: Site;
    let watched: Watched;
    before(async () => {
      assert.ok(browser);
      site = await arrangement.open();
      watched = await openPage(browser);
      await watched.page.goto(`${site.address}/-/`);
      await watched.page.getByRole("main").getByRole("link", { name: "Faq", exact: true }).click();
      await watched.page.getByRole("heading", { name: "The contract of faq" }).waitFor();
    });
    after(async () => {
      await watched.page.context().close();
      await site.close();
    });

    test("an endpoint is tried from the page", async () => {
      const { page, faults } = watched;
      const create = page.locator("details", { hasText: "POST /v2/create/" });
      await create.locator("summary").click();
      assert.match(await create.innerText(), /related\[\]\s+an integer/);
      const input = create.getByLabel("Input of v2 create, as JSON");
      await input.fill('{ "question": "Who & what?", "source": 1 }');
      await create.getByRole("button", { name: "Send it for real" }).click();
      await create.getByText("201 Created").waitFor();
      await input.fill('{ "question": "" }');
      await create.getByRole("button", { name: "Send it for real" }).click();
      await create.getByText("InvalidInput").waitFor();
      await input.fill("{");
      await create.getByRole("button", { name: "Send it for real" }).click();
      await create.getByText("The input is not JSON").waitFor();
      assert.deepEqual(await violations(page), []);
      // What the service refuses, a browser notes.
      assert.deepEqual(
        faults.splice(0).filter((fault) => !/422/.test(String(fault))),
        [],
      );
    });

    test("an endpoint whose path and query have fields is tried too", async () => {
      const { page } = watched;
      const entry = page.locator("details", { hasText: "GET /v1/entries/:id/" });
      await entry.locator("summary").click();
      await entry.getByRole("textbox").fill('{ "id": 1 }');
      await entry.getByRole("button", { name: "Try it" }).click();
      await entry.getByText('"question": "Who & what?"').waitFor();
      const entries = page.locator("details", { hasText: "GET /v1/entries/ entries" });
      await entries.locator("summary").click();
      await entries.getByRole("textbox").fill('{ "search": "Who &", "limit": 5 }');
      await entries.getByRole("button", { name: "Try it" }).click();
      await entries.getByText('"question": "Who & what?"').waitFor();
    });

    test("the lines for curl work as they stand", async () => {
      const { page } = watched;
      const lines = await page.locator("details h3:text('With curl') + pre").allTextContents();
      assert.ok(lines.length >= 7, String(lines.length));
      for (const line of lines) {
        const environment = { PATH: process.env["PATH"], FAQ_API: `${site.address}/faq` };
        const script = `${line} -s -w '\\n%{http_code}'`;
        const { stdout } = await promisify(execFile)("sh", ["-c", script], { env: environment });
        assert.match(stdout.trim().split("\n").at(-1) ?? "", /^20[01]$/, `${line}\n${stdout}`);
      }
    });
  });
}
