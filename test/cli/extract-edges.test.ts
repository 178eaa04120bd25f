/** What `marcot extract` does where people err, stop it, or have databases that cannot replicate. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import postgres, { type Sql } from "postgres";
import { runService, type ServiceChild } from "../../src/cli/commands/extract/serve/child.ts";
import { Interrupted, listenForInterrupts } from "../../src/cli/terminal/interrupt.ts";
import { ensureControl } from "../../src/data/control.ts";
import { type Embedded, openEmbedded } from "../../src/data/embedded.ts";
import { readProject } from "../../src/project/plan.ts";
import { get, openDatabase, post } from "../company.ts";
import { addressOf, type Ended, endOf, marcot, root, spawnMarcot } from "./command.ts";

const cwd = join(root, "example");
const SECRET = "a secret of these tests that is long enough";

describe("with a project that runs", () => {
  const folder = mkdtempSync(join(tmpdir(), "marcot-extract-"));
  chmodSync(folder, 0o755); // when root tests, the embedded server runs as somebody else
  const environment = {
    DATABASE_URL: `embedded:${join(folder, "project")}`,
    EVENTS_SECRET: SECRET,
  };
  const run = (...args: string[]): Promise<Ended> => marcot(args, { cwd, environment });
  const to = `embedded:${join(folder, "service")}`;
  let project: ChildProcess;
  let service: ChildProcess | undefined;
  let plain: Embedded;
  let sql: Sql;
  let home: string;
  let port: number;

  before(async () => {
    project = spawnMarcot(["runserver", "--port", "0"], { cwd, environment });
    home = await addressOf(project);
    port = await freePort();
    const server = await openEmbedded(join(folder, "project"));
    sql = postgres(server.url, { max: 1, onnotice() {} });
    await server.stop(); // the project keeps it
    plain = await openEmbedded(join(folder, "plain"), { settings: { wal_level: "replica" } });
  });
  after(async () => {
    await sql.end({ timeout: 1 });
    for (const child of [service, project]) if (child !== undefined) await ended(child);
    await plain.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("something else at the port of --serve is refused before anything is copied", async () => {
    const own = new URL(home).port;
    const { code, stderr } = await run("extract", "faq", "--to", to, "--serve", own);
    assert.equal(code, 1);
    assert.match(stderr, /something else answers at http.*\n {2}Choose another --serve/);
    const stranger = createHttpServer((_, response) => void response.writeHead(404).end("no"));
    const at = String(await listen(stranger));
    assert.match((await run("extract", "faq", "--serve", at)).stderr, /something else answers/);
    stranger.close();
    assert.equal((await run("extract", "status")).stdout, "nothing moves\n");
  });

  test("the project itself is no service of the app", async () => {
    assert.match(
      (await run("extract", "faq", "--to", to, "--service", home)).stderr,
      /Choose another --service/,
    );
    const started = await run("extract", "start", "faq", "--to", to);
    assert.match(started.stdout, /its copy follows while its service runs, or --serve does\n/);
    const same = await run(
      "extract",
      "faq",
      "--to",
      to,
      "--service",
      `${home}/faq`,
      "--home",
      home,
    );
    assert.equal(same.code, 1);
    assert.match(same.stderr, /works on another database than embedded:/);
  });

  test("a move keeps its target", async () => {
    const other = `postgres://owner:secret@127.0.0.1:9/faq`;
    const { code, stderr } = await run("extract", "faq", "--to", other, "--serve", String(port));
    assert.equal(code, 1);
    assert.match(
      stderr,
      /faq moves already, with embedded:.*, and not with postgres:\/\/owner@127/,
    );
    assert.match(stderr, /\[MoveRefused\]/);
    assert.doesNotMatch(stderr, /secret/);
    const respelled = `embedded:${folder}/./service`;
    const again = await run("extract", "start", "faq", "--to", respelled);
    assert.match(again.stderr, /it is ready, and held by the project/);
  });

  test("a command that waits for the service says so, and what starts it", async () => {
    const away = ["--service", `http://127.0.0.1:${port}`, "--to", to];
    const child = spawnMarcot(["extract", "faq", ...away], { cwd, environment });
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("waits")) child.kill("SIGINT");
    });
    const { code, stdout, stderr } = await endOf(child);
    assert.match(stdout, /for the service at http:.*`marcot extract plan faq`/, stderr);
    assert.equal(code, 130);
  });

  test("while an app moves its plan says so, and how its service is started", async () => {
    const { code, stdout } = await run("extract", "plan", "faq", "--to", to);
    assert.match(stdout, /blocker faq moves already, with embedded:.* \(source\.moves\)\n/);
    assert.match(stdout, /\n {2}DATABASE_URL=.* marcot runserver --only faq --port 8001\n$/);
    assert.doesNotMatch(stdout, /--replace|The steps/);
    assert.equal(code, 1);
  });

  test("a way home that is given up is asked about, and the service is told as the holder", async () => {
    service = await extracted(["--serve", String(port), "--home", home]);
    assert.equal((await run("extract", "complete", "faq", "--now", "--yes")).code, 0);
    await sql`update marcot.moves set state = 'copying'`;
    const unasked = await run("extract", "cancel", "faq");
    assert.match(unasked.stderr, /Stop bringing faq home\?.*\n.*nobody has answered/);
    const { stdout, stderr } = await run("extract", "cancel", "faq", "--yes");
    assert.match(stdout, /^faq is provided by the service at http/, stderr);
    const absorbed = await run("absorb", "faq", "--yes");
    assert.match(absorbed.stdout, /^faq is provided by the project\n {2}copied /, absorbed.stderr);
    assert.equal((await endOf(service)).code, 0);
  });

  test("where rows are copied at the switch, one command does it once the pause is allowed", async () => {
    const plan = await run("extract", "plan", "faq", "--to", plain.url);
    assert.match(
      plan.stdout,
      /start faq --to TARGET --mode copy\n.*switch faq --service URL --pause \d+000\n/,
    );
    const args = ["--to", plain.url, "--serve", String(port), "--home", home];
    const refused = await run("extract", "faq", ...args);
    assert.match(
      refused.stderr,
      /writes wait for it, about .*\n.*--pause \d+000\. \[MoveRefused\]/,
    );
    assert.equal((await run("extract", "status")).stdout, "nothing moves\n");
    service = await extracted([...args, "--pause", "20000"]);
    assert.equal(
      (await post(`${home}/faq/v1/create/`, { question: "there", source: 1 })).status,
      201,
    );
    const complete = await run("extract", "complete", "faq", "--now");
    assert.match(complete.stderr, /Drop the project's copy of faq\? The service/);
    const back = await run("extract", "reverse", "faq", "--pause", "20000");
    assert.equal(back.code, 0, back.stderr);
    const cancel = await run("extract", "cancel", "faq");
    assert.match(cancel.stderr, /Drop the service's copy of faq in postgres:.*\? The project/);
    assert.match((await run("absorb", "faq", "--yes")).stdout, /^faq is provided by the project\n/);
    assert.equal((await endOf(service)).code, 0);
    assert.match(JSON.stringify((await get(`${home}/faq/v1/entries/`)).body), /there/);
  });

  test("a service that is starting ends with the command that is stopped", async () => {
    const stopped = new AbortController();
    let child: ServiceChild | undefined;
    const onChild = (one: ServiceChild) => {
      child = one;
      stopped.abort();
    };
    const { signal } = stopped;
    const plan = await readProject({ folder: cwd, environment });
    const target = `embedded:${join(folder, "starting")}`;
    const options = { app: "faq", target, home, port, onChild, signal };
    await assert.rejects(runService(plan, options), { name: "AbortError" });
    const { pid } = child ?? assert.fail();
    assert.ok(pid !== undefined);
    await child?.stop();
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });

  /** Resolves when the service runs, in a command that stays. */
  async function extracted(args: readonly string[]): Promise<ChildProcess> {
    const child = spawnMarcot(["extract", "faq", ...args], { cwd, environment });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
      child.once("exit", () => reject(new Error(`it ended: ${said}`)));
      child.stdout?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("The service runs here")) resolve();
      });
    });
    return child;
  }
});

describe("with a database alone", () => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let sql: Sql;
  before(async () => {
    database = await openDatabase();
    sql = postgres(database.url, { max: 1, onnotice() {} });
    await ensureControl(sql);
  });
  after(async () => {
    await sql.end({ timeout: 1 });
    await database.drop();
  });

  const environment = () => ({ DATABASE_URL: database.url });
  const move = (state: string, target: string) => sql`
    insert into marcot.moves (app, state, holder, mode, target)
    values ('faq', ${state}, 'project', 'stream', ${target})
    on conflict (app) do update set state = excluded.state, target = excluded.target`;

  test("status tells of a rehearsal that was killed, and not of one that runs", async () => {
    await move("ready", "postgres://o:secret@127.0.0.1:9/faq");
    await sql`insert into marcot.providers (app, phase, address, shadow)
      values ('faq', 'here', 'http://127.0.0.1:9', 0.1)`;
    const status = async () =>
      (await marcot(["extract", "status", "faq"], { cwd, environment: environment() })).stdout;
    assert.match(
      await status(),
      /broken off: 10 % of reads are still sent to http:\/\/127.0.0.1:9\n/,
    );
    const connection = { application_name: "marcot/1/rehearse" };
    const running = postgres(database.url, { max: 1, connection });
    await running`select 1`;
    assert.doesNotMatch(await status(), /broken off/);
    await running.end();
    await sql`delete from marcot.providers`;
  });

  test("a complete copy is asked about also where nobody can count its rows", async () => {
    await move("ready", "postgres://o:secret@127.0.0.1:9/faq");
    const { code, stderr } = await marcot(["extract", "cancel", "faq"], {
      cwd,
      environment: environment(),
    });
    assert.match(
      stderr,
      /^Drop the service's copy of faq in postgres:\/\/o@127.0.0.1:9\/faq\? .*\n.*nobody has answered/,
    );
    assert.equal(code, 1);
  });

  test("rows that are copied at the switch are not compared before", async () => {
    await move("ready", "postgres://o:secret@127.0.0.1:9/faq");
    await sql`update marcot.moves set mode = 'copy'`;
    const args = ["extract", "verify", "faq"];
    const { code, stderr } = await marcot(args, { cwd, environment: environment() });
    assert.match(stderr, /are copied at the switch: .*\n.*\[MoveRefused\]/);
    assert.equal(code, 2);
    await sql`update marcot.moves set mode = 'stream'`;
  });

  test("resume of a copy ends at once when it is stopped", async () => {
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const silent = createServer(() => isAsked()); // it takes connections, and says nothing
    await move("copying", `postgres://o:secret@127.0.0.1:${await listen(silent)}/faq`);
    const child = spawnMarcot(["extract", "resume", "faq"], { cwd, environment: environment() });
    const end = endOf(child);
    await asked;
    child.kill("SIGINT");
    const { code, stderr } = await end;
    silent.close();
    assert.equal(code, 130);
    assert.match(stderr, /^stopped\./);
    assert.doesNotMatch(stderr, /finished first|secret/);
  });
});

test("what is finished first may be cut off once it is let go", async () => {
  const told: string[] = [];
  const interrupts = listenForInterrupts((text) => told.push(text));
  try {
    let isStopped = false;
    interrupts.stopped.catch(() => (isStopped = true));
    void interrupts.whole("first this", () => new Promise(() => {}));
    process.emit("SIGINT");
    await new Promise(setImmediate);
    assert.deepEqual([told, isStopped], [["first this"], false]);
    interrupts.letGo();
    await assert.rejects(interrupts.stopped, Interrupted);
  } finally {
    interrupts.close();
  }
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exit;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
