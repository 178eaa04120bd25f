/**
 * CODEOWNERS: who is asked when a path changes, by the last line that matches it; in GitLab's sections by the last one
 * of each.
 */
import type { Place } from "../types/source.ts";
import type { Repository, Tree } from "../types/tree.ts";
import { askGit } from "./program.ts";
import { textOf } from "./text.ts";

/** The first that is there counts, as on GitHub; then GitLab's own. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

export interface Owned extends Place {
  /** `@acme/payments`, `@ann`, `ann@example.com`; empty where a line says that nobody is. */
  readonly owners: readonly string[];
}

/** The owners of a path from the tree's root; with `/` at its end, of a folder. Undefined without a line. */
export type OwnerOf = (path: string) => Owned | undefined;

/** The file is found in the tree, or at the top of the repository when the tree is a part of it. */
export async function readOwners(tree: Tree, repository: Repository | undefined): Promise<OwnerOf> {
  const prefix = repository?.prefix ?? "";
  const found =
    repository !== undefined && prefix !== ""
      ? await ofCommit(repository)
      : await ofTree(tree, new Set(tree.files));
  if (found === undefined) return () => undefined;
  const sections = [...Map.groupBy(rulesOf(found.text), ({ section }) => section).values()];
  return (path) => {
    const names = (prefix + path).split("/");
    const rules = sections.flatMap(
      (rules) => rules.findLast(({ matches }) => matches(names)) ?? [],
    );
    const line = rules.at(-1)?.line;
    const owners = [...new Set(rules.flatMap((rule) => rule.owners))];
    return line === undefined ? undefined : { owners, file: found.file, line };
  };
}

interface Found {
  readonly file: string;
  readonly text: string;
}

async function ofTree(tree: Tree, files: ReadonlySet<string>): Promise<Found | undefined> {
  const file = PLACES.find((path) => files.has(path));
  if (file === undefined) return undefined;
  let found: Found | undefined;
  await tree.read([file], (_, text) => {
    found = text === undefined ? undefined : { file, text };
  });
  return found;
}

async function ofCommit({ root, head }: Repository): Promise<Found | undefined> {
  for (const file of PLACES) {
    const args = ["cat-file", "blob", `${head}:${file}`];
    const { code, bytes } = await askGit({ folder: root, args });
    const text = code === 0 ? textOf(bytes) : undefined;
    if (text !== undefined) return { file, text };
  }
  return undefined;
}

interface Rule {
  /** In small letters: sections of one name are one. "" where there are none. */
  readonly section: string;
  readonly owners: readonly string[];
  readonly line: number;
  /** Takes a path, by its names. */
  readonly matches: (names: readonly string[]) => boolean;
}

function rulesOf(text: string): Rule[] {
  const rules: Rule[] = [];
  let section = "";
  let ofSection: string[] = []; // of lines that name no owner, below `[Section] @owner`
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(?:^|\s)#.*$/, "").trim();
    if (line === "" || line.startsWith("!")) continue; // what `!` would mean, no host says
    const [, name, rest] = /^\^?\[([^\]]+)\](?:\[\d+\])?(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      section = name.toLowerCase();
      ofSection = words(rest ?? "");
      continue;
    }
    const [pattern = "", ...owners] = words(line);
    const named = owners.length > 0 ? owners : ofSection;
    rules.push({ section, owners: named, line: index + 1, matches: matcher(pattern) });
  }
  return rules;
}

/** Words of a line; a blank after `\` belongs to its word, as does a `#`. */
function words(line: string): string[] {
  return (line.match(/(?:\\.|[^\s\\])+/g) ?? []).map((word) => word.replace(/\\(.)/g, "$1"));
}

/**
 * As in .gitignore, by names rather than by one large expression: patterns of strangers cannot be slow.
 * A pattern with a `/` that is not its last sign starts at the top. What matches a folder owns all of it,
 * but `folder/*` only what lies in it directly.
 */
function matcher(pattern: string): (names: readonly string[]) => boolean {
  const isFolder = pattern.endsWith("/");
  const isAnchored = pattern.replace(/\/$/, "").includes("/");
  const parts = pattern.replace(/^\/|\/$/g, "").split("/");
  const globs = isAnchored ? parts : ["**", ...parts];
  const isExact = isAnchored && globs.at(-1) === "*";
  return (names) => {
    const ends = endsOf(globs, names);
    if (isFolder) return ends.some((isEnd, at) => isEnd && at < names.length);
    return isExact ? ends[names.length] === true : ends.includes(true);
  };
}

/** After how many of the names all of the globs can be used up. */
function endsOf(globs: readonly string[], names: readonly string[]): boolean[] {
  let reached = names.map((_, at) => at === 0);
  reached.push(false);
  for (const [index, glob] of globs.entries()) {
    const isLast = index === globs.length - 1;
    const next = reached.map((_, at) =>
      glob === "**"
        ? // At the end it stands for at least one name, between others for none as well.
          reached.indexOf(true) !== -1 && at >= reached.indexOf(true) + (isLast ? 1 : 0)
        : at > 0 && reached[at - 1] === true && isLike(names[at - 1] ?? "", glob),
    );
    reached = next;
  }
  return reached;
}

/** `*` for any signs, `?` for one. Goes back to the last `*` only, so that it takes no more than a product of both lengths. */
function isLike(name: string, glob: string): boolean {
  let at = 0;
  let star = -1;
  let from = 0;
  for (let here = 0; here < name.length;) {
    if (glob[at] === "*") {
      star = at++;
      from = here;
    } else if (glob[at] === "?" || glob[at] === name[here]) {
      at += 1;
      here += 1;
    } else if (star !== -1) {
      at = star + 1;
      here = ++from;
    } else return false;
  }
  while (glob[at] === "*") at += 1;
  return at === glob.length;
}
