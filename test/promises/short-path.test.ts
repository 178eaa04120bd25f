/**
 * "At most six of our files": what runs for one warm request, and for one warm call between apps in one
 * process, counted by V8 itself. Where rows are read, `data/query` is one more; where they are written, two
 * more make the transaction. To tell an event takes more.
 */
import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { join, relative, sep } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { v1 as tickets } from "../../apps/tickets/contract.ts";
import { openProject, type Project } from "../../src/project/project.ts";
import { startService } from "../../src/provider/service.ts";
import { openDatabase, post } from "../company.ts";

const root = join(import.meta.dirname, "..", "..");
const session = new Session();
let database: Awaited<ReturnType<typeof openDatabase>>;
let project: Project;
const closers: (() => Promise<unknown>)[] = [];

before(async () => {
  database = await openDatabase();
  project = await open([]);
  session.connect();
  await session.post("Profiler.enable");
});
after(async () => {
  session.disconnect();
  for (const close of closers.toReversed()) await close();
  await database.drop();
});

/** The address of an app that has no others beside it, so that nothing is delivered while files are counted. */
async function serveAlone(app: string): Promise<string> {
  const service = await startService({ project: await open([app]), port: 0 });
  closers.push(() => service.stop());
  return service.address;
}

async function open(only: readonly string[]): Promise<Project> {
  const quiet = () => {};
  const opened = await openProject({
    folder: join(root, "example"),
    only,
    environment: { DATABASE_URL: database.url },
    log: { info: quiet, warn: quiet, error: quiet },
  });
  closers.push(() => opened.close());
  return opened;
}

/** Our files of which a function ran during `work`, once everything was compiled and connected. */
async function filesOf(work: () => Promise<unknown>): Promise<string[]> {
  for (let i = 0; i < 3; i += 1) await work();
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  await work();
  const { result } = await session.post("Profiler.takePreciseCoverage");
  await session.post("Profiler.stopPreciseCoverage");
  return result
    .filter(({ url, functions }) => url.startsWith("file:") && functions.some(hasRun))
    .map(({ url }) => relative(root, fileURLToPath(url)).replaceAll(sep, "/"))
    .filter((path) => /^(?:src|apps)\//.test(path))
    .toSorted();
}

function hasRun({ ranges }: { ranges: { count: number }[] }): boolean {
  return ranges.some(({ count }) => count > 0);
}

const written = [
  "src/app/view.ts",
  "src/contract/check.ts",
  "src/data/atomic.ts",
  "src/data/query.ts",
  "src/data/transaction.ts",
  "src/provider/reply.ts",
  "src/provider/router.ts",
  "src/provider/server.ts",
];

/** What delivers events, and what hears of apps that move: each in a session of its own. */
function isBeside(file: string): boolean {
  return /^src\/(?:events|project\/providers)\//.test(file) || file === "src/data/session.ts";
}

test("a request", async () => {
  const address = await serveAlone("tickets");
  const ticket = { subject: "It is slow", body: "Very." };
  const files = await filesOf(() => post(`${address}/v1/open/`, ticket));
  assert.deepEqual(files, ["apps/tickets/views.ts", ...written]);
});

test("a request that tells an event", async () => {
  const address = await serveAlone("faq");
  const entry = { question: "my question", source: 123 };
  const files = await filesOf(() => post(`${address}/v1/create/`, entry));
  // Whoever delivers is woken, and works after the reply.
  const more = files.filter((file) => !written.includes(file) && !isBeside(file));
  assert.deepEqual(more, [
    "apps/faq/views.ts",
    "src/app/context.ts",
    "src/app/emit.ts",
    "src/contract/compile.ts",
    "src/contract/contract.ts",
    "src/contract/endpoint.ts",
    "src/contract/steps/plan.ts",
    "src/data/scope.ts",
  ]);
});

test("a call between apps in one process", async () => {
  const { id } = await project.run(() => tickets.open({ subject: "It is slow", body: "Very." }));
  const files = await project.run(() => filesOf(() => tickets.ticket({ id })));
  // With the view that makes the call there are six. What delivers events runs beside it.
  const own = files.filter((file) => !isBeside(file));
  assert.deepEqual(own, [
    "apps/tickets/views.ts",
    "src/app/view.ts",
    "src/client/dispatch.ts",
    "src/contract/check.ts",
    "src/contract/contract.ts",
  ]);
});
