/** A command is frozen, taken over, and wakes up when the move has gone on without it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../src/data/database.ts";
import { FENCE } from "../../src/data/control.ts";
import { appUrl } from "../../src/data/roles.ts";
import { codeOf } from "../../src/errors.ts";
import type { Course } from "../../src/extract/course.ts";
import { type Extract, openExtract } from "../../src/extract/extract.ts";
import { openJournal } from "../../src/extract/journal.ts";
import { type Point, points } from "../../src/extract/points.ts";
import { openSide } from "../../src/extract/sides.ts";
import { backOut } from "../../src/extract/switch/back-out.ts";
import { checkOurs, claimProject, claimService } from "../../src/extract/switch/mover.ts";
import type { ProjectPlan } from "../../src/project/plan.ts";
import { moveSite } from "./move-site.ts";
import { APP, SERVICE, serve, withExtract } from "./moving.ts";

const site = moveSite();

async function place() {
  const made = await site.place();
  await serve(made.urls.service);
  return made;
}

type Place = Awaited<ReturnType<typeof place>>;

/** Answers what wakes it up, and resolves with the error that it ends with. */
async function freeze(
  plan: ProjectPlan,
  point: Point,
  work: (extract: Extract) => Promise<unknown>,
): Promise<() => Promise<unknown>> {
  const reached = Promise.withResolvers<void>();
  const frozen = Promise.withResolvers<void>();
  let isFirst = true;
  const at = (passed: Point) => {
    if (passed !== point || !isFirst) return;
    isFirst = false;
    reached.resolve();
    return frozen.promise;
  };
  const extract = await openExtract({ plan, app: APP, at });
  const ended = work(extract).then(
    () => undefined,
    (error: unknown) => error,
  );
  await Promise.race([reached.promise, ended.then(() => assert.fail(`${point} was not reached`))]);
  return async () => {
    frozen.resolve();
    const error = await ended;
    await extract.close();
    return error;
  };
}

/** Who may write, and where processes find the app. */
async function stateOf({ urls }: Place) {
  const of = async (url: string) => {
    const sql = connect(url);
    try {
      const rows = await sql`
        select phase, epoch::text, address, changed_at from marcot.providers where app = ${APP}`;
      const fences = await sql<{ name: string; on: boolean }[]>`
        select tgrelid::regclass::text as name, tgenabled <> 'D' as on from pg_trigger
        where tgname = ${FENCE} order by 1`;
      const [entries] = await sql`select count(*)::int as count from shop.entries`;
      const streams = await sql`
        select subname, subenabled from pg_subscription
        where subdbid = (select oid from pg_database where datname = current_database()) order by 1`;
      return {
        rows: [...rows],
        fences: [...fences],
        entries: entries?.["count"],
        streams: [...streams],
      };
    } finally {
      await sql.end();
    }
  };
  return { project: await of(urls.project), service: await of(urls.service) };
}

async function write(url: string, rows: number): Promise<void> {
  const sql = connect(appUrl(url, APP));
  try {
    await sql`insert into entries (client, n) select 'late', n from generate_series(1, ${rows}) n`;
  } finally {
    await sql.end();
  }
}

const toService = (extract: Extract) => extract.switch("service", { service: SERVICE });

function expectRefused(error: unknown, point: string): void {
  assert.equal(codeOf(error), "MoveRefused", `${point}: ${String(error)}`);
}

for (const point of ["switch: held", "switch: locked"] as const) {
  test(`a copy that wakes up at "${point}" does not empty the side that is used`, async () => {
    const here = await place();
    const { urls, plan } = here;
    const pauses = { service: SERVICE, pauseMs: 120_000 };
    await withExtract(plan, (extract) => extract.start({ to: urls.service, mode: "copy" }));
    const wake = await freeze(plan, point, (extract) => extract.switch("service", pauses));
    await withExtract(plan, (extract) => extract.resume({ takeOver: true }));
    await withExtract(plan, (extract) => extract.switch("service", pauses));
    await write(urls.service, 20);
    const before = await stateOf(here);
    assert.equal(before.service.entries, 20);
    expectRefused(await wake(), point);
    assert.deepEqual(await stateOf(here), before);
  });
}

test("a switch that wakes up at any point changes nothing", async () => {
  const here = await place();
  const { urls, plan } = here;
  await withExtract(plan, (extract) => extract.start({ to: urls.service }));
  const all = points.filter(
    (point) => /^(switch|settle): /.test(point) && point !== "settle: ready",
  );
  for (const point of all) {
    const wake = await freeze(plan, point, toService);
    await withExtract(plan, (extract) => extract.resume({ takeOver: true }));
    // Away and home again: the project holds the app, with a later epoch.
    const move = await withExtract(plan, (extract) => extract.move());
    if (move?.holder === "project") await withExtract(plan, toService);
    await withExtract(plan, (extract) => extract.switch("project"));
    const before = await stateOf(here);
    expectRefused(await wake(), point);
    assert.deepEqual(await stateOf(here), before, point);
    assert.ok(
      before.service.fences.every(({ on }) => on),
      point,
    );
    await write(urls.project, 1);
    await assert.rejects(write(urls.service, 1), { code: "MV001" }, point);
  }
});

test("a project's copy that is used again is not dropped by an end that wakes up", async () => {
  const here = await place();
  const { urls, plan } = here;
  await withExtract(plan, (extract) => extract.start({ to: urls.service }));
  await withExtract(plan, toService);
  const wake = await freeze(plan, "complete: streams dropped", (extract) => extract.complete());
  await withExtract(plan, (extract) => extract.resume({ takeOver: true }));
  await withExtract(plan, (extract) => extract.startHome());
  await withExtract(plan, (extract) => extract.switch("project"));
  const before = await stateOf(here);
  expectRefused(await wake(), "complete");
  assert.deepEqual(await stateOf(here), before);
});

test("a predecessor that comes late to the service's side does not take it back", async () => {
  const { urls } = await place();
  const open = async (token: string) => ({
    project: await openSide("project", urls.project, { app: APP, token }),
    service: await openSide("service", urls.service, { app: APP, token }),
  });
  const [first, second] = [await open("aaaaaaaa"), await open("bbbbbbbb")];
  try {
    await claimProject(first.project);
    await claimService(first.service, first.project);
    await checkOurs(first.project, first.service);
    await claimProject(second.project);
    // The service does not know of it yet.
    await claimService(second.service, second.project);
    await assert.rejects(claimService(first.service, first.project), { code: "MoveRefused" });
    await assert.rejects(checkOurs(first.service), { code: "MV002" });
    await checkOurs(second.project, second.service);
  } finally {
    for (const { project, service } of [first, second]) {
      await project.close();
      await service.close();
    }
  }
});

test("a switch that is taken back opens the holder with its row, or not at all", async () => {
  const here = await place();
  const { urls, plan } = here;
  await withExtract(plan, (extract) => extract.start({ to: urls.service }));
  const wake = await freeze(plan, "switch: committed", toService);
  const owner = { app: APP, token: "cccccccc" };
  const project = await openSide("project", urls.project, owner);
  const journal = await openJournal(project, true);
  const service = await openSide("service", urls.service, owner);
  await claimService(service, project);
  const course: Course = {
    app: APP,
    plan,
    journal,
    project,
    service: async () => service,
    say: () => {},
    at: () => {},
  };
  try {
    await project.sql.unsafe(`CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'MV002'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE ON marcot.providers FOR EACH ROW EXECUTE FUNCTION public.refuse()`);
    await assert.rejects(backOut(course, "a test"), { code: "MV002" });
    assert.ok((await stateOf(here)).project.fences.every(({ on }) => on));
    await project.sql.unsafe(`DROP FUNCTION public.refuse() CASCADE`);
  } finally {
    await journal.close();
    await service.close();
    await project.close();
  }
  // What an older command may have left half done.
  const sql = connect(urls.project);
  await sql.unsafe(`ALTER TABLE shop.entries DISABLE TRIGGER ${FENCE}`);
  await sql.end();
  await withExtract(plan, (extract) => extract.resume());
  const { project: left, service: used } = await stateOf(here);
  assert.ok(left.fences.every(({ on }) => on));
  assert.ok(used.fences.every(({ on }) => !on));
  expectRefused(await wake(), "switch: committed");
});
