/**
 * What the apps of a project import of each other, read from their source files: who calls whom, at
 * which version, and what goes around a contract. Node refuses most of that too, but only when the line
 * runs, one at a time, and not for a relative path.
 *
 * Apps that npm installed are not read: what is wrong there is their authors' to put right.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type AppFiles, findApp } from "../find.ts";
import { type Finding, toFinding } from "./findings.ts";
import type { Tie } from "../todo/todo.ts";
import { importsOf, type Imported, type Member } from "./imports.ts";

/** An app imports another app's contract. */
export interface Use {
  readonly app: string;
  readonly uses: string;
  /** `["v1"]`; `["*"]` where the source does not say. */
  readonly versions: readonly string[];
  readonly file: string;
  readonly line: number;
  /** The endpoints and events that the file uses, each where it does. */
  readonly members: readonly Member[];
}

/** What goes around a contract, and the finding that says so. */
export interface Crossing extends Tie {
  readonly finding: Finding;
}

export interface Boundaries {
  readonly uses: readonly Use[];
  readonly findings: readonly Finding[];
  /** Those of the findings that boundaries.todo may list. */
  readonly crossings: readonly Crossing[];
}

export interface ScanOptions {
  /** The folder of settings.ts. */
  readonly project: string;
  /** The apps whose files are read. */
  readonly apps: readonly AppFiles[];
  /** The names in the settings. */
  readonly listed: readonly string[];
}

/** The apps whose source is the project's: in its apps/, listed or not, or in a linked workspace. */
export function ownApps(project: string, listed: readonly string[]): AppFiles[] {
  const folder = join(project, "apps");
  const inside = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];
  return [...new Set([...listed, ...inside])].flatMap((name) => {
    const files = lookUp(project, name);
    return files && !files.folder.split(sep).includes("node_modules") ? [files] : [];
  });
}

/** A package that cannot be resolved is no app here; `check` says what is wrong with one that is listed. */
function lookUp(project: string, name: string): AppFiles | undefined {
  try {
    return findApp(project, name);
  } catch {
    return undefined;
  }
}

export function scanBoundaries(options: ScanOptions): Boundaries {
  const { project, apps, listed } = options;
  const names = new Set([...listed, ...apps.map(({ name }) => name)]);
  const folders = [...names].flatMap((name) => {
    const files = lookUp(project, name);
    return files ? [{ name, folder: realOf(files.folder) }] : [];
  });
  const uses: Use[] = [];
  const findings: Finding[] = [];
  const crossings: Crossing[] = [];
  for (const app of apps) {
    for (const path of sourcesOf(app.folder)) {
      const file = relative(project, path);
      const { imports, errors } = importsOf(path, readFileSync(path, "utf8"));
      for (const { line, message } of errors) findings.push(unreadable(file, line, message));
      for (const imported of imports) {
        const place = { app, file, path, line: imported.line };
        const found = judge(imported, place, { project, names, folders });
        if (found.finding) findings.push(found.finding);
        if (found.finding && found.around)
          crossings.push(toCrossing(found.around, place, found.finding));
        if (found.uses && !isTest(path)) uses.push(toUse(place, imported, found.uses));
      }
    }
  }
  return { uses, findings, crossings };
}

/** By the file inside the app, however its name is written. */
function toCrossing({ app, inside = "" }: Target, place: Place, finding: Finding): Crossing {
  const what = `import ${inside.replace(/(?<=.)\.\w+$/, "")}`.replaceAll(sep, "/");
  return { from: place.app.name, to: app, what, file: place.file.replaceAll(sep, "/"), finding };
}

export function isSource(path: string): boolean {
  return /(?<!\.d)\.(?:ts|mts|js|mjs)$/.test(path);
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => isSource(path) && !path.split(sep).includes("node_modules"))
    .map((path) => join(folder, path))
    .filter(isFile)
    .toSorted();
}

/** Folders may be called `x.ts`, and links may lead nowhere: editors lock files with such. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** A test may call whom it wants; it is not a caller that an extraction has to think of. */
export function isTest(path: string): boolean {
  return /[\\/]tests?[\\/]|\.test\.\w+$/.test(path);
}

function toUse({ app, file, line }: Place, imported: Imported, uses: string): Use {
  const versions = imported.names.filter((name) => /^v[1-9]\d*$|^\*$/.test(name));
  return { app: app.name, uses, versions, file, line, members: imported.members };
}

interface Place {
  readonly app: AppFiles;
  readonly file: string;
  readonly path: string;
  readonly line: number;
}

interface Known {
  readonly project: string;
  readonly names: ReadonlySet<string>;
  readonly folders: readonly { readonly name: string; readonly folder: string }[];
}

interface Judged {
  readonly finding?: Finding | undefined;
  /** The app whose contract is imported to be called. */
  readonly uses?: string;
  /** Where an import leads that goes around a contract. */
  readonly around?: Target;
}

function judge(imported: Imported, place: Place, known: Known): Judged {
  const { from, isType } = imported;
  if (from === undefined) return { finding: computed(place) };
  const target = targetOf(from, place, known);
  if (target === undefined || target.app === place.app.name) {
    return { finding: isContract(place) ? foreignToContract(imported, place) : undefined };
  }
  if (isContract(place) && !isType) return { finding: foreignToContract(imported, place) };
  if (target.inside !== undefined) {
    const isDoor = /^contract(?:\.\w+)?$/.test(target.inside);
    const finding = around(from, target, place);
    return isDoor && !isType
      ? { finding, around: target, uses: target.app }
      : { finding, around: target };
  }
  if (!known.names.has(target.app)) return { finding: unlisted(from, target.app, place) };
  return isType ? {} : { uses: target.app };
}

function isContract({ app, path }: Place): boolean {
  return dirname(path) === app.folder && /^contract\.\w+$/.test(basename(path));
}

interface Target {
  readonly app: string;
  /** The file inside the app; undefined for the app's door. */
  readonly inside: string | undefined;
}

/** The app that an import leads into; undefined for everything that is no app. */
function targetOf(from: string, { path }: Place, known: Known): Target | undefined {
  const named = /^(#apps\/|marcot-)([^/]+)(?:\/(.*))?$/s.exec(from);
  if (named) {
    const [, kind, app = "", inside] = named;
    if (inside === "package.json") return undefined;
    // Not every package of that name is an app: marcot-tools may be anything.
    const isApp = kind === "#apps/" || known.names.has(app) || lookUp(known.project, app);
    return isApp ? { app, inside } : undefined;
  }
  const target = pathOf(from, path);
  if (target === undefined) return undefined;
  const owner = known.folders.find(({ folder }) => target.startsWith(folder + sep));
  return owner && { app: owner.name, inside: relative(owner.folder, target) };
}

function pathOf(from: string, path: string): string | undefined {
  if (from.startsWith("file:") && URL.canParse(from)) return realOf(fileURLToPath(from));
  return /^\.{0,2}\//.test(from) ? realOf(resolve(dirname(path), from)) : undefined;
}

/** The folder of a package is a link into the workspace; what does not exist stays as it is written. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Types are gone when the contract runs, and another schema library is listed as a guest. */
function foreignToContract({ from = "", isType }: Imported, place: Place): Finding | undefined {
  if (isType || from === "marcot/contract") return undefined;
  const isGuest = !/^(?:[./#]|file:|node:|marcot(?:$|[-/]))/.test(from);
  const what = `the contract of ${place.app.name} imports "${from}"`;
  if (isGuest) {
    const hint =
      "Whoever installs the contract needs it too; the fields of marcot/contract do not.";
    return toFinding("boundaries.W001", place, what, hint);
  }
  const hint = "A contract imports nothing but marcot/contract, so that it can be published alone.";
  return toFinding("boundaries.E004", place, what, hint);
}

function around(from: string, { app, inside = "" }: Target, place: Place): Finding {
  const what = `${place.app.name} imports "${from}", which is inside the app ${app}`;
  if (/^tables(?:\.\w+)?$/.test(inside)) {
    const hint = `The database refuses queries and foreign keys across apps: keep the row's id, and call ${app}.`;
    return toFinding("boundaries.E003", place, what, hint);
  }
  const id = /^[#m]/.test(from) ? "boundaries.E001" : "boundaries.E002";
  const door = `import from "#apps/${app}", or "marcot-${app}" when it is a package`;
  return toFinding(id, place, what, `Only the contract is for others: ${door}.`);
}

function unlisted(from: string, app: string, place: Place): Finding {
  const what = `${place.app.name} imports "${from}", but ${app} is not one of the project's apps`;
  const hint = `Add "${app}" to the apps in settings.ts; calls to it fail until then.`;
  return toFinding("boundaries.W002", place, what, hint);
}

function computed(place: Place): Finding {
  const what = `${place.app.name} imports something whose name is computed`;
  const hint = "Write the name as a string, so that it can be seen which app it belongs to.";
  return toFinding("boundaries.W003", place, what, hint);
}

function unreadable(file: string, line: number, message: string): Finding {
  const hint = "Correct the file; until then nothing is known about what it imports.";
  return toFinding("boundaries.E005", { file, line }, message, hint);
}
