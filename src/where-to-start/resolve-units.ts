/** Where the ties of all files lead, whatever language each is in. */
import { resolvePython } from "./python/resolve.ts";
import type { Code } from "./scan.ts";
import type { Resolved } from "./score/facts.ts";
import { withoutSeemingTests } from "./test-units.ts";
import type { Project } from "./types/project.ts";
import type { FileFacts } from "./types/source.ts";
import type { Configuration } from "./typescript/paths/configuration.ts";
import { resolveTypeScript } from "./typescript/resolve.ts";

const PYTHON = new Set(["python", "template"]);

export function resolveUnits(
  { facts: read, files }: Code,
  project: Project,
  configuration: Configuration,
): Resolved {
  const facts = withoutSeemingTests(project.units, read);
  const isOf = (kind: "python" | "typescript") => {
    const chosen =
      project.kind === "folders" || (project.kind === "django") === (kind === "python");
    const all = [...facts].filter(
      ([, { language }]) => PYTHON.has(language) === (kind === "python"),
    );
    return new Map<string, FileFacts>(chosen ? all : []);
  };
  const [python, typescript] = [isOf("python"), isOf("typescript")];
  const resolved = [
    ...(python.size === 0 ? [] : [resolvePython(project, python)]),
    ...(typescript.size === 0
      ? []
      : [resolveTypeScript({ project, configuration, names: new Set(files), files: typescript })]),
  ];
  return {
    imports: resolved.flatMap(({ imports }) => imports),
    keys: resolved.flatMap(({ keys }) => keys),
    hidden: resolved.flatMap(({ hidden }) => hidden),
    userKeys: resolved.flatMap(({ userKeys }) => userKeys),
    ofProject: {
      imports: resolved.flatMap(({ ofProject }) => ofProject.imports),
      hidden: resolved.flatMap(({ ofProject }) => ofProject.hidden),
    },
    files: new Map(resolved.flatMap((one) => [...one.files])),
    tables: new Map(resolved.flatMap(({ tables }) => [...tables])),
    inEveryRequest: resolved.flatMap((one) => one.inEveryRequest),
    problems: resolved.flatMap(({ problems }) => problems),
  };
}
