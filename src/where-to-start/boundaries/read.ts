/** The units of a code base and what ties them, for boundaries.todo. Nothing of what is read is run. */
import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { MarcotError } from "../../errors.ts";
import { type Crossing, ownApps, scanBoundaries } from "../../project/check/boundaries.ts";
import type { Finding } from "../../project/check/findings.ts";
import { chooseProject, type ProjectKind } from "../choose.ts";
import { folderList, noFolder } from "../folder-list.ts";
import { openTree } from "../git/open.ts";
import { locate } from "../git/repository.ts";
import { resolveUnits } from "../resolve-units.ts";
import { type Code, isRead, openCode, type OnRead, readTexts } from "../scan.ts";
import { isTying } from "../score/ties.ts";
import type { Project } from "../types/project.ts";
import type { Tree } from "../types/tree.ts";
import { appList } from "../typescript/units.ts";
import type { Skipped } from "../git/text.ts";
import { type CodeTie, tiesIn } from "./ties.ts";
import { muteIn, muteNote, skippedIn, unreadOf } from "./unread.ts";

export interface ReadOptions {
  readonly units?: readonly string[] | undefined;
  readonly kind?: ProjectKind | undefined;
  readonly onRead?: OnRead | undefined;
}

/** A project of ours has findings of its own for what it finds. */
export type Found = CodeTie | Crossing;

export interface BoundariesRead {
  /** Absolute. */
  readonly root: string;
  readonly kind: ProjectKind;
  /** Names. */
  readonly units: readonly string[];
  readonly ties: readonly Found[];
  /** Whether there is a file, by its path from `root`. */
  readonly exists: (file: string) => boolean;
  /** For each file that could not be read whole, where that began; in a project of ours, all that `check` says. */
  readonly unread: readonly Finding[];
  /** Sources of units that were not read at all. */
  readonly skipped: readonly Skipped[];
  /** Units with a file that could not be read whole. */
  readonly unreadUnits: ReadonlySet<string>;
  /** Whether something that tells of all was not read, or is not on disk: nothing is known to be cured then. */
  readonly isPart: boolean;
  /** What else it could be, and what is not here, in sentences. */
  readonly problems: readonly string[];
}

/** @throws {MarcotError} `CodeUnreadable`, `UnitsNotFound`, or `CommandInvalid` when it lies deeper */
export async function readBoundaries(
  path: string,
  options: ReadOptions = {},
): Promise<BoundariesRead> {
  const { tree } = await openTree(path);
  await refuseBare(tree);
  const code = openCode(tree);
  const notHere = code.files.filter((file) => tree.notHere?.has(file) === true && isRead(file));
  const isPart = notHere.length > 0;
  const left = isPart ? [partly(notHere.length)] : [];
  const ours = await listedApps(code, options);
  if (ours !== undefined) return { ...readOurs(tree, ours), isPart, problems: left };
  const { project, configuration, problems } = await chooseProject(code, options);
  if (project === undefined || project.units.length === 0) throw noUnits(code, options);
  if (project.kind === "marcot") throw liesDeeper(project);
  const resolved = resolveUnits(code, project, configuration);
  const exists = existsIn(tree);
  const unread = [...resolved.files.values()].filter(isTying).flatMap(unreadOf);
  const { skipped, unreadUnits } = skippedIn({ tree, project, exists, unread });
  const mute = muteIn({ tree, exists, unread }, configuration);
  return {
    root: tree.root,
    kind: project.kind,
    units: project.units.map(({ name }) => name),
    ties: tiesIn(resolved, project.kind),
    exists,
    isPart: isPart || mute.length > 0,
    unread,
    skipped,
    unreadUnits,
    problems: [...problems, ...left, ...(mute.length === 0 ? [] : [muteNote(mute)])],
  };
}

/** Git lists files too that were taken away a moment ago. */
function existsIn({ root, notHere }: Tree): BoundariesRead["exists"] {
  return (file) => notHere?.has(file) === true || existsSync(join(root, file));
}

function partly(count: number): string {
  const files = count === 1 ? "1 source is" : `${count} sources are`;
  return `${files} not checked out here: what is listed stays, until all of them are.`;
}

/** Whether a project of ours has its settings here. */
export async function isOurs(folder: string): Promise<boolean> {
  // Asked first, since all that lies below would be listed.
  if (!["settings.ts", "settings.js"].some((file) => existsSync(join(folder, file)))) return false;
  const { tree } = await openTree(folder);
  return (await listedApps(openCode(tree), {})) !== undefined;
}

async function refuseBare({ root }: Tree): Promise<void> {
  const location = await locate(root);
  if ("refused" in location || !location.isBare) return;
  throw new MarcotError("CodeUnreadable", `${root} is a bare repository`, {
    fix: "boundaries.todo lies beside the code: name a folder with its files.",
  });
}

/** Of a project of ours that has its settings here: the apps that they name. */
async function listedApps(
  code: Code,
  { units, kind = "marcot" }: ReadOptions,
): Promise<readonly string[] | undefined> {
  if (units !== undefined || kind !== "marcot") return undefined;
  const settings = code.files.find((file) => /^settings\.[tj]s$/.test(file));
  if (settings === undefined) return undefined;
  return appList((await readTexts(code)).get(settings) ?? "")?.names;
}

function noUnits(code: Code, { units, kind }: ReadOptions): MarcotError {
  if (units !== undefined) {
    const message = noFolder(units).replace(/^N/, "n");
    return new MarcotError("UnitsNotFound", message, {
      fix: "A glob is counted from PATH, and means folders: --units 'src/*'.",
    });
  }
  if (kind === undefined || kind === "folders")
    return new MarcotError("UnitsNotFound", folderList(code).join(" ").replace(/\.$/, ""));
  return new MarcotError("UnitsNotFound", `there are no units of the kind ${kind} here`, {
    fix: "Leave --kind away; what boundaries.todo says is corrected by deleting it and beginning again.",
  });
}

function liesDeeper({ own }: Project): MarcotError {
  const folder = posix.dirname(own[0] ?? "");
  return new MarcotError("CommandInvalid", `the project lies in ${folder}/`, {
    fix: `Name its folder: marcot boundaries todo ${folder}. Or see the code in another way, with --kind.`,
  });
}

/** Of ours what `check` finds is what counts, and linked packages belong to it. */
function readOurs(
  tree: Tree,
  listed: readonly string[],
): Omit<BoundariesRead, "isPart" | "problems"> {
  const { root } = tree;
  const apps = ownApps(root, listed);
  const { crossings, findings } = scanBoundaries({ project: root, apps, listed });
  return {
    root,
    kind: "marcot",
    units: [...new Set([...listed, ...apps.map(({ name }) => name)])],
    ties: crossings,
    exists: existsIn(tree),
    unread: findings.filter(({ id }) => id === "boundaries.E005"),
    skipped: [],
    unreadUnits: new Set(),
  };
}
