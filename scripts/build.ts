/**
 * Builds what is published: in dist/ a folder for each package, ready for `npm publish ./dist/marcot`.
 *
 *     npm run build
 *
 * Here everything runs from TypeScript, but Node strips no types below node_modules: a package ships
 * JavaScript and declarations. docs/decisions/004 says why its package.json is written anew.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");

/** A package that was built. */
export interface Built {
  readonly name: string;
  readonly folder: string;
}

/** Builds all packages into `out`, which is emptied before. */
export function build(out: string): Built[] {
  const emitted = join(out, ".emitted");
  rmSync(out, { recursive: true, force: true });
  compile(emitted);
  const apps = globSync("apps/*/package.json", { cwd: root }).map(dirname);
  const built = ["src", ...apps.toSorted()].map((source) => {
    const manifest = readManifest(join(root, source));
    const folder = join(out, manifest.name);
    renameSync(join(emitted, source), folder);
    writeFileSync(
      join(folder, "package.json"),
      `${JSON.stringify(toPublished(manifest), null, 2)}\n`,
    );
    copyData(source, folder);
    return { name: manifest.name, folder };
  });
  rmSync(emitted, { recursive: true });
  return built;
}

function compile(out: string): void {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", out], {
    cwd: root,
    stdio: "inherit",
  });
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** `private` keeps the sources from being published as they are. What is undefined is left out. */
function toPublished(manifest: Manifest): object {
  const exports = Object.entries(manifest.exports).map(([name, path]) => [name, toBuilt(path)]);
  const less = { private: undefined, devDependencies: undefined };
  return { ...manifest, ...less, exports: Object.fromEntries(exports) };
}

/** `types` first: the first condition that holds is taken. */
function toBuilt(path: string): string | { types: string; default: string } {
  if (!path.endsWith(".ts")) return path;
  return { types: path.replace(/ts$/, "d.ts"), default: path.replace(/ts$/, "js") };
}

/** What is no code: the data of a package, and what a person reads. */
function copyData(source: string, folder: string): void {
  const isFramework = source === "src";
  const own = isFramework
    ? ["README.md", "templates"]
    : ["README.md", "contract.lock", "migrations", "fixtures"];
  for (const name of own) {
    const from = join(root, isFramework ? "" : source, name);
    if (existsSync(from)) cpSync(from, join(folder, name), { recursive: true });
  }
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
}

if (import.meta.main) {
  for (const { name, folder } of build(join(root, "dist"))) console.log(`${name}: ${folder}`);
}
