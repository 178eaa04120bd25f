import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Embedded, openEmbedded } from "../../src/data/embedded.ts";
import { codeOf } from "../../src/errors.ts";
import {
  makeFolder,
  plant,
  planOf,
  removeFolder,
  SERVICE,
  startLoad,
  tracesIn,
  withExtract,
} from "./moving.ts";

let folder: string;
let project: Embedded;
let service: Embedded;

beforeEach(async () => {
  folder = await makeFolder();
  project = await openEmbedded(join(folder, "a"));
  service = await openEmbedded(join(folder, "b"));
  await plant(project.url, folder);
});
afterEach(async () => {
  await project.stop();
  await service.stop();
  await removeFolder(folder);
});

const planned = () => planOf({ database: "embedded:./a", folder });
const to = "embedded:./b";

test("an app moves between two embedded servers under load, back, and there again", async () => {
  const load = startLoad({ project: project.url, service: service.url });
  try {
    await sleep(300);
    await withExtract(planned(), (extract) => extract.start({ to }));
    for (const side of ["service", "project", "service", "project"] as const) {
      await withExtract(planned(), (extract) => extract.switch(side, { service: SERVICE }));
      await sleep(200);
      const move = await withExtract(planned(), (extract) => extract.move());
      assert.equal(move?.info.verified?.different, 0);
    }
    await load.stop();
    const { lost, doubled, counter, written } = await load.lost("project");
    assert.deepEqual({ lost, doubled, counter }, { lost: 0, doubled: 0, counter: written });
  } finally {
    await load.close();
  }
});

test("a server that comes back at another port is found again", async () => {
  await withExtract(planned(), (extract) => extract.start({ to }));
  await service.stop();
  await project.stop();
  // Somebody else takes the port meanwhile.
  const port = Number(new URL(project.url).port);
  const { createServer } = await import("node:net");
  const squatter = createServer().listen(port, "127.0.0.1");
  try {
    project = await openEmbedded(join(folder, "a"));
    assert.notEqual(Number(new URL(project.url).port), port);
    service = await openEmbedded(join(folder, "b"));
    const switched = await withExtract(planned(), (extract) =>
      extract.switch("service", { service: SERVICE }),
    );
    assert.equal(switched.holder, "service");
  } finally {
    squatter.close();
  }
});

test("a move is cancelled while the service's database is gone, and the rest when it is back", async () => {
  const address = service.url;
  await withExtract(planned(), (extract) => extract.start({ to: address }));
  await service.stop();
  await assert.rejects(
    withExtract(planned(), (extract) => extract.cancel()),
    (error: Error) =>
      codeOf(error) === "DatabaseUnavailable" && /are left there/.test(error.message),
  );
  const move = await withExtract(planned(), (extract) => extract.move());
  assert.match(move?.info.problem ?? "", /are left there/);
  assert.deepEqual(await tracesIn(project.url), ["move shop ready"]);
  service = await openEmbedded(join(folder, "b"));
  await withExtract(planned(), (extract) => extract.cancel());
  assert.deepEqual(await tracesIn(project.url), []);
  assert.deepEqual(await tracesIn(service.url), []);
});

test("a move is given up when the service's database never comes back", async () => {
  const address = service.url;
  await withExtract(planned(), (extract) => extract.start({ to: address }));
  await service.stop();
  await withExtract(planned(), (extract) => extract.cancel({ abandon: true }));
  assert.deepEqual(await tracesIn(project.url), []);
  service = await openEmbedded(join(folder, "b"));
  // What was left there does not keep a new move.
  await withExtract(planned(), (extract) => extract.start({ to, replace: true }));
  await withExtract(planned(), (extract) => extract.cancel());
  assert.deepEqual(await tracesIn(service.url), []);
});
