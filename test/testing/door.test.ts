/** What the door for tests does when something goes wrong: it tells why, and leaves nothing behind. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  marcot,
  packageJson,
  settingsOf,
  type TempFolder,
  tempFolder,
  tinyApp,
} from "../cli/command.ts";

const places: TempFolder[] = [];
after(() => {
  for (const place of places) place.remove();
});

const apart = { MARCOT_TEST: "process-per-app" };

/** A project with the apps `first` and `second`, and a file that uses it; `first` begins with `code`. */
function projectWith(body: string, code = ""): string {
  const first = tinyApp("first");
  const place = tempFolder({
    "package.json": packageJson,
    "settings.ts": settingsOf(["first", "second"]),
    ...first,
    ...tinyApp("second"),
    "apps/first/app.ts": `${code}\n${first["apps/first/app.ts"]}`,
    "apps/first/tests/some.test.ts": `import { test } from "node:test";
import { testProject } from "marcot/testing";
import { v1 } from "../contract.ts";
const project = await testProject(import.meta.dirname);
${body}`,
  });
  places.push(place);
  return place.folder;
}

const file = "apps/first/tests/some.test.ts";
const twice = `test("twice", async () => {
  const { number } = await v1.twice({ number: 2 });
  if (number !== 4) throw new Error(String(number));
});\n`;

test("a test that fails shows what the apps have logged meanwhile, one that passes does not", async () => {
  const body = `${twice}
test("fails", async () => {
  await v1.twice({ number: 13 });
});\n`;
  for (const environment of [{}, apart]) {
    const cwd = projectWith(body);
    places.at(-1)?.write({
      "apps/first/views.ts": `import { view } from "marcot";
import { v1 } from "./contract.ts";
export const twice = view(v1.twice, async ({ number }) => {
  if (number === 13) throw new Error("the reason that nobody would see");
  return { number: number * 2 };
});\n`,
    });
    const { code, stdout } = await marcot([], { cwd, environment, script: file });
    assert.equal(code, 1);
    assert.match(stdout, /✔ twice[^]*✖ fails[^]*view failed[^]*the reason that nobody would see/);
    assert.equal(stdout.match(/the reason that nobody would see/g)?.length, 1, stdout);
    assert.match(stdout, /test at apps\/first\/tests\/some\.test\.ts:\d/);
  }
});

test("before the project is open a call says what is missing", async () => {
  const cwd = projectWith("");
  places.at(-1)?.write({
    [file]: `import { testProject } from "marcot/testing";
import { v1 } from "../contract.ts";
const opening = testProject(import.meta.dirname);
await v1.twice({ number: 1 }).catch((error) => console.log("said:", error.message));
await opening;
${twice}`.replace("import {", 'import { test } from "node:test";\nimport {'),
  });
  const { stdout } = await marcot([], { cwd, script: file });
  assert.match(stdout, /said: .* the project is not open yet: write `await testProject/);
});

test("a variable that is wrong is named", async () => {
  const options = { cwd: projectWith(twice), environment: { MARCOT_TEST: "both" } };
  const { code, stderr } = await marcot([], { ...options, script: file });
  assert.notEqual(code, 0);
  assert.match(stderr, /MARCOT_TEST is wrong: expected one-process or process-per-app/);
});

test("an app that cannot start fails the file with what it said", async () => {
  const code = `if (process.argv.includes("runserver")) throw new Error("not today");`;
  const options = { cwd: projectWith(twice, code), environment: apart, script: file };
  const { code: exit, stderr } = await marcot([], options);
  assert.notEqual(exit, 0);
  assert.match(stderr, /the process of first ended with code 1[^]*not today/);
});

test("an app that ends by itself in between fails the file", async () => {
  const code = `if (process.argv.includes("runserver")) setTimeout(() => process.exit(3), 1_000);`;
  const body = `${twice}
import { setTimeout as sleep } from "node:timers/promises";
test("longer than the app lives", () => sleep(2_000));\n`;
  const options = { cwd: projectWith(body, code), environment: apart, script: file };
  const { code: exit, stdout } = await marcot([], options);
  assert.equal(exit, 1);
  assert.match(stdout, /the process of first ended with code 3/);
});

test("a port that another program has taken meanwhile is replaced", async () => {
  // The first start finds its port taken, for real: by the app itself.
  const code = `import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
if (process.argv.includes("runserver") && !existsSync("tried")) {
  writeFileSync("tried", "");
  const server = createServer().unref();
  await new Promise((done) => server.listen(Number(process.argv.at(-1)), "127.0.0.1", done));
}`;
  const cwd = projectWith(twice, code);
  const { code: exit, stdout } = await marcot([], { cwd, environment: apart, script: file });
  assert.equal(exit, 0, stdout);
  assert.match(stdout, /pass 1/);
});

const ends = {
  "is killed": `process.kill(process.pid, "SIGKILL");`,
  "meets an exception that nobody catches": `setTimeout(() => { throw new Error("crash"); });`,
};

for (const [how, end] of Object.entries(ends)) {
  test(`a test's process that ${how} leaves no process behind`, async () => {
    const code = `import { writeFileSync } from "node:fs";
if (process.argv.includes("runserver")) writeFileSync("pid", String(process.pid));`;
    const cwd = projectWith(`${end}\nawait new Promise(() => setInterval(() => {}, 1_000));`, code);
    await marcot([], { cwd, environment: apart, script: file });
    await untilGone(Number(readFileSync(join(cwd, "pid"), "utf8")));
  });
}

async function untilGone(pid: number): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (isAlive(pid)) {
    assert.ok(Date.now() < giveUpAt, `process ${pid} is still there`);
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
