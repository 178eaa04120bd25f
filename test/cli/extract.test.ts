/** `marcot extract` and `marcot absorb`: the whole way there and back in real processes, and what is refused. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import postgres, { type Sql } from "postgres";
import { ensureControl } from "../../src/data/control.ts";
import { get, openDatabase, post } from "../company.ts";
import { addressOf, type Ended, endOf, marcot, root, spawnMarcot } from "./command.ts";

const cwd = join(root, "example");

describe("there and back", () => {
  const folder = mkdtempSync(join(tmpdir(), "marcot-extract-"));
  chmodSync(folder, 0o755); // when root tests, the embedded server runs as somebody else
  const environment = {
    DATABASE_URL: `embedded:${join(folder, "project")}`,
    EVENTS_SECRET: "a secret of these tests that is long enough",
  };
  const run = (...args: string[]): Promise<Ended> => marcot(args, { cwd, environment });
  let project: ChildProcess;
  let home: string;
  let service: ChildProcess;
  let moved: Promise<Ended>;
  let port: number;
  let said = "";

  before(async () => {
    project = spawnMarcot(["runserver", "--port", "0"], { cwd, environment });
    home = await addressOf(project);
    port = await freePort();
  });
  after(async () => {
    for (const child of [service, project]) {
      if (child?.exitCode !== null) continue;
      const ended = endOf(child);
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const create = (question: string) => post(`${home}/faq/v1/create/`, { question, source: 123 });

  test("one command copies, compares, switches, and keeps the service running", async () => {
    assert.equal((await create("before")).status, 201);
    const to = `embedded:${join(folder, "service")}`;
    const args = ["extract", "faq", "--to", to, "--serve", String(port), "--home", home];
    service = spawnMarcot(args, { cwd, environment });
    moved = endOf(service);
    await new Promise<void>((resolve, reject) => {
      service.once("exit", () => reject(new Error(`it ended: ${said}`)));
      service.stdout?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("The service runs here")) resolve();
      });
    });
    assert.match(said, /^faq can move: \d+ tables, /);
    assert.match(said, /\n {2}equal +[\d,]+ rows of \d+ tables on both sides\n/);
    assert.match(said, /faq is provided by the service at http:\/\/127\.0\.0\.1:\d+\n {2}held /);
    assert.doesNotMatch(said, /█|\r/, "there is no bar where there is no terminal");
    assert.equal((await create("after")).status, 201);
    assert.equal((await get(`http://127.0.0.1:${port}/v1/entries/1/`)).status, 200);
  });

  test("its status is told to people, to scripts, and on a page of the project", async () => {
    const { stdout } = await run("extract", "status");
    assert.match(stdout, /^faq {2}switched/);
    const [status] = JSON.parse((await run("extract", "status", "faq", "--json")).stdout) as [
      { move: { holder: string } },
    ];
    assert.equal(status.move.holder, "service");
    const page = await (await fetch(`${home}/-/moves`)).text();
    assert.match(page, /<h2 id="move-faq">faq<\/h2>\s*<p>switched/);
  });

  test("the way back is kept for a day, unless somebody says otherwise", async () => {
    const { code, stderr } = await run("extract", "complete", "faq");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /its way back is kept until 20.*\n {2}Wait, or say --now.*\[MoveRefused\]/,
    );
  });

  test("absorb brings it home, drops the copy, and the service ends by itself", async () => {
    const unasked = await run("absorb", "faq");
    assert.match(unasked.stderr, /nobody can be asked.*\n {2}Say --yes\. \[CommandInvalid\]/);
    const { code, stdout, stderr } = await run("absorb", "faq", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^faq is provided by the project\n {2}held .*\n {2}fenced .*\n {2}done /);
    assert.equal((await moved).code, 0);
    assert.match(said, /faq is home again: its service has ended\n/);
    assert.equal((await create("at home")).status, 201);
    assert.equal((await run("extract", "status")).stdout, "nothing moves\n");
  });
});

describe("what is refused", () => {
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
  const run = (args: string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    marcot(args, { cwd, environment: { DATABASE_URL: database.url, ...more } });

  test("an app that is not listed, or that a variable has elsewhere", async () => {
    const unknown = await run(["extract", "start", "fag", "--to", "embedded:./x"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /Did you mean faq\? \[AppNotFound\]/);
    assert.equal((await run(["extract", "verify", "fag"])).code, 2, "1 would be an answer");
    const elsewhere = await run(["absorb", "faq"], { FAQ_API: "http://127.0.0.1:9" });
    assert.match(elsewhere.stderr, /faq is provided at http:\/\/127\.0\.0\.1:9/);
  });

  test("a command that is used wrongly exits with 2, and repeats no password", async () => {
    for (const args of [
      ["start", "faq", "--to", "mysql://owner:secret@h/d"],
      ["switch", "faq", "--service", "8001"],
      ["rehearse", "faq", "--share", "2"],
      ["complete", "faq", "--grace", "soon"],
      ["faq", "--serve", "99999"],
    ]) {
      const { code, stderr } = await run(["extract", ...args]);
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, /\[CommandInvalid\]\n$/);
      assert.doesNotMatch(stderr, /secret/);
    }
  });

  test("where nothing moves, there is nothing to say, to compare or to bring home", async () => {
    assert.equal((await run(["extract", "status"])).stdout, "nothing moves\n");
    assert.equal((await run(["extract", "status", "--json"])).stdout, "[]\n");
    assert.match((await run(["extract", "verify", "faq"])).stderr, /\[MoveRefused\]/);
    assert.match((await run(["absorb", "faq", "--yes"])).stdout, /^faq is at home/);
    assert.match((await run(["extract", "faq"])).stderr, /--serve 8001 to run it here/);
  });

  test("an app that moves is not migrated; one that has nothing to migrate is", async () => {
    await sql`insert into marcot.moves (app, state, holder, mode, target)
      values ('faq', 'ready', 'project', 'stream', 'postgres://o:secret@127.0.0.1:9/faq')`;
    assert.equal((await run(["migrate"])).code, 0);
    await sql`delete from faq.migrations`;
    const { code, stderr } = await run(["migrate"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /faq moves: its tables must not change meanwhile \(0001_.*\)\n.*\[MoveRefused\]/,
    );
    assert.doesNotMatch(stderr, /secret/);
    await sql`update marcot.moves set state = 'completed', holder = 'service'`;
    assert.match((await run(["migrate", "faq"])).stderr, /Migrate where the service runs/);
    assert.equal((await run(["migrate", "tickets"])).code, 0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
