/** A read that is answered a second time, to be compared, writes nothing a second time: not in another app either. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { provision } from "../../src/data/roles.ts";
import { packageJson, settingsOf, tempFolder, tinyApp } from "../cli/command.ts";
import { startProcess } from "./process-site.ts";
import { openDatabase } from "../company.ts";

const place = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["numbers", "pages", "shelves"]),
  ...tinyApp("numbers"),
  ...tinyApp("pages"),
  ...tinyApp("shelves"),
  "apps/pages/contract.ts": `import { contract, get, integer } from "marcot/contract";
export const v1 = contract("pages/v1", {
  look: get("/look/", { input: { number: integer() }, output: { number: integer() } }),
});
`,
  "apps/pages/views.ts": `import { view } from "marcot";
import { v1 as shelves } from "#apps/shelves";
import { v1 } from "./contract.ts";
export const look = view(v1.look, async ({ number }) => shelves.look({ number }));
`,
  "apps/shelves/contract.ts": `import { contract, get, integer } from "marcot/contract";
export const v1 = contract("shelves/v1", {
  look: get("/look/", { input: { number: integer() }, output: { number: integer() } }),
});
`,
  "apps/shelves/views.ts": `import { view } from "marcot";
import { v1 as numbers } from "#apps/numbers";
import { v1 } from "./contract.ts";
export const look = view(v1.look, async ({ number }) => numbers.twice({ number }));
`,
});
after(() => place.remove());

test("a rehearsed read that would write in another app, by way of a third, fails instead, and says why", async () => {
  const { url, drop } = await openDatabase();
  for (const app of ["numbers", "pages", "shelves"]) await provision(url, app);
  const site = await startProcess({ folder: place.folder, url });
  after(async () => {
    await site.stop();
    await drop();
  });
  const look = (headers: Record<string, string>) =>
    fetch(`${site.address}/pages/v1/look/?number=4`, { headers });
  assert.deepEqual(await (await look({ "marcot-caller": "tickets" })).json(), { number: 8 });
  const rehearsed = await look({ "marcot-caller": "marcot-rehearsal", "marcot-rehearsal": "1" });
  const { code, detail } = (await rehearsed.json()) as { code: string; detail: string };
  assert.deepEqual([rehearsed.status, code], [503, "Unavailable"]);
  assert.match(detail, /numbers\.v1\.twice cannot be called by a read that is rehearsed/);
});
