/**
 * What could not be read: of that it is not known what it needs, so that its listed ties stay. Taken for cured they
 * would be lost, and new ones once it can be read again.
 */
import { type Finding, toFinding } from "../../project/check/findings.ts";
import { A_LINK, type Skipped } from "../git/text.ts";
import { plural } from "../report/plural.ts";
import { isSource } from "../scan.ts";
import type { Project } from "../types/project.ts";
import type { FileFacts } from "../types/source.ts";
import type { Tree } from "../types/tree.ts";
import { type Configuration, isConfiguration } from "../typescript/paths/configuration.ts";
import { unitFinder } from "../unit-of.ts";

/** No error, as in a project of ours: old code may be in a dialect that is not known here. */
export function unreadOf({ problems: [first] }: FileFacts): Finding[] {
  if (first === undefined) return [];
  const { file, line, what } = first;
  const hint =
    "Correct it, or write it in today's language; its listed ties stay listed until then.";
  return [
    toFinding("boundaries.W006", { file, line }, `it could not be read whole: ${what}`, hint),
  ];
}

export function toUnread({ file, why }: Skipped): Finding {
  const hint = "Its listed ties stay listed, and new ones are not seen, until it can be read.";
  return toFinding("boundaries.W006", { file }, `it could not be read: ${why}`, hint);
}

/** More of them say the same. */
const NAMED = 3;

/** Of sources of which no tie is listed. */
export function leftUnread(skipped: readonly Skipped[]): string {
  const named = skipped.slice(0, NAMED).map(({ file, why }) => `${file} (${why})`);
  const more = skipped.length - named.length;
  const were = skipped.length === 1 ? "was" : "were";
  return `${plural(skipped.length, "source")} ${were} not read, what they need is not known: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
}

interface Asked {
  readonly tree: Tree;
  readonly project: Project;
  readonly exists: (file: string) => boolean;
  readonly unread: readonly Finding[];
}

/** What a link leads to is read where it lies. */
function left({ skipped }: Tree, exists: Asked["exists"]): Skipped[] {
  return skipped.filter(({ file, why }) => why !== A_LINK && exists(file));
}

/** Sources in units that were too large, binary, or not to be opened. */
export function skippedIn({ tree, project, exists, unread }: Asked): {
  readonly skipped: readonly Skipped[];
  readonly unreadUnits: ReadonlySet<string>;
} {
  const unitOf = unitFinder(project.units);
  const skipped = left(tree, exists).filter(
    ({ file }) => isSource(file) && unitOf(file) !== undefined,
  );
  const files = [...skipped.map(({ file }) => file), ...unread.map(({ where }) => where.file)];
  const units = files.flatMap((file) => project.units[unitOf(file) ?? -1]?.name ?? []);
  return { skipped, unreadUnits: new Set(units) };
}

/** Where files lie that are there to be wrong, or to be filled in. */
const ASIDE = /(?:^|\/)(?:__\w+__|tests?|e2e|fixtures?|templates?|examples?)\//;

/** Files that say what the units are and how imports are found, and could not be read. */
export function muteIn(
  { tree, exists, unread }: Omit<Asked, "project">,
  { broken }: Configuration,
): string[] {
  const sources = [...left(tree, exists), ...unread.map(({ where }) => where)];
  const files = sources.map(({ file }) => file).filter(isTellingOfAll);
  return [...new Set([...broken, ...files])].filter((file) => !ASIDE.test(file));
}

function isTellingOfAll(file: string): boolean {
  return isConfiguration(file) || /(?:^|\/)settings(?:\/.*)?\.(?:py|[tj]s)$/.test(file);
}

export function muteNote(files: readonly string[]): string {
  return `${files.join(", ")} could not be read: what is listed stays, until ${files.length === 1 ? "it" : "they"} can be.`;
}
