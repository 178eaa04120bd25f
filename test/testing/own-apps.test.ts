/** Apps in a project's own folder call each other as `#apps/<name>`, in one process and with one each. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createBrowser } from "../../src/testing/browser.ts";
import { createRecording } from "../../src/testing/recording.ts";
import { openSite, type Site } from "../../src/testing/site.ts";
import { v1 as orders } from "./shop/apps/orders/contract.ts";
import { v1 as stock } from "./shop/apps/stock/contract.ts";

const folder = join(import.meta.dirname, "shop");

// As a developer may have them: no test goes there.
process.env["STOCK_API"] = "http://127.0.0.1:1";
process.env["ORDERS_DATABASE_URL"] = "postgres://nobody:secret@127.0.0.1:1/nothing";
process.env["DATABASE_URL"] = "postgres://nobody:secret@127.0.0.1:1/nothing";

for (const arrangement of ["one-process", "process-per-app", ["stock"]] as const) {
  describe(`arrangement ${String(arrangement)}`, () => {
    let site: Site;
    before(async () => {
      site = await openSite({ folder, arrangement, recording: createRecording() });
    });
    after(() => site.close());

    test("the apps have the processes that the arrangement gives them", () => {
      const expected = { "one-process": [], "process-per-app": ["orders", "stock"] };
      const apart = typeof arrangement === "string" ? expected[arrangement] : arrangement;
      assert.deepEqual([...site.providers.keys()], apart);
      const pids = [...site.providers.values()].map(({ pid }) => pid);
      assert.equal(new Set([...pids, process.pid]).size, apart.length + 1);
      for (const app of ["orders", "stock"]) {
        const expected = apart.some((one) => one === app) ? "remote" : "local";
        assert.equal(site.project.providers.get(app)?.is, expected);
      }
    });

    test("an app calls another one, which calls it back", () =>
      site.project.run(async () => {
        await stock.put({ article: "lamp", pieces: 3 });
        const order = await orders.place({ article: "lamp", pieces: 2 });
        assert.deepEqual(order, { id: 1, article: "lamp", pieces: 2 });
        assert.deepEqual(await stock.report({}), {
          articles: [{ article: "lamp", left: 1, ordered: 1 }],
        });
      }));

    test("its declared error becomes one of the caller", () =>
      site.project.run(async () => {
        const refused = { code: "NotInStock", status: 409, ran: "yes", message: "no lamp is left" };
        await assert.rejects(orders.place({ article: "lamp", pieces: 2 }), refused);
      }));

    test("of many who want the last pieces, as many get one as there are", () =>
      site.project.run(async () => {
        await stock.put({ article: "chair", pieces: 7 });
        const wanted = Array.from({ length: 20 }, () =>
          orders.place({ article: "chair", pieces: 1 }),
        );
        const placed = await Promise.allSettled(wanted);
        assert.equal(placed.filter(({ status }) => status === "fulfilled").length, 7);
      }));

    test("both answer at the project's address", async () => {
      const { get, post } = createBrowser(site.address);
      const placed = await post("/orders/v1/place/", "article=lamp&pieces=1");
      assert.equal(placed.status, 201);
      const { body } = await get("/stock/v1/report/");
      assert.partialDeepStrictEqual(body, { articles: [{ article: "chair" }, { left: 0 }] });
    });
  });
}

test("nothing was stored where the settings point to", () => {
  assert.ok(!existsSync(join(folder, ".data")));
});
