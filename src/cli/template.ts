/**
 * Copies a template. Every file of one ends in `.template`, so that no tool takes it for a part of this
 * repository and npm packs it as it is; `dot-` at the front of a name becomes a dot.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MarcotError } from "../errors.ts";

const ENDING = ".template";

export function copyTemplate(kind: "project" | "app", folder: string, name: string): void {
  const source = join(findTemplates(), kind);
  const values = { name, title: titleOf(name), version: ownVersion() };
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((path) => path.endsWith(ENDING)).toSorted()) {
    const target = join(folder, file.slice(0, -ENDING.length).replace(/(^|[\\/])dot-/, "$1."));
    makeFolder(dirname(target));
    // wx: never over a file that is there.
    writeFileSync(target, fill(readFileSync(join(source, file), "utf8"), values), { flag: "wx" });
  }
}

/** Not `recursive`: where a folder cannot be made, as in /proc, Node would try for ever. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

type Values = Readonly<Record<string, string>>;

function fill(text: string, values: Values): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Beside the built files in the published package; one folder further up in this repository. */
function findTemplates(): string {
  const places = ["..", join("..", "..")].map((up) => join(import.meta.dirname, up, "templates"));
  const found = places.find((place) => existsSync(join(place, "project")));
  if (found !== undefined) return found;
  throw new MarcotError("CommandInvalid", `the templates are missing: ${places.join(", ")}`, {
    fix: "Install marcot again.",
  });
}

/** The framework's own version, which the new project asks for. */
function ownVersion(): string {
  for (const up of ["..", join("..", "..")]) {
    const path = join(import.meta.dirname, up, "package.json");
    if (!existsSync(path)) continue;
    const { name, version } = JSON.parse(readFileSync(path, "utf8")) as Values;
    if (name === "marcot" && version !== undefined) return version;
  }
  return "0.1.0";
}

/** `my-shop` -> `My shop`. */
function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
}
