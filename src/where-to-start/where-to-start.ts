/**
 * Which unit of a code base could leave first, or that none should. The list of steps in their order; each of
 * them is a part of its own. Nothing of what is read is run, and nothing is written.
 */
import { basename, resolve as toAbsolute } from "node:path";
import { MarcotError } from "../errors.ts";
import { chooseProject, type ProjectKind } from "./choose.ts";
import { findUnit } from "./find-unit.ts";
import { folderList, unitsNotFound } from "./folder-list.ts";
import { gather, type Measured, sharedOf } from "./gather.ts";
import { readHistory, startLog } from "./git/history.ts";
import { openTree } from "./git/open.ts";
import { readOwners } from "./git/owners.ts";
import { judge } from "./judge.ts";
import { type NameOf, naming, namingOwners } from "./people.ts";
import { resolveUnits } from "./resolve-units.ts";
import { openCode, type OnRead } from "./scan.ts";
import type { Evidence } from "./score/facts.ts";
import { toReport } from "./to-report.ts";
import type { History } from "./types/history.ts";
import type { Project } from "./types/project.ts";
import type { Report } from "./types/report.ts";
import type { FileFacts } from "./types/source.ts";
import type { Repository, Tree } from "./types/tree.ts";

export interface WhereToStartOptions {
  /** A commit. Default: the files as they lie on disk; of a bare repository, its HEAD. */
  readonly at?: string | undefined;
  /** Folders that are units: `src/*`. Default: what conventions say. */
  readonly units?: readonly string[] | undefined;
  /** Default: the kind that fits best. */
  readonly kind?: ProjectKind | undefined;
  /** How far back the history is read. Default: 12, doubled while there are under 100 commits. */
  readonly months?: number | undefined;
  /** Whether people are named. Default: false. */
  readonly people?: boolean | undefined;
  /** Units that may be ranked although they look like identity. Default: none. */
  readonly lift?: readonly string[] | undefined;
  /** Default: nothing was measured. */
  readonly measured?: Measured | undefined;
  readonly onRead?: OnRead | undefined;
}

/** A report, and what it was made from. */
export interface Answer {
  readonly report: Report;
  readonly evidence: Evidence;
  readonly history: History | undefined;
  /** What the report calls somebody: a hash, unless people were to be named. */
  readonly nameOf: NameOf;
  /** Of all files, also of those that are in no unit. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Reads files of the code base again, for what only some questions need. */
  readonly read: Tree["read"];
}

/**
 * @param path a folder, a part of a repository, or a bare repository
 * @throws {MarcotError} `CodeUnreadable` when there is no such folder, no file in it, or no such commit;
 * `UnitsNotFound` when none of the units are there that were asked for; `CommandInvalid` when there is no unit that is
 * to be lifted
 */
export async function whereToStart(
  path: string,
  options: WhereToStartOptions = {},
): Promise<Answer> {
  const { people = false, measured } = options;
  const { tree, repository, missing } = await openTree(path, { at: options.at });
  const log = repository && startLog(repository); // git works while files are read
  try {
    const code = openCode(tree);
    const chosen = await chooseProject(code, options);
    const project = chosen.project ?? nothing;
    const isAsked = options.units !== undefined || options.kind !== undefined;
    if (isAsked && project.units.length === 0) throw unitsNotFound(code, options, chosen.problems);
    const lifted = (options.lift ?? []).map((name) => findUnit(project.units, name).name);
    const reading = history(repository, { project, months: options.months, log });
    const [past, ownerOf] = await Promise.all([reading, readOwners(tree, repository)]);
    const resolved = resolveUnits(code, project, chosen.configuration);
    const [nameOf, nameOfOwner] = [naming(people), namingOwners(people)];
    const names = { nameOf, nameOfOwner };
    const evidence = gather({
      project,
      resolved,
      history: past.history,
      ownerOf,
      measured,
      ...names,
    });
    const shared = sharedOf(project, resolved.files);
    const judged = judge(evidence, { shared, lifted });
    const report = toReport({
      name: repository === undefined ? basename(tree.root) : nameOfRepository(repository, path),
      tree,
      files: resolved.files,
      project,
      repository,
      history: past.history,
      isMeasured: measured !== undefined,
      evidence,
      judged,
      missing: [...missing, ...past.missing],
      problems: [
        ...chosen.problems,
        ...resolved.problems,
        ...(project.units.length === 0 ? folderList(code, options) : []),
      ],
    });
    return {
      report,
      evidence,
      history: past.history,
      nameOf,
      files: resolved.files,
      read: tree.read,
    };
  } finally {
    log?.stop();
  }
}

/** Of what fits no convention. */
const nothing: Project = {
  kind: "folders",
  units: [],
  inEveryRequest: [],
  userModel: undefined,
  atomicRequests: undefined,
  own: [],
  problems: [],
};

interface Asked {
  readonly project: Project;
  readonly months: number | undefined;
  readonly log: ReturnType<typeof startLog> | undefined;
}

/** What git cannot tell is missing; the rest is judged without it. */
async function history(
  repository: Repository | undefined,
  { project, months, log }: Asked,
): Promise<{ history: History | undefined; missing: readonly string[] }> {
  if (repository === undefined) return { history: undefined, missing: [] };
  try {
    const { units } = project;
    return { history: await readHistory(repository, { units, months, log }), missing: [] };
  } catch (error) {
    if (!(error instanceof MarcotError)) throw error;
    return { history: undefined, missing: [`${error.message}. ${error.fix}`] };
  }
}

/** Of its address, else of its folder; a bare one is called after the folder that it lies in. */
function nameOfRepository({ origin, prefix, root }: Repository, path: string): string {
  if (prefix !== "") return basename(toAbsolute(path));
  const last = origin === undefined ? basename(root) : basename(origin);
  return last.replace(/\.git$/, "") || basename(toAbsolute(path));
}
