import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "../../src/errors.ts";
import { type Extract, openExtract } from "../../src/extract/extract.ts";
import { type Point, points } from "../../src/extract/points.ts";
import type { ProjectPlan } from "../../src/project/plan.ts";
import { moveSite } from "./move-site.ts";
import { APP, serve, SERVICE, startLoad, tracesIn, withExtract } from "./moving.ts";

const site = moveSite();
const { place } = site;
const NEVER = new Promise<never>(() => {});

/** Somebody can write: soon, on a machine that has little else to do. */
async function isWritten(load: ReturnType<typeof startLoad>, point: Point): Promise<void> {
  const { written } = load;
  for (let tries = 0; load.written === written; tries += 1) {
    assert.ok(tries < 100, `nobody can write after ${point}`);
    await sleep(50);
  }
}

/** Runs a command that hangs at a point, as one that is frozen. Answers what lets go of it. */
async function hang(
  plan: ProjectPlan,
  point: Point,
  work: (extract: Extract) => Promise<unknown>,
): Promise<() => Promise<void>> {
  const reached = Promise.withResolvers<void>();
  const at = (passed: Point) => {
    if (passed !== point) return;
    reached.resolve();
    return NEVER;
  };
  const extract = await openExtract({ plan, app: APP, at });
  const done = work(extract).then(() => assert.fail(`${point} was not reached`));
  done.catch(() => {});
  await Promise.race([reached.promise, done]);
  return () => extract.close();
}

const resume = (plan: ProjectPlan) =>
  withExtract(plan, (extract) => extract.resume({ takeOver: true }));

const pointsOf = (name: string) => points.filter((point) => point.startsWith(`${name}:`));

test("a start that hangs at any point is taken over, and ends with all rows", async () => {
  const { urls, plan } = await place();
  const load = startLoad(urls, 2);
  const hanging: (() => Promise<void>)[] = [];
  try {
    await sleep(100);
    for (const point of pointsOf("start")) {
      // What was begun goes on from the top, and passes the next point too.
      hanging.push(await hang(plan, point, (extract) => extract.start({ to: urls.service })));
      await withExtract(plan, (extract) => extract.resume({ takeOver: true }), {
        at: (passed) => {
          if (passed !== "start: ready") throw new Error("broken off");
        },
      }).catch(() => undefined);
    }
    assert.match(await resume(plan), /the copy of shop was being made|nothing was begun/);
    assert.equal((await withExtract(plan, (extract) => extract.move()))?.state, "ready");
    const switched = await withExtract(plan, (extract) =>
      extract.switch("service", { service: SERVICE }),
    );
    assert.equal(switched.holder, "service");
    await load.stop();
    const { lost, counter, written } = await load.lost("service");
    assert.deepEqual({ lost, counter }, { lost: 0, counter: written });
  } finally {
    await load.close();
    for (const close of hanging) await close();
  }
});

test("a switch that hangs at any point is taken over: it has happened or it has not", async () => {
  const { urls, plan } = await place();
  const load = startLoad(urls, 2);
  const hanging: (() => Promise<void>)[] = [];
  try {
    await withExtract(plan, (extract) => extract.start({ to: urls.service }));
    await serve(urls.service);
    for (const point of [...pointsOf("switch"), ...pointsOf("settle")]) {
      const before = (await withExtract(plan, (extract) => extract.move()))?.holder;
      const to = before === "project" ? "service" : "project";
      hanging.push(await hang(plan, point, (extract) => extract.switch(to, { service: SERVICE })));
      await resume(plan);
      const move = await withExtract(plan, (extract) => extract.move());
      assert.equal(move?.state, "ready", point);
      const isBeyond = points.indexOf(point) >= points.indexOf("switch: committed");
      assert.equal(move?.holder, isBeyond ? to : before, point);
      await isWritten(load, point);
    }
    await load.stop();
    const { holder } = (await withExtract(plan, (extract) => extract.move())) ?? {};
    const { lost, doubled, counter, written } = await load.lost(holder ?? "project");
    assert.deepEqual({ lost, doubled, counter }, { lost: 0, doubled: 0, counter: written });
  } finally {
    await load.close();
    for (const close of hanging) await close();
  }
});

test("an end that hangs at any point is finished by resume", async () => {
  const { urls, plan } = await place();
  const hanging: (() => Promise<void>)[] = [];
  try {
    for (const point of pointsOf("cancel")) {
      await withExtract(plan, (extract) => extract.start({ to: urls.service }));
      hanging.push(await hang(plan, point, (extract) => extract.cancel()));
      await resume(plan);
      assert.equal(await withExtract(plan, (extract) => extract.move()), undefined, point);
      assert.deepEqual(await tracesIn(urls.project), [], point);
      assert.deepEqual(await tracesIn(urls.service), [], point);
    }
    await withExtract(plan, (extract) => extract.start({ to: urls.service }));
    for (const point of pointsOf("complete")) {
      await withExtract(plan, (extract) => extract.switch("service", { service: SERVICE }));
      hanging.push(await hang(plan, point, (extract) => extract.complete()));
      await resume(plan);
      assert.equal((await withExtract(plan, (extract) => extract.move()))?.state, "completed");
      await withExtract(plan, (extract) => extract.startHome());
      await withExtract(plan, (extract) => extract.switch("project"));
    }
  } finally {
    for (const close of hanging) await close();
  }
});

test("a command is refused while another one works on the move, and says which", async () => {
  const { urls, plan } = await place();
  const close = await hang(plan, "start: subscribed", (extract) =>
    extract.start({ to: urls.service }),
  );
  try {
    await assert.rejects(
      withExtract(plan, (extract) => extract.cancel()),
      (error: Error) =>
        codeOf(error) === "MoveRefused" && error.message.includes(String(process.pid)),
    );
    await resume(plan);
  } finally {
    await close();
  }
  // Whoever was taken over does not go on.
  assert.equal((await withExtract(plan, (extract) => extract.move()))?.state, "ready");
});

/** Kills a process at a point, as it stands there. */
async function killAt(plan: ProjectPlan, point: Point, command: string): Promise<void> {
  const source = `
    import { openExtract } from ${JSON.stringify(import.meta.resolve("../../src/extract/extract.ts"))};
    import { planOf } from ${JSON.stringify(import.meta.resolve("./moving.ts"))};
    const at = (point) => {
      if (point === ${JSON.stringify(point)}) process.kill(process.pid, "SIGKILL");
    };
    const plan = planOf(${JSON.stringify({ database: plan.settings.database, folder: site.folder })});
    const extract = await openExtract({ plan, app: ${JSON.stringify(APP)}, at });
    ${command};
    await extract.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: "inherit",
  });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  assert.equal(signal, "SIGKILL", point);
}

test("a process that is killed at a point leaves what resume puts right", async () => {
  const { urls, plan } = await place();
  const load = startLoad(urls, 2);
  try {
    const to = JSON.stringify(urls.service);
    await killAt(plan, "start: subscribed", `await extract.start({ to: ${to} })`);
    await withExtract(plan, (extract) => extract.resume());
    await serve(urls.service);
    const order = `await extract.switch("service", { service: ${JSON.stringify(SERVICE)} })`;
    for (const [point, holder] of [
      ["switch: arrived", "project"],
      ["switch: committed", "service"],
    ] as const) {
      await killAt(plan, point, order);
      await withExtract(plan, (extract) => extract.resume());
      assert.equal((await withExtract(plan, (extract) => extract.move()))?.holder, holder, point);
    }
    await load.stop();
    const { lost, doubled, counter, written } = await load.lost("service");
    assert.deepEqual({ lost, doubled, counter }, { lost: 0, doubled: 0, counter: written });
  } finally {
    await load.close();
  }
});

test("a server that stops at once in the middle of a switch keeps nobody out", async () => {
  const { urls, plan } = await place();
  await withExtract(plan, (extract) => extract.start({ to: urls.service }));
  for (const point of ["switch: held", "switch: locked", "switch: committed"] as const) {
    const before = (await withExtract(plan, (extract) => extract.move()))?.holder;
    const to = before === "project" ? "service" : "project";
    let isDone = false;
    const at = async (passed: Point) => {
      if (passed !== point || isDone) return;
      isDone = true;
      await site.restart();
    };
    await withExtract(plan, (extract) => extract.switch(to, { service: SERVICE }), { at }).catch(
      (error: unknown) => error,
    );
    assert.ok(isDone, point);
    await withExtract(plan, (extract) => extract.resume());
    const move = await withExtract(plan, (extract) => extract.move());
    assert.equal(move?.state, "ready", point);
    if (point === "switch: committed") assert.equal(move?.holder, to);
    const load = startLoad(urls, 1);
    await sleep(100);
    await load.stop();
    assert.ok(load.written > 0, point);
    await load.close();
  }
});
