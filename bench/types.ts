/**
 * `tsc` on a project of 9 apps with 10 endpoints at 3 versions each, all of them served and all of them
 * called: in Marcot, and in oRPC with zod. A view of Marcot serves every version; in oRPC each
 * has a handler of its own. Both are written into a temporary folder and checked in turn; what counts is
 * CPU time.
 *
 *     npm run bench:types
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../scripts/build.ts";
import { median } from "./rounds.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 9);
const root = join(import.meta.dirname, "..");
const APPS = Array.from({ length: 9 }, (_, index) => `app${index + 1}`);
const ENDPOINTS = Array.from({ length: 10 }, (_, index) => `act${index + 1}`);
const VERSIONS = ["v1", "v2", "v3"];

/** `line` for each endpoint. */
function each(line: (name: string) => string): string {
  return ENDPOINTS.map(line).join("\n");
}

/** The input of a version, as a caller writes it: v2 adds `tags`, v3 calls `title` what was `name`. */
function inputAt(version: string): string {
  const name = version === "v3" ? "title" : "name";
  return `{ ${name}: "a", size: 1, kind: "big", owner: { id: 1, mail: "m" }, notes: ["n"], active: true }`;
}

/** What a handler answers. */
function answerAt(version: string): string {
  const name = version === "v3" ? "title: input.title" : "name: input.name";
  const more = { v1: "", v2: "tags: input.tags", v3: "tags: input.tags, score: 1" }[version];
  return `{
    id: 1, ${name}, size: input.size, kind: input.kind, owner: input.owner,
    notes: input.notes, active: input.active, ${more}
  }`;
}

function marcotApp(app: string): Record<string, string> {
  const shape = `{
  name: text({ max: 300 }), size: integer(), kind: choice(["big", "small"]),
  owner: object({ id: integer(), mail: text() }), notes: list(text()), active: boolean(),
}`;
  return {
    "contract.ts": `import { add, boolean, change, choice, contract, extend, integer, list, object, post, rename, text } from "marcot/contract";
const input = ${shape};
const output = { id: integer(), ...input };
export const v1 = contract("${app}/v1", {
${each((name) => `  ${name}: post("/${name}/", { input, output }),`)}
});
const more = { input: { tags: list(text(), { default: [] }) }, output: { tags: list(text()) } };
export const v2 = extend(v1, "${app}/v2", {
${each((name) => `  ${name}: more,`)}
});
export const v3 = change(v2, "${app}/v3", {
${each((name) => `  ${name}: { input: [rename("name", "title")], output: [rename("name", "title"), add("score", integer())] },`)}
});
`,
    "views.ts": `import { view } from "marcot";
import { v3 } from "./contract.ts";
${each((name) => `export const ${name} = view(v3.${name}, async (input) => (${answerAt("v3")}));`)}
`,
    "calls.ts": callsOf(app, 'import * as c from "./contract.ts";', (version) => `c.${version}`),
  };
}

function orpcApp(app: string): Record<string, string> {
  const shape = `z.object({
  name: z.string().max(300), size: z.int(), kind: z.enum(["big", "small"]),
  owner: z.object({ id: z.int(), mail: z.string() }), notes: z.array(z.string()), active: z.boolean(),
})`;
  const version = (at: string) => `const ${at} = {
${each(
  (name) =>
    `  ${name}: os.input(${at}Input).output(${at}Output).handler(async ({ input }) => (${answerAt(at)})),`,
)}
};`;
  return {
    "router.ts": `import { os } from "@orpc/server";
import { z } from "zod";
const v1Input = ${shape};
const v1Output = v1Input.extend({ id: z.int() });
const v2Input = v1Input.extend({ tags: z.array(z.string()).default([]) });
const v2Output = v1Output.extend({ tags: z.array(z.string()) });
const v3Input = v2Input.omit({ name: true }).extend({ title: z.string().max(300) });
const v3Output = v2Output.omit({ name: true }).extend({ title: z.string().max(300), score: z.int() });
${VERSIONS.map(version).join("\n")}
export const router = { v1, v2, v3 };
`,
    "calls.ts": callsOf(
      app,
      'import { client } from "../client.ts";',
      (at) => `client.${app}.${at}`,
    ),
  };
}

/** One router and one client for all apps, as its documentation has them. */
function orpcRoot(): Record<string, string> {
  const imports = APPS.map((app) => `import { router as ${app} } from "./${app}/router.ts";`);
  return {
    "router.ts": `${imports.join("\n")}
export const router = { ${APPS.join(", ")} };
`,
    "client.ts": `import type { RouterClient } from "@orpc/server";
import type { router } from "./router.ts";
export declare const client: RouterClient<typeof router>;
`,
  };
}

/** A typed call of every endpoint at every version, whose answer is used. */
function callsOf(app: string, head: string, at: (version: string) => string): string {
  const calls = VERSIONS.flatMap((version) =>
    ENDPOINTS.map(
      (name) =>
        `export const ${app}_${name}_${version} = async (): Promise<number> => (await ${at(version)}.${name}(${inputAt(version)})).id;`,
    ),
  );
  return `${head}\n${calls.join("\n")}\n`;
}

type Files = Readonly<Record<string, string>>;

function write(folder: string, filesOf: (app: string) => Files, shared: Files): void {
  for (const app of APPS) {
    mkdirSync(join(folder, app), { recursive: true });
    for (const [name, text] of Object.entries(filesOf(app)))
      writeFileSync(join(folder, app, name), text);
  }
  for (const [name, text] of Object.entries(shared)) writeFileSync(join(folder, name), text);
  const options = {
    target: "es2024",
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  };
  const config = { compilerOptions: options, include: ["."] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of ["@orpc", "@types", "zod"])
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  symlinkSync(join(root, "dist", "marcot"), join(modules, "marcot"));
}

interface Checked {
  readonly seconds: number;
  readonly instantiations: number;
}

/** The CPU time, user and system, of the compiler and all its threads, as the shell counts its children. */
function check(folder: string): Checked {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const command = [process.execPath, tsc, "-p", folder, "--extendedDiagnostics"];
  const said = String(execFileSync("sh", ["-c", '"$0" "$@" && times', ...command]));
  const times = [...said.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2); // the last line is that of the children
  const seconds = times.reduce(
    (sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest),
    0,
  );
  return { seconds, instantiations: Number(/Instantiations:\s+(\d+)/.exec(said)?.[1]) };
}

build(join(root, "dist")); // as a project gets it: declarations, no sources
const folder = mkdtempSync(join(tmpdir(), "marcot-types-"));
try {
  const sides = { marcot: join(folder, "marcot"), orpc: join(folder, "orpc") };
  write(sides.marcot, marcotApp, {});
  write(sides.orpc, orpcApp, orpcRoot());
  const runs = { marcot: [] as Checked[], orpc: [] as Checked[] };
  check(sides.marcot);
  check(sides.orpc);
  for (let round = 0; round < ROUNDS; round += 1) {
    runs.marcot.push(check(sides.marcot));
    runs.orpc.push(check(sides.orpc));
  }
  const seconds = (side: Checked[]) => median(side.map((run) => run.seconds));
  const ratios = runs.marcot.map((run, round) => run.seconds / (runs.orpc[round]?.seconds ?? NaN));
  const result = {
    bench: "types",
    marcotSeconds: seconds(runs.marcot),
    orpcSeconds: seconds(runs.orpc),
    ratio: median(ratios),
    marcotInstantiations: runs.marcot[0]?.instantiations,
    orpcInstantiations: runs.orpc[0]?.instantiations,
  };
  console.log(
    `types: marcot ${result.marcotSeconds.toFixed(2)} s of CPU, oRPC ${result.orpcSeconds.toFixed(2)} s, ratio ${result.ratio.toFixed(2)}; ` +
      `instantiations ${result.marcotInstantiations} and ${result.orpcInstantiations}`,
  );
  console.log(JSON.stringify(result));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
