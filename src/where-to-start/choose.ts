/** What the units of a code base are: the ways that there are to see it, and which of them was taken. */
import { withoutBraces } from "./braces.ts";
import { nouns } from "./folder-list.ts";
import { findDjango } from "./python/find-django.ts";
import { type Code, has, type OnRead, readAround, readTexts, scan } from "./scan.ts";
import { isOwnCode } from "./score/ties.ts";
import type { Project } from "./types/project.ts";
import type { FileFacts } from "./types/source.ts";
import {
  type Configuration,
  isConfiguration,
  readConfiguration,
} from "./typescript/paths/configuration.ts";
import { appsElsewhere, findFolders, findTypeScript } from "./typescript/units.ts";
import { unitFinder } from "./unit-of.ts";

export type ProjectKind = Project["kind"];

export interface ChooseOptions {
  /** Folders that are units: `src/*`. Default: what conventions say. */
  readonly units?: readonly string[] | undefined;
  /** Default: the one with most units that cover most lines. */
  readonly kind?: ProjectKind | undefined;
  readonly onRead?: OnRead | undefined;
}

export interface Chosen {
  /** Undefined when no convention fits. */
  readonly project: Project | undefined;
  readonly configuration: Configuration;
  /** What else it could be, in sentences. */
  readonly problems: readonly string[];
}

/** Reads what it needs, so that in the end the files of the chosen project's languages are read. */
export async function chooseProject(
  code: Code,
  { units, kind, onRead }: ChooseOptions = {},
): Promise<Chosen> {
  const texts = await readTexts(code);
  const configuration = readConfiguration(
    new Map([...texts].filter(([file]) => isConfiguration(file))),
    has(code, "typescript")
      ? { prefix: code.tree.within?.prefix ?? "", texts: await readAround(code.tree) }
      : undefined,
  );
  const tree = { files: code.files, texts, configuration, facts: code.facts };
  const isPython = has(code, "python");
  if (isPython) await scan(code, ["python", "template"], onRead);
  const django = isPython ? await findDjango(code.tree, code.facts) : undefined;
  const needsTypeScript =
    units !== undefined || django === undefined || findTypeScript(tree).length > 0;
  if (needsTypeScript) await scan(code, ["typescript", "prisma"], onRead);
  if (units !== undefined)
    return {
      project: findFolders(code.files, withoutBraces(units)),
      configuration,
      problems: absentIn(configuration),
    };
  const asTypeScript = needsTypeScript ? findTypeScript(tree) : [];
  const all = [...asTypeScript, ...(django === undefined ? [] : [django])];
  const asked = kind === undefined ? all : all.filter((one) => one.kind === kind);
  // Where there is none of the kind that was asked for, it helps to know what there is.
  const [taken, others] = asked.length === 0 ? [[], all] : [asked, []];
  const { project, problems } = best(taken, others, code.facts);
  const elsewhere = all.length === 0 || project?.kind === "marcot" ? appsElsewhere(tree) : [];
  const unread = project?.kind === "django" ? [] : absentIn(configuration);
  return { project, problems: [...problems, ...elsewhere, ...unread], configuration };
}

/** What is generated, and in no repository, is usual: one is named, for all. */
function absentIn({ absent }: Configuration): string[] {
  const [first, ...more] = absent;
  if (first === undefined) return [];
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return [
    `${first.file} extends ${first.parent}${others}, which was not read: what is imported by its paths is not found.`,
  ];
}

interface Weighed {
  readonly project: Project;
  readonly lines: number;
}

/** A project of ours says itself what its apps are; of the others, as much as possible of as many as possible. */
function best(
  projects: readonly Project[],
  unasked: readonly Project[],
  facts: ReadonlyMap<string, FileFacts>,
): Pick<Chosen, "project" | "problems"> {
  const weigh = (all: readonly Project[]) =>
    all
      .map((project): Weighed => ({ project, lines: linesIn(project, facts) }))
      .toSorted((a, b) => weightOf(b) - weightOf(a));
  const [first, ...others] = weigh(projects);
  const isLess = first === undefined ? "" : `, against ${first.lines.toLocaleString("en")}`;
  const problems = [...others, ...weigh(unasked)].map(
    ({ project, lines }) =>
      `It could be seen as ${project.units.length} ${nouns[project.kind]}${first === undefined ? "" : " too"} (${lines.toLocaleString("en")} lines${isLess}): --kind ${project.kind}.`,
  );
  return { project: first?.project, problems };
}

function weightOf({ project, lines }: Weighed): number {
  return project.kind === "marcot" ? Infinity : project.units.length * lines;
}

/** Of the languages that count for such units. */
function linesIn({ units, kind }: Project, facts: ReadonlyMap<string, FileFacts>): number {
  const unitOf = unitFinder(units);
  const isCounted = ({ language }: FileFacts) => (language === "python") === (kind === "django");
  return [...facts.values()]
    .filter((file) => isOwnCode(file) && isCounted(file) && unitOf(file.file) !== undefined)
    .reduce((sum, { lines }) => sum + lines, 0);
}
