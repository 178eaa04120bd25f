/** The command loses a database in the middle of a switch, and nobody tells it. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../src/data/database.ts";
import { appUrl } from "../../src/data/roles.ts";
import type { Point } from "../../src/extract/points.ts";
import { openProxy, type Proxy } from "../torture/extract/proxy.ts";
import { moveSite } from "./move-site.ts";
import { APP, SERVICE, withExtract } from "./moving.ts";

const site = moveSite();
let proxy: Proxy;

afterEach(async () => {
  await proxy.close();
});

async function place() {
  const { urls } = await site.place();
  proxy = await openProxy("postgres", Number(new URL(urls.project).port));
  return urls;
}

function through(url: string): string {
  const cuttable = new URL(url);
  cuttable.port = String(proxy.port);
  return cuttable.href;
}

test("a command that is cut off from the holder does not keep its tables locked", async () => {
  const { project, service } = await place();
  const plan = site.planOf(through(project));
  await withExtract(plan, (extract) => extract.start({ to: service }));
  const writer = connect(appUrl(project, APP));
  await writer`select 1`;
  let waitedMs: Promise<number> | undefined;
  const at = (point: Point) => {
    if (point !== "switch: locked" || waitedMs !== undefined) return;
    proxy.cut("coordinator", "silence");
    const begun = performance.now();
    waitedMs = writer`insert into entries (client, n) values ('waits', 1)`.then(
      () => performance.now() - begun,
    );
    void sleep(1500).then(() => proxy.heal("coordinator"));
  };
  try {
    const work = withExtract(
      plan,
      (extract) => extract.switch("service", { service: SERVICE, budgetMs: 2000 }),
      { at },
    );
    const switched = await work;
    const waited = (await waitedMs) ?? Infinity;
    assert.ok(waited > 100 && waited < 1000, `waited ${Math.round(waited)} ms`);
    assert.ok(switched.attempts > 1);
  } finally {
    await writer.end();
  }
});

test("the service is opened soon after the network to it is back", async () => {
  const { project, service } = await place();
  const plan = site.planOf(project);
  await withExtract(plan, (extract) => extract.start({ to: through(service) }));
  const at = (point: Point) => {
    if (point !== "switch: committed") return;
    proxy.cut("coordinator", "reset");
    void sleep(3000).then(() => proxy.heal("coordinator"));
  };
  const { fenceMs } = await withExtract(
    plan,
    (extract) => extract.switch("service", { service: SERVICE }),
    { at },
  );
  assert.ok(fenceMs > 2900 && fenceMs < 4500, `${fenceMs} ms`);
});
