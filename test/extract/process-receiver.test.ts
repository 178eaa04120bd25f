/** A receiver is work of its app: what it calls is not held, or the switch would wait for what waits for it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "../../src/data/migrate.ts";
import { testDatabase } from "../../src/data/testing.ts";
import { createBrowser } from "../../src/testing/browser.ts";
import { packageJson, settingsOf, tempFolder } from "../cli/command.ts";
import { acked, ownerOf, setRow, startProcess } from "./process-site.ts";

/** `ping` hears of `pong`, takes a while, and then has `pong` write to `ping`. What was done is in `globalThis`. */
const place = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["ping", "pong"]),
  "apps/ping/contract.ts": `import { contract, post } from "marcot/contract";
    export const v1 = contract("ping/v1", { end: post("/end/", { output: {} }) });`,
  "apps/ping/views.ts": `import { view } from "marcot";
    import { v1 } from "./contract.ts";
    export const end = view(v1.end, async () => { globalThis.done.push("end"); return {}; });`,
  "apps/ping/receivers.ts": `import { receiver } from "marcot";
    import { v1 as pong } from "#apps/pong";
    export const hear = receiver(pong.sent, "hear", async () => {
      globalThis.done.push("heard");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await pong.back({});
    });`,
  "apps/ping/app.ts": `import { app } from "marcot";
    import { v1 } from "./contract.ts";
    import * as views from "./views.ts";
    import * as receivers from "./receivers.ts";
    export default app("ping", { contract: v1, views, receivers });`,
  "apps/pong/contract.ts": `import { contract, event, post } from "marcot/contract";
    export const v1 = contract("pong/v1", {
      send: post("/send/", { output: {} }),
      back: post("/back/", { output: {} }),
      sent: event({}),
    });`,
  "apps/pong/views.ts": `import { emit, view } from "marcot";
    import { v1 as ping } from "#apps/ping";
    import { v1 } from "./contract.ts";
    export const send = view(v1.send, async (_input, { db }) => {
      await emit(v1.sent, {}, db);
      return {};
    });
    export const back = view(v1.back, async () => ping.end({}));`,
  "apps/pong/app.ts": `import { app } from "marcot";
    import { v1 } from "./contract.ts";
    import * as views from "./views.ts";
    export default app("pong", { contract: v1, views });`,
});
after(() => place.remove());

test("what a receiver of an app calls is done while writes of the app wait, through another app too", async () => {
  const done: string[] = [];
  Object.assign(globalThis, { done });
  const { url, drop } = await testDatabase("empty", async () => {});
  const sql = ownerOf(url);
  for (const app of ["ping", "pong"])
    await migrate({ ownerUrl: url, app, folder: join(place.folder, "apps", app, "migrations") });
  const site = await startProcess({ folder: place.folder, url });
  after(async () => {
    await site.stop();
    await sql.end();
    await drop();
  });
  assert.equal((await createBrowser(site.address).post("/pong/v1/send/", {})).status, 200);
  while (!done.includes("heard")) await sleep(10);
  await setRow(sql, "ping", { phase: "holding", hold_ms: 5_000 });
  const [ack] = await acked(sql, "ping", { phase: "holding" });
  assert.equal(ack?.problem, null);
  assert.deepEqual(done, ["heard", "end"], "before the process says that nothing is at work");
});
