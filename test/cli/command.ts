/** Real commands in real folders, for tests: a project in a temporary folder, and `marcot` run in it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { after } from "node:test";

export const root = join(import.meta.dirname, "..", "..");

const script = join(root, "src", "cli", "marcot.js");

export interface RunOptions {
  readonly cwd: string;
  /** Added to an environment without anything that Marcot reads. Default: nothing. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input. Default: none. */
  readonly input?: string;
  /** Default: src/cli/marcot.js. */
  readonly script?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A test that fails must not leave a server behind: the test run would wait for it for ever. */
const children = new Set<ChildProcess>();
after(() => children.forEach((child) => child.kill("SIGKILL")));

/** Starts a command; `stdin` is closed unless there is input. */
export function spawnMarcot(args: readonly string[], options: RunOptions): ChildProcess {
  const child = spawn(process.execPath, [options.script ?? script, ...args], {
    cwd: options.cwd,
    env: { ...plainEnvironment(), ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  child.stdin?.end(options.input ?? "");
  return child;
}

export async function marcot(args: readonly string[], options: RunOptions): Promise<Ended> {
  return endOf(spawnMarcot(args, options));
}

/** Call it before the process can end, so that nothing that it says is missed. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the output is not piped");
  const [ended, out, err] = await Promise.all([once(child, "close"), text(stdout), text(stderr)]);
  const [code] = ended as [number | null];
  return { code, stdout: out, stderr: err };
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const read = /_API$|DATABASE_URL$|^(?:PORT|HOST|DEBUG|FORCE_COLOR|NODE_TEST_CONTEXT)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !read.test(name)));
}

export interface TempFolder {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  remove(): void;
}

/** A folder with files, in which `marcot` is installed: as npm links it, unless told otherwise. */
export function tempFolder(
  files: Readonly<Record<string, string>> = {},
  install: (folder: string) => void = linkMarcot,
): TempFolder {
  const folder = mkdtempSync(join(tmpdir(), "marcot-cli-"));
  // When root tests, the embedded server runs as somebody else, who must get in.
  chmodSync(folder, 0o755);
  const write = (contents: Readonly<Record<string, string>>) => {
    for (const [path, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  };
  write(files);
  install(folder);
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function linkMarcot(folder: string): void {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(join(root, "src"), join(folder, "node_modules", "marcot"));
}

export const packageJson = JSON.stringify({
  type: "module",
  imports: { "#apps/*": "./apps/*/contract.ts" },
});

export function settingsOf(apps: readonly string[]): string {
  return `import { settings } from "marcot";\nexport default settings({ apps: ${JSON.stringify(apps)} });\n`;
}

/** A small app without tables: `twice` gives the double of a number. */
export function tinyApp(name: string): Record<string, string> {
  return {
    [`apps/${name}/contract.ts`]: `import { contract, integer, post } from "marcot/contract";
export const v1 = contract("${name}/v1", {
  twice: post("/twice/", { input: { number: integer() }, output: { number: integer() } }),
});
`,
    [`apps/${name}/views.ts`]: `import { view } from "marcot";
import { v1 } from "./contract.ts";
export const twice = view(v1.twice, async ({ number }) => ({ number: number * 2 }));
`,
    [`apps/${name}/app.ts`]: `import { app } from "marcot";
import { v1 } from "./contract.ts";
import * as views from "./views.ts";
export default app("${name}", { contract: v1, views });
`,
  };
}

/** The first line of the log for which `find` gives something. */
export async function fromLog<T>(
  child: ChildProcess,
  find: (line: Readonly<Record<string, unknown>>) => T | undefined,
): Promise<T> {
  let buffer = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      buffer += chunk.toString();
      const lines = buffer.split("\n");
      buffer = lines.pop() ?? "";
      for (const line of lines) {
        const found = find(JSON.parse(line) as Record<string, unknown>);
        if (found !== undefined) resolve(found);
      }
    });
    child.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
  });
}

export function addressOf(child: ChildProcess): Promise<string> {
  return fromLog(child, ({ address }) => (typeof address === "string" ? address : undefined));
}
