/**
 * "At most six of our files": what runs for one warm request, and for one warm call between apps in one
 * process, counted by V8 itself. Where rows are read, `data/query` is one more; where they are written, two
 * more make the transaction.
 */
import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { join, relative, sep } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { v1 as faqcreator } from "../../apps/faqcreator/contract.ts";
import { v1 as tickets } from "../../apps/tickets/contract.ts";
import { openProject, type Project } from "../../src/project/project.ts";
import { type Service, startService } from "../../src/provider/service.ts";
import { openDatabase, post } from "../company.ts";

const root = join(import.meta.dirname, "..", "..");
const session = new Session();
let database: Awaited<ReturnType<typeof openDatabase>>;
let project: Project;
let service: Service;

before(async () => {
  database = await openDatabase();
  const quiet = () => {};
  project = await openProject({
    folder: join(root, "example"),
    environment: { DATABASE_URL: database.url },
    log: { info: quiet, warn: quiet, error: quiet },
  });
  service = await startService({ project, port: 0 });
  session.connect();
  await session.post("Profiler.enable");
});
after(async () => {
  session.disconnect();
  await service.stop();
  await project.close();
  await database.drop();
});

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

test("a request", async () => {
  const body = { question: "my question", source: 123 };
  const files = await filesOf(() => post(`${service.address}/faq/v1/create/`, body));
  assert.deepEqual(files, [
    "apps/faq/views.ts",
    "src/app/view.ts",
    "src/contract/check.ts",
    "src/data/atomic.ts",
    "src/data/query.ts",
    "src/data/transaction.ts",
    "src/provider/reply.ts",
    "src/provider/router.ts",
    "src/provider/server.ts",
  ]);
});

test("a call between apps in one process", async () => {
  await project.run(() => tickets.open({ subject: "It is slow", body: "Very." }));
  await project.run(() => tickets.answer({ id: 1, answer: "Wait." }));
  await project.run(() => tickets.resolve({ id: 1 }));
  const files = await project.run(() => filesOf(() => faqcreator.candidates()));
  assert.deepEqual(files, [
    "apps/faqcreator/views.ts",
    "apps/tickets/views.ts",
    "src/app/view.ts",
    "src/client/dispatch.ts",
    "src/contract/check.ts",
    "src/contract/contract.ts",
  ]);
});
