import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { complaintAbout } from "../../src/cli/node-version.js";
import { testDatabase } from "../../src/data/testing.ts";
import {
  addressOf,
  endOf,
  fromLog,
  marcot,
  packageJson,
  settingsOf,
  spawnMarcot,
  tempFolder,
  tinyApp,
} from "./command.ts";
import { helps, reference, referenceFile } from "./reference.ts";

const caller = `import { view } from "marcot";
import { v1 as numbers } from "#apps/numbers";
import { v1 } from "./contract.ts";
export const twice = view(v1.twice, async (input) => numbers.twice(input));
`;
const place = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["numbers", "callers"]),
  ...tinyApp("numbers"),
  ...tinyApp("callers"),
  "apps/callers/views.ts": caller,
});
const cwd = place.folder;
const database = await testDatabase("empty", async () => {});
const environment = { DATABASE_URL: database.url };
after(async () => {
  await database.drop();
  place.remove();
});

test("a wrong setting stops a command with one line that names the variable", async () => {
  const { code, stderr, stdout } = await marcot(["runserver"], {
    cwd,
    environment: { DATABASE_URL: "mysql://u:secret@h/d" },
  });
  assert.equal(code, 1);
  assert.match(stderr, /^marcot: DATABASE_URL is wrong: .*\. Correct .* \[SettingInvalid\]\n$/);
  assert.doesNotMatch(stderr + stdout, /secret/);
});

test("several wrong settings are several lines", async () => {
  const wrong = {
    NUMBERS_API: "ftp://x",
    NUMBERS_DATABASE_URL: "nonsense:secret",
    PORT: "99999",
    HOST: "no host",
  };
  const { code, stderr } = await marcot(["runserver"], {
    cwd,
    environment: { ...environment, ...wrong },
  });
  assert.equal(code, 1);
  const names = stderr.split("\n").map((line) => /^marcot: (\w+) is wrong/.exec(line)?.[1] ?? line);
  assert.deepEqual(names, ["HOST", "PORT", "NUMBERS_API", "NUMBERS_DATABASE_URL", ""]);
  assert.doesNotMatch(stderr, /secret|99999/);
});

test("a wrong usage exits with 2 and says what is right", async () => {
  const unknown = await marcot(["runsever"], { cwd });
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /^marcot: unknown command 'runsever'\n\(Did you mean runserver\?\)\n {2}--help .* \[CommandInvalid\]\n$/,
  );
  const wrong = [
    ["runserver", "--port", "x"],
    ["migrate", "--no-such"],
    ["makemigrations"],
    ["makemigrations", "../apps/numbers"],
    ["startapp", "../x"],
  ];
  const ended = await Promise.all(wrong.map((args) => marcot(args, { cwd })));
  for (const { code, stderr } of ended) assert.equal(code, 2, stderr);
  assert.equal((await marcot(["--help"], { cwd })).code, 0);
});

test("every command has an example, and the reference has what --help says", () => {
  for (const [name, help] of [...helps()].slice(1))
    assert.match(help, new RegExp(`Examples?:\n +(?:\\w+=\\S+ )?marcot ${name}`));
  const update = "`node test/cli/reference.ts` writes it anew";
  assert.equal(readFileSync(referenceFile, "utf8"), reference(), update);
});

test("a name that was mistyped is answered with the one that may be meant", async () => {
  const [only, made] = await Promise.all([
    marcot(["runserver", "--only", "numbres"], { cwd, environment }),
    marcot(["makemigrations", "numbres"], { cwd, environment }),
  ]);
  for (const { code, stderr } of [only, made]) {
    assert.equal(code, 1);
    assert.match(stderr, /\n {2}Did you mean numbers\? \[AppNotFound\]\n$/);
  }
});

test("a file that cannot be loaded is told in a sentence, with its place", async () => {
  const broken = tempFolder({ "package.json": packageJson, "settings.ts": "\nexport = ;\n" });
  const { folder } = broken;
  try {
    const syntax = await marcot(["apps"], { cwd: folder });
    assert.match(
      syntax.stderr,
      /^marcot: \S+settings\.ts:2 cannot be loaded: .*SettingInvalid\]\n$/,
    );
    const views = 'import { view } from "marcot";\nthrow new Error("boom");\n';
    const files = { ...tinyApp("numbers"), "apps/numbers/views.ts": views };
    broken.write({ ...files, "settings.ts": settingsOf(["numbers"]) });
    const thrown = await marcot(["runserver"], { cwd: folder, environment });
    assert.match(
      thrown.stderr,
      /^marcot: \S+numbers\/views\.ts:2 cannot be loaded: boom\n {2}\S.* \[AppInvalid\]\n$/,
    );
    assert.deepEqual([syntax.code, thrown.code], [1, 1]);
  } finally {
    broken.remove();
  }
});

test("an error is a line, a line with the fix and the code, and no stack", async () => {
  const { code, stderr } = await marcot(["makemigrations", "nothing"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /^marcot: there is no app nothing: .*\n {2}\S.* \[AppNotFound\]\n$/);
  const debug = { cwd, environment: { DEBUG: "1" } };
  assert.match((await marcot(["makemigrations", "nothing"], debug)).stderr, /\n +at /);
});

test("outside of a project it says so", async () => {
  const { code, stderr } = await marcot(["apps"], { cwd: join(cwd, "..") });
  assert.equal(code, 1);
  assert.match(stderr, /\[ProjectNotFound\]/);
});

test("apps shows providers, versions and callers", async () => {
  const local = await marcot(["apps"], { cwd });
  assert.match(
    local.stdout,
    /^APP +PROVIDER +VERSIONS +CALLERS\nnumbers +this process +v1 +callers v1\n/,
  );
  const remote = { cwd, environment: { NUMBERS_API: "http://127.0.0.1:9" } };
  assert.deepEqual(JSON.parse((await marcot(["apps", "--json"], remote)).stdout), [
    {
      app: "numbers",
      provider: "http://127.0.0.1:9/",
      versions: ["v1"],
      release: {
        state: "unreachable",
        problems: [
          {
            level: "error",
            code: "Unavailable",
            message: "numbers at http://127.0.0.1:9/ cannot be reached (ECONNREFUSED)",
            fix: "Try again; if it persists, start the provider or correct its address.",
          },
        ],
      },
      callers: [{ app: "callers", versions: ["v1"] }],
    },
    { app: "callers", provider: "this process", versions: ["v1"], callers: [] },
  ]);
});

test("migrations of an installed package are not made here", async () => {
  const folder = join(cwd, "node_modules", "marcot-bought");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"type":"module","exports":"./contract.js"}');
  writeFileSync(join(folder, "contract.js"), "");
  const { code, stderr } = await marcot(["makemigrations", "bought"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /bought is an installed package/);
});

test("makemigrations warns of what is destroyed, and migrate --check of what is pending", async () => {
  const table = (columns: string) =>
    `import { integer, schema, text } from "marcot/tables";
export const own = schema("numbers");
export const kept = own.table("kept", { ${columns} });\n`;
  const id = 'id: integer("id").primaryKey()';
  place.write({ "apps/numbers/tables.ts": table(`${id}, word: text("word")`) });
  assert.equal((await marcot(["makemigrations", "numbers"], { cwd })).code, 0);
  assert.equal((await marcot(["migrate", "--check"], { cwd, environment })).code, 1);
  const applied = await marcot(["migrate"], { cwd, environment });
  assert.equal(applied.stdout, "numbers: applied 0001_initial\ncallers: up to date\n");
  assert.equal((await marcot(["migrate", "--check"], { cwd, environment })).code, 0);
  place.write({ "apps/numbers/tables.ts": table(id) });
  const destroyed = await marcot(["makemigrations", "numbers", "--name", "less"], { cwd });
  assert.match(destroyed.stdout, /0002_less\.sql/);
  assert.match(destroyed.stderr, /drops kept\.word with all its data/);
  const same = await marcot(["makemigrations", "numbers"], { cwd });
  assert.equal(same.stdout, "numbers: nothing has changed\n");
  const elsewhere = { ...environment, NUMBERS_API: "http://127.0.0.1:9" };
  assert.equal((await marcot(["migrate", "numbers"], { cwd, environment: elsewhere })).code, 1);
  assert.equal((await marcot(["migrate"], { cwd, environment })).code, 0);
});

test("the log tells of the start, of requests without their query, and of failures", async () => {
  place.write({
    "apps/callers/views.ts": `${caller}
setTimeout(() => void Promise.reject(new Error("forgotten")), 50);\n`,
  });
  const options = { cwd, environment: { ...environment, PORT: "0" } };
  const child = spawnMarcot(["runserver", "--only", "callers,numbers"], options);
  const rejected = fromLog(child, ({ msg }) => (/rejection/.test(String(msg)) ? msg : undefined));
  const ended = endOf(child);
  const address = await addressOf(child);
  await rejected;
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  const form = { method: "POST", headers, body: new URLSearchParams({ number: "4" }) };
  const answer = await fetch(`${address}/callers/v1/twice/?secret=1`, form);
  assert.deepEqual(await answer.json(), { number: 8 });
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const start = lines.find((line) => line.address);
  assert.equal(start.apps[0].attempt, `curl ${address}/numbers/v1/twice/ -d number=123`);
  const { method, path, status, traceId } = lines.find((line) => line.path);
  assert.deepEqual(
    { method, path, status, traceId },
    { method: "POST", path: "/callers/v1/twice/", status: 200, traceId: trace },
  );
  assert.doesNotMatch(stdout, /secret/);
});

test("a port that is taken is told with what to do", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const elsewhere = { NUMBERS_API: "http://127.0.0.1:9", CALLERS_API: "http://127.0.0.1:9" };
  const args = ["runserver", "--port", String(port)];
  const { code, stderr } = await marcot(args, { cwd, environment: elsewhere });
  other.close();
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^marcot: cannot listen on 127\.0\.0\.1:\d+: another process has it\n {2}Choose another --port, .* \[CommandInvalid\]\n$/,
  );
});

test("an exception that nobody caught ends the process in order, with 1", async () => {
  place.write({
    "apps/callers/views.ts": `${caller}
setTimeout(() => { throw new Error("half done"); }, 500);\n`,
  });
  const options = { cwd, environment: { ...environment, PORT: "0" } };
  const { code, stdout } = await marcot(["runserver"], options);
  assert.equal(code, 1);
  assert.match(stdout, /half done[^]*"msg":"stopped"\}\n$/);
});

test("who asks twice does not wait", async () => {
  place.write({ "apps/callers/views.ts": caller });
  const options = { cwd, environment: { ...environment, PORT: "0" } };
  const child = spawnMarcot(["runserver"], options);
  const ended = endOf(child);
  const stopping = fromLog(child, ({ msg }) =>
    String(msg).startsWith("stopping") ? true : undefined,
  );
  const address = await addressOf(child);
  const slow = new AbortController();
  const body = new ReadableStream({ start() {} }); // never ends
  const call = fetch(`${address}/numbers/v1/twice/`, {
    method: "POST",
    body,
    duplex: "half",
    signal: slow.signal,
  } as RequestInit).catch(() => undefined);
  await fetch(`${address}/-/health`);
  child.kill("SIGINT");
  await stopping;
  child.kill("SIGINT");
  assert.equal((await ended).code, 130);
  slow.abort();
  await call;
});

test("an old Node is refused with a sentence", () => {
  for (const version of ["v18.0.0", "v20.19.5", "v22.17.1"])
    assert.match(complaintAbout(version) ?? "", /needs 22\.18 or newer/);
  for (const version of ["v22.18.0", "v23.0.0", "v24.21.0", "v30.0.0"])
    assert.equal(complaintAbout(version), undefined);
});

test("the command says that sentence where Node cannot read TypeScript", async () => {
  const old = 'Object.defineProperty(process, "version", { value: "v20.19.5" })';
  const options = `--no-strip-types --import data:text/javascript,${encodeURIComponent(old)}`;
  const { code, stderr } = await marcot(["apps"], { cwd, environment: { NODE_OPTIONS: options } });
  assert.equal(code, 1);
  assert.match(stderr, /^marcot: this is Node v20\.19\.5, and Marcot needs 22\.18 or newer\..*\n$/);
});
