import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { openCode, scan } from "../../../../src/where-to-start/scan.ts";
import { readApart } from "../../../../src/where-to-start/typescript/apart/apart.ts";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";
import type { FileFacts } from "../../../../src/where-to-start/types/source.ts";

async function read(texts: Record<string, string>, patienceMs?: number): Promise<FileFacts[]> {
  const all: FileFacts[] = [];
  const apart = readApart({ take: (facts) => void all.push(facts), patienceMs });
  try {
    for (const [file, text] of Object.entries(texts)) await apart.read(file, text);
    await apart.end();
  } finally {
    apart.stop();
  }
  return all;
}

/** Each of them ends the parser's process when it stands there 50,000 times. */
const DEEP = {
  "brackets.ts": "[",
  "calls.ts": "f(",
  "do.ts": "do\n",
  "else.ts": "if(a){}else\n",
  "new.ts": "new\t",
  "functions.ts": "()=>",
  "classes.ts": "class{a=\n",
  "templates.ts": "`${\n",
  "labels.ts": "a:",
  "elements.tsx": "<a>",
};

test("a file with which the parser ends is told, and those before and after it are read", async () => {
  const texts: Record<string, string> = { "first.ts": 'import { a } from "./a";\n' };
  for (const [file, part] of Object.entries(DEEP)) {
    texts[file] = `import "./lost";\n${part.repeat(50_000)}`;
    texts[`after-${file}`] = `export const one = 1;\nimport "./${file}";\n`;
  }
  const all = await read(texts);
  assert.deepEqual(
    all.map(({ file }) => file),
    Object.keys(texts),
  );
  const told = new Map(all.map((facts) => [facts.file, facts]));
  for (const file of Object.keys(DEEP)) {
    const facts = told.get(file);
    assert.deepEqual(facts?.problems, [{ file, line: 1, what: "it is nested too deeply" }]);
    assert.deepEqual(facts.imports, []);
    assert.ok(facts.lines >= 2); // they are there
    const after = told.get(`after-${file}`);
    assert.deepEqual(after?.problems, []);
    assert.deepEqual([after.imports[0]?.from, after.exports[0]?.name], [`./${file}`, "one"]);
  }
  assert.equal(told.get("first.ts")?.imports[0]?.from, "./a");
});

test("a file that takes too long is told, and the others are read", async () => {
  // It tries each of these in two ways.
  const texts = {
    "a.ts": "let a = 1;",
    "slow.ts": "a<b<".repeat(2500),
    "b.ts": "let b = 1;",
    "doubling.ts": `type X = ${"[infer a extends ".repeat(30)}${"a]?b:c".repeat(30)}`,
    "c.ts": "let c = 1;",
  };
  const all = await read(texts, 700);
  const of = (seconds: number) => `its parser needs more than ${seconds} s or 2 GB for it`;
  assert.deepEqual(
    all.map(({ file, problems }) => [file, ...problems.map(({ what }) => what)]),
    // The second one that takes long may take half of that.
    [["a.ts"], ["slow.ts", of(0.7)], ["b.ts"], ["doubling.ts", of(0.35)], ["c.ts"]],
  );
});

test("a file that takes too much memory is told, and the others are read", async () => {
  // Of a mistake the whole line is kept: of 100,000 of them 80 GB.
  const texts = { "large.ts": "a??b||c,".repeat(100_000), "b.ts": "let b = 1;" };
  const all = await read(texts, 600_000);
  assert.deepEqual(
    all.map(({ file, problems }) => [file, ...problems.map(({ what }) => what)]),
    [["large.ts", "its parser needs more than 600 s or 2 GB for it"], ["b.ts"]],
  );
});

test("what is read apart is what is read here", async () => {
  const text = `import { Entity } from "typeorm";
import type { User } from "../users/user";
export * from "./other";
@Entity() export class Post { @ManyToOne(() => User) user: User; }
export function write(title: string, at = "now") { return fetch("https://posts.example.com"); }
${"export const sum = [1, 2, 3].map((one) => one + 1);\n".repeat(1)}${"sum.push(1);\n".repeat(2000)}
const = 3;
`;
  assert.deepEqual(await read({ "src/post.ts": text }), [readTypeScript("src/post.ts", text)]);
});

test("of texts that wait no more is held than there is room for", async () => {
  const large = `/*${"a".repeat(3_000_000)}*/ export const a = 1;\n`;
  let answered = 0;
  const apart = readApart({ take: () => void (answered += 1) });
  for (let asked = 1; asked <= 12; asked += 1) {
    await apart.read(`${asked}.ts`, large);
    assert.ok(asked - answered <= 2, `${asked} were asked for, ${answered} answered`);
  }
  await apart.end();
  assert.equal(answered, 12);
  apart.stop();
});

test("where it is stopped nothing of it goes on", async () => {
  const all: FileFacts[] = [];
  const apart = readApart({ take: (facts) => void all.push(facts) });
  await apart.read("slow.ts", "a<".repeat(100_000));
  apart.stop();
  await apart.end();
  assert.deepEqual(all, []);
  // If its process went on, so would this one.
});

test("files keep their order, however long they are", async () => {
  const long = `import "./a";\n${"f(1, 2);\n".repeat(3000)}`;
  const texts = new Map([
    ["a.ts", long],
    ["b.ts", 'import "./a";\n'],
    ["c.ts", `${long}[`],
    ["d.ts", undefined],
    ["e.ts", `${"(".repeat(50_000)}`],
  ]);
  const code = openCode({
    root: "/",
    files: [...texts.keys()],
    skipped: [],
    async read(files, each) {
      for (const file of files) await each(file, texts.get(file));
    },
  });
  const counts: number[] = [];
  await scan(code, ["typescript"], (read, of) => void counts.push(read, of));
  const found = [...code.facts].map(([file, { problems }]) => [file, problems.length]);
  assert.deepEqual(found, [
    ["a.ts", 0],
    ["b.ts", 0],
    ["c.ts", 1],
    ["e.ts", 1],
  ]);
  assert.deepEqual(counts, [1, 5, 2, 5, 3, 5, 4, 5, 5, 5]);
});

test("where no process can be started, each file is told, and nothing waits for ever", async (t) => {
  const { execPath } = process;
  t.after(() => void (process.execPath = execPath));
  for (const [program, why] of [
    ["/no/such/program", /^its parser cannot be started: spawn .* ENOENT$/],
    ["/bin/false", /^its parser cannot be started: it ended with 1$/],
  ] as const) {
    process.execPath = program;
    const all = await read({ "a.ts": "let a = 1;", "b.ts": "let b = 1;" });
    assert.deepEqual(
      all.map(({ file }) => file),
      ["a.ts", "b.ts"],
    );
    for (const { problems } of all) assert.match(problems[0]?.what ?? "", why);
  }
});

test("however a program was started, what it reads apart is not all that it does", async () => {
  const module = import.meta.resolve("../../../../src/where-to-start/typescript/apart/apart.ts");
  const program = `import { readApart } from ${JSON.stringify(module)};
    const apart = readApart({ take: ({ file, problems }) => console.log(file, problems.length) });
    await apart.read("a.ts", "let a = 1;");
    await apart.end();
    apart.stop();`;
  const args = ["--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  assert.equal(stdout, "a.ts 0\n");
});
