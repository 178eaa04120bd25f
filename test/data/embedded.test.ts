import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, test } from "node:test";
import { withConnection } from "../../src/data/database.ts";
import { openEmbedded, type Embedded } from "../../src/data/embedded.ts";

const SETTINGS = { settings: { fsync: "off" } };

let folder: string;
let children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "marcot-embedded-"));
  await chmod(folder, 0o711);
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  const pid = await serverPid();
  if (pid !== undefined && alive(pid)) process.kill(pid, "SIGQUIT");
  while (pid !== undefined && alive(pid)) await new Promise((done) => setTimeout(done, 20));
  await rm(folder, { recursive: true });
});

/** A process that opens the folder, prints what it found, and stops when its input closes. */
function opener(): { child: ChildProcess; opened: Promise<Embedded>; ended: Promise<void> } {
  const source = `
    import { openEmbedded } from ${JSON.stringify(import.meta.resolve("../../src/data/embedded.ts"))};
    const opened = await openEmbedded(process.argv[1], { settings: { fsync: "off" } });
    console.log(JSON.stringify(opened));
    for await (const line of process.stdin);
    await opened.stop();`;
  const args = ["--input-type=module", "-e", source, folder];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const opened = new Promise<Embedded>((resolve, reject) => {
    createInterface(child.stdout).once("line", (line) => resolve(JSON.parse(line) as Embedded));
    child.once("exit", () => reject(new Error("ended before it opened")));
  });
  return { child, opened, ended: new Promise((done) => child.once("exit", () => done())) };
}

async function serverPid(): Promise<number | undefined> {
  const text = await readFile(join(folder, "postgres", "postmaster.pid"), "utf8").catch(() => "");
  return text === "" ? undefined : Number(text.split("\n")[0]);
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  return withConnection(url, (sql) => sql`select 1`).then(
    () => true,
    () => false,
  );
}

test("a server starts, keeps its port and rows, and its password is private", async () => {
  const first = await openEmbedded(folder, SETTINGS);
  assert.equal(first.started, true);
  const level = await withConnection(first.url, async (sql) => {
    await sql`create table kept (id integer)`;
    return sql`select current_setting('wal_level') as level, inet_server_addr()::text as at`;
  });
  assert.deepEqual({ ...level[0] }, { level: "logical", at: "127.0.0.1/32" });
  await first.stop();
  await first.stop();
  assert.equal(await answers(first.url), false);
  const again = await openEmbedded(folder, SETTINGS);
  assert.equal(again.url, first.url);
  await withConnection(again.url, (sql) => sql`select * from kept`);
  await again.stop();
  assert.equal((await stat(join(folder, "postgres.json"))).mode & 0o777, 0o600);
});

test("whoever leaves last stops it, also who only found it", async () => {
  const mine = await openEmbedded(folder, SETTINGS);
  const other = opener();
  assert.equal((await other.opened).started, false);
  await mine.stop();
  assert.equal(await answers(mine.url), true);
  other.child.stdin?.end();
  await other.ended;
  assert.equal(await answers(mine.url), false);
});

test("one process may open it twice", async () => {
  const [one, two] = [await openEmbedded(folder, SETTINGS), await openEmbedded(folder, SETTINGS)];
  await one.stop();
  assert.equal(await answers(two.url), true);
  await two.stop();
  assert.equal(await answers(two.url), false);
});

test("processes that start at the same instant share one server", async () => {
  const all = [opener(), opener(), opener()];
  const opened = await Promise.all(all.map((each) => each.opened));
  assert.equal(opened.filter(({ started }) => started).length, 1);
  assert.equal(new Set(opened.map(({ url }) => url)).size, 1);
  for (const { child } of all) child.stdin?.end();
  await Promise.all(all.map((each) => each.ended));
  assert.equal(await answers(opened[0]?.url ?? ""), false);
});

test("a killed process leaves a running server, which the next one uses and stops", async () => {
  const killed = opener();
  const { url } = await killed.opened;
  killed.child.kill("SIGKILL");
  await killed.ended;
  assert.equal(await answers(url), true);
  const next = await openEmbedded(folder, SETTINGS);
  assert.equal(next.started, false);
  await next.stop();
  assert.equal(await answers(url), false);
});

test("a killed server is started again, with what was stored", async () => {
  const first = await openEmbedded(folder, SETTINGS);
  await withConnection(first.url, (sql) => sql`create table kept (id integer)`);
  process.kill((await serverPid()) ?? 0, "SIGKILL");
  const next = await openEmbedded(folder, SETTINGS);
  assert.equal(next.started, true);
  await withConnection(next.url, (sql) => sql`select * from kept`);
  await first.stop();
  await next.stop();
});

test("a claim that the server dropped is made again", async () => {
  const [mine, other] = [await openEmbedded(folder, SETTINGS), opener()];
  await other.opened;
  const name = `marcot/${process.pid}`;
  await withConnection(mine.url, async (sql) => {
    const claim = async () => {
      const [row] = await sql`select pid from pg_stat_activity where application_name = ${name}`;
      return row?.["pid"] as number | undefined;
    };
    const dropped = await claim();
    await sql`select pg_terminate_backend(${dropped ?? 0})`;
    const until = Date.now() + 10_000;
    // The old session is still listed for a moment.
    while ([undefined, dropped].includes(await claim()) && Date.now() < until) {
      await new Promise((done) => setTimeout(done, 50));
    }
  });
  other.child.stdin?.end();
  await other.ended;
  assert.equal(await answers(mine.url), true);
  await mine.stop();
  assert.equal(await answers(mine.url), false);
});

test("what a dead server and a dead process have left behind is no obstacle", async () => {
  const first = await openEmbedded(folder, SETTINGS);
  const file = join(folder, "postgres", "postmaster.pid");
  const text = await readFile(file, "utf8");
  await first.stop();
  // The id belongs to another process by now: this one.
  await writeFile(file, text.replace(/^\d+/, String(process.pid)));
  await writeFile(join(folder, "postgres.lock"), "4194999 dead\n");
  const next = await openEmbedded(folder, SETTINGS);
  assert.equal(next.started, true);
  await next.stop();
});

test("a process that only opened it ends by itself", async () => {
  const holder = await openEmbedded(folder, SETTINGS);
  const source = `
    import { openEmbedded } from ${JSON.stringify(import.meta.resolve("../../src/data/embedded.ts"))};
    await openEmbedded(process.argv[1]);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source, folder]);
  children.push(child);
  const code = await new Promise((done) => child.once("exit", done));
  assert.equal(code, 0);
  await holder.stop();
});

test("a start that fails says why, with the server's own words", async () => {
  const broken = { settings: { shared_buffers: "nonsense" } };
  await assert.rejects(openEmbedded(folder, broken), {
    code: "DatabaseUnavailable",
    message: /postgres\.log[^]*invalid value for parameter "shared_buffers"/,
  });
});

test("a folder that the server's user may not enter is named", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("only root starts it as another user");
  await chmod(folder, 0o700);
  await assert.rejects(openEmbedded(folder, SETTINGS), (error: Error & { fix?: string }) => {
    assert.match(error.fix ?? "", new RegExp(`chmod o\\+x ${folder}`));
    return true;
  });
});
