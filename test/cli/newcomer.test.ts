import assert from "node:assert/strict";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { text } from "node:stream/consumers";
import {
  addressOf,
  type Ended,
  endOf,
  linkMarcot,
  marcot,
  root,
  spawnMarcot,
  tempFolder,
} from "./command.ts";

const place = tempFolder();
const project = join(place.folder, "shop");
after(() => place.remove());

function succeed({ code, stderr, stdout }: Ended): string {
  assert.equal(code, 0, stderr);
  return stdout;
}

test("startproject makes a project, and does not overwrite one", async () => {
  const said = succeed(await marcot(["startproject", "shop"], { cwd: place.folder }));
  assert.match(said, /cd shop\n {2}npm install\n {2}npm start .*\n {2}npx marcot startapp/);
  assert.deepEqual(JSON.parse(readFileSync(join(project, "package.json"), "utf8")).name, "shop");
  assert.ok(existsSync(join(project, ".gitignore")));
  const again = await marcot(["startproject", "shop"], { cwd: place.folder });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /shop is not empty\n.*nothing is overwritten/);
  linkMarcot(project);
});

test("a folder that cannot be made is told, and not tried for ever", async (t) => {
  if (process.platform !== "linux") return t.skip("there is no /proc");
  const { code, stderr } = await marcot(["startproject", "shop", "/proc/x"], { cwd: place.folder });
  assert.equal(code, 1);
  assert.match(stderr, /mkdir '\/proc\/x'/);
});

test("a reader that stops reading is no failure", async () => {
  const child = spawnMarcot(["--help"], { cwd: place.folder });
  child.stdout?.destroy();
  const [code] = (await once(child, "exit")) as [number | null];
  assert.equal(code, 0);
});

test("a project without apps runs, and its first page says what to do", async () => {
  const child = spawnMarcot(["runserver", "--port", "0"], { cwd: project });
  const ended = endOf(child);
  const address = await addressOf(child);
  const page = await (await fetch(address)).text();
  assert.match(page, /<h1>Shop<\/h1>[^]*npx marcot startapp hello[^]*apps: \["hello"\]/);
  child.kill("SIGTERM");
  assert.equal((await ended).code, 0);
  assert.ok(!existsSync(join(project, ".data")), "no database is needed");
});

test("startapp makes an app, and says which line to add", async () => {
  const said = succeed(await marcot(["startapp", "my-notes"], { cwd: project }));
  assert.match(said, /apps: \[\.\.\., "my-notes"\]/);
  assert.equal((await marcot(["startapp", "my-notes"], { cwd: project })).code, 1);
  const found = await marcot(["check"], { cwd: project });
  assert.match(found.stdout, /apps\/my-notes: \(apps\.W001\)/);
  const file = join(project, "settings.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace("apps: []", 'apps: ["my-notes"]'));
});

/** The new app has no lock yet. */
const NO_FINDINGS =
  "contracts: my-notes not compared (no contract.lock; `marcot contract lock` writes it)\nno findings\n";

test("the new project has no findings and no type errors", async () => {
  assert.equal(succeed(await marcot(["check"], { cwd: project })), NO_FINDINGS);
  symlinkSync(join(root, "node_modules", "@types"), join(project, "node_modules", "@types"));
  const tsc = spawn(process.execPath, [join(root, "node_modules/typescript/bin/tsc")], {
    cwd: project,
  });
  assert.deepEqual(await endOf(tsc), { code: 0, stdout: "", stderr: "" });
});

test("the new app is provided, and SIGTERM finishes the call in flight", async () => {
  const child = spawnMarcot(["runserver", "--port", "0"], {
    cwd: project,
    script: join(project, "manage.ts"),
  });
  const ended = endOf(child);
  const address = await addressOf(child);
  const answer = await fetch(`${address}/my-notes/v1/create/`, {
    method: "POST",
    body: new URLSearchParams({ text: "my note" }),
  });
  assert.equal(answer.status, 201);
  const slow = await begin(`${address}/my-notes/v1/create/`);
  const start = performance.now();
  child.kill("SIGTERM");
  await assert.rejects(untilRefused(address), /refused/);
  assert.deepEqual(await slow.finish("text=late"), { status: 201, body: '{"id":2,"text":"late"}' });
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 0, stderr);
  assert.ok(performance.now() - start < 10_000);
  assert.match(stdout, /"path":"\/my-notes\/v1\/create\/","status":201/);
  assert.match(stdout, /"msg":"stopped"\}\n$/);
});

test("the tests that come with the app pass, in one process and with a process per app", async () => {
  for (const arrangement of ["one-process", "process-per-app"]) {
    const tests = spawnMarcot(["apps/my-notes/tests/app.test.ts"], {
      cwd: project,
      environment: { MARCOT_TEST: arrangement },
      script: "--test",
    });
    const { code, stdout } = await endOf(tests);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /pass 3/);
  }
});

test("the commands find the database that the server has left", async () => {
  const said = succeed(await marcot(["migrate", "--check", "--json"], { cwd: project }));
  assert.deepEqual(JSON.parse(said), [{ app: "my-notes", pending: [] }]);
  const input = "await myNotes.notes({})";
  assert.match(succeed(await marcot(["shell"], { cwd: project, input })), /text: 'late'/);
});

interface Begun {
  finish(body: string): Promise<{ status: number | undefined; body: string }>;
}

/** A call whose head the server has (it said 100 Continue), and whose body it waits for. */
function begin(url: string): Promise<Begun> {
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": "9",
    expect: "100-continue",
  };
  const call = request(url, { method: "POST", headers });
  const answered = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    call.once("error", reject);
    call.once("response", async (response) =>
      resolve({ status: response.statusCode, body: await text(response) }),
    );
  });
  call.flushHeaders();
  return new Promise((resolve) => {
    call.once("continue", () =>
      resolve({
        finish(body) {
          call.end(body);
          return answered;
        },
      }),
    );
  });
}

/** The process listens no more: a new connection is refused. */
async function untilRefused(address: string): Promise<never> {
  for (;;) {
    const response = await fetch(`${address}/-/health`).catch(() => undefined);
    if (response === undefined || response.status === 503) throw new Error("refused");
  }
}
