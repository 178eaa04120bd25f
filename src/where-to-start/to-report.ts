/** The report: what was judged, and what it was judged by. */
import { leftUnread } from "./boundaries/unread.ts";
import { FEW } from "./git/log/summary.ts";
import { A_LINK, type Skipped } from "./git/text.ts";
import { bySpelling } from "./order.ts";
import { isSource } from "./scan.ts";
import { formula } from "./score/score.ts";
import { isOwnCode } from "./score/ties.ts";
import type { Evidence } from "./score/facts.ts";
import type { Judged } from "./judge.ts";
import type { History } from "./types/history.ts";
import type { Project } from "./types/project.ts";
import type { Report, Unit } from "./types/report.ts";
import type { FileFacts } from "./types/source.ts";
import type { Repository, Tree } from "./types/tree.ts";

/** So many names of what was not read are enough to see what it is. */
const EXAMPLES = 10;

export interface Findings {
  readonly name: string;
  readonly tree: Tree;
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly project: Project;
  readonly repository: Repository | undefined;
  readonly history: History | undefined;
  readonly isMeasured: boolean;
  readonly evidence: Evidence;
  readonly judged: Judged;
  /** What git could not tell, in sentences. */
  readonly missing: readonly string[];
  readonly problems: readonly string[];
}

export function toReport(findings: Findings): Report {
  const { name, files, project, repository, history, judged, tree, evidence } = findings;
  const own = [...files.values()].filter(isOwnCode);
  return {
    schema: "marcot/where-to-start/1",
    project: {
      name,
      kind: project.kind,
      lines: own.reduce((sum, { lines }) => sum + lines, 0),
      files: own.length,
    },
    repository: repository &&
      history && {
        head: repository.head,
        prefix: repository.prefix,
        isShallow: repository.isShallow,
        isDirty: repository.isDirty,
        commits: history.commits.length,
        window: history.window,
        origin: repository.origin,
      },
    evidence: evidenceOf(findings),
    formula,
    units: judged.units,
    edges: edgesOf(judged.units, evidence),
    start: judged.start,
    skipped: skippedOf(tree),
    problems: [...project.problems, ...findings.problems, ...unreadOf(files)],
  };
}

function evidenceOf(findings: Findings): Report["evidence"] {
  const { repository, history, isMeasured, missing, files } = findings;
  const dropped = history?.dropped ?? [];
  const isShallow = repository?.isShallow === true;
  const hasHistory = history !== undefined && history.commits.length > 0;
  const unread = unreadSources(findings.tree);
  const hasAll = hasHistory && dropped.length === 0 && unread.length === 0;
  const isLow =
    isShallow ||
    (history?.commits.length ?? 0) < FEW ||
    unread.length > UNREAD_SHARE_MAX * (unread.length + files.size);
  return {
    history: history === undefined ? "none" : isShallow ? "shallow" : "full",
    traffic: isMeasured ? "measured" : "none",
    confidence: isLow ? "low" : hasAll && isMeasured ? "high" : "medium",
    missing: [
      ...missing,
      ...(unread.length === 0 ? [] : [leftUnread(unread)]),
      ...(!hasHistory
        ? ["Without history this is a list of what is easy, not of what hurts."]
        : []),
      ...dropped,
      ...(isMeasured ? [] : ["No traffic was measured: what is critical is read from the code."]),
    ],
  };
}

/** Where more is not known, any other unit might be the better one. */
const UNREAD_SHARE_MAX = 0.1;

/** What a link leads to is read where it lies. Of a folder that may not be read nothing is known. */
function unreadSources({ skipped }: Tree): Skipped[] {
  return skipped.filter(
    ({ file, why }) => why !== A_LINK && (isSource(file) || file.endsWith("/")),
  );
}

/** Each pair of units once for each direction, sorted. Co-change is of both: it stands at the first. */
function edgesOf(units: readonly Unit[], { together }: Evidence): Report["edges"] {
  const edges = new Map<string, Report["edges"][number]>();
  const none = { imports: 0, foreignKeys: 0, together: 0 };
  const add = (from: string, to: string, more: Partial<typeof none>) => {
    const key = `${from}\n${to}`;
    const known = edges.get(key) ?? { from, to, ...none };
    edges.set(key, {
      ...known,
      imports: known.imports + (more.imports ?? 0),
      foreignKeys: known.foreignKeys + (more.foreignKeys ?? 0),
      together: known.together + (more.together ?? 0),
    });
  };
  for (const { name, importsOut, foreignKeysOut } of units) {
    for (const { to } of importsOut) add(name, to, { imports: 1 });
    for (const { to } of foreignKeysOut) add(name, to, { foreignKeys: 1 });
  }
  for (const [from, others] of together)
    for (const [to, commits] of others) add(from, to, { together: commits });
  return [...edges.values()].toSorted(
    (a, b) => bySpelling(a.from, b.from) || bySpelling(a.to, b.to),
  );
}

function skippedOf({ skipped }: Tree): Report["skipped"] {
  const sorted = skipped.map(({ file, why }) => `${file}: ${why}`).toSorted(bySpelling);
  return { files: sorted.length, examples: sorted.slice(0, EXAMPLES) };
}

/** Files that were read with errors, and how many more. */
function unreadOf(files: ReadonlyMap<string, FileFacts>): string[] {
  const broken = [...files.values()].flatMap(({ problems: [first] }) => first ?? []);
  const told = broken
    .slice(0, EXAMPLES)
    .map(({ file, line, what }) => `${file}:${line}: ${what.split("\n", 1)[0] ?? ""}`);
  const more = broken.length - told.length;
  return more > 0 ? [...told, `${more} more files have errors.`] : told;
}
