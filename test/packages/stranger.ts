/**
 * The built packages, installed outside of this repository as a stranger would have them: what `npm pack`
 * packs is unpacked, and of third parties only what a package.json declares is there. npm itself would ask
 * a registry for each of those; here they are links to what this repository has installed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build, type Built } from "../../scripts/build.ts";
import { root, tempFolder, type TempFolder } from "../cli/command.ts";

/** A project with a package.json; `write` and `remove` are those of its folder. */
export interface Stranger extends TempFolder {
  /** The command, for the option `script` of `marcot()`. */
  readonly script: string;
}

export function stranger(files: Readonly<Record<string, string>>): Stranger {
  const place = tempFolder(files, install);
  return { ...place, script: commandIn(place.folder) };
}

export function commandIn(folder: string): string {
  return join(folder, "node_modules", "marcot", "cli", "marcot.js");
}

interface Packed extends Built {
  readonly tarball: string;
}

let packed: readonly Packed[] | undefined;

/** Builds and packs, once in a process: dist/ may be of yesterday, and other test files build too. */
export function packAll(): readonly Packed[] {
  if (packed) return packed;
  const folder = mkdtempSync(join(tmpdir(), "marcot-packed-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const built = build(join(folder, "dist"));
  const folders = built.map((one) => one.folder);
  const options = ["--offline", "--json", "--pack-destination", folder];
  const said = execFileSync("npm", ["pack", ...options, ...folders], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const files = JSON.parse(said) as readonly { name: string; filename: string }[];
  packed = built.map((one) => {
    const file = files.find(({ name }) => name === one.name)?.filename;
    if (file === undefined) throw new Error(`npm did not pack ${one.name}: ${said}`);
    return { ...one, tarball: join(folder, file) };
  });
  return packed;
}

/** What `npm install` does in a folder with a package.json. */
export function install(folder: string): void {
  const places = [folder];
  for (const place of places) {
    for (const name of declaredIn(place, place === folder)) {
      const target = join(folder, "node_modules", name);
      if (existsSync(target)) continue;
      const ours = packAll().find((one) => one.name === name);
      mkdirSync(ours ? target : dirname(target), { recursive: true });
      if (ours) {
        execFileSync("tar", ["-xzf", ours.tarball, "-C", target, "--strip-components=1"]);
        places.push(target);
      } else symlinkSync(findInstalled(name), target);
    }
  }
}

function declaredIn(folder: string, isProject: boolean): string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Record<string, Record<string, string> | undefined>;
  return Object.keys(isProject ? { ...dependencies, ...devDependencies } : dependencies);
}

/** npm puts a version that only the framework has into src/. */
function findInstalled(name: string): string {
  const places = ["src", "."].map((folder) => join(root, folder, "node_modules", name));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${name} is not installed: ${places.join(", ")}`);
  return found;
}
