/** A small Django code base, written in a test. */
import type { Project } from "../../../src/where-to-start/types/project.ts";
import type { FileFacts } from "../../../src/where-to-start/types/source.ts";
import type { Tree } from "../../../src/where-to-start/types/tree.ts";
import { findDjango } from "../../../src/where-to-start/python/find-django.ts";
import { readPython } from "../../../src/where-to-start/python/read.ts";
import { resolvePython } from "../../../src/where-to-start/python/resolve.ts";
import { readTemplate } from "../../../src/where-to-start/python/template.ts";
import type { Resolved } from "../../../src/where-to-start/score/facts.ts";

export function factsOf(files: Readonly<Record<string, string>>): Map<string, FileFacts> {
  return new Map(
    Object.entries(files).map(([file, text]) => [
      file,
      file.endsWith(".py") ? readPython(file, text) : readTemplate(file, text),
    ]),
  );
}

export async function findIn(
  files: Readonly<Record<string, string>>,
): Promise<Project | undefined> {
  const tree: Tree = {
    root: "/project",
    files: Object.keys(files).toSorted(),
    skipped: [],
    read: (wanted, each) => {
      for (const file of wanted) each(file, files[file]);
      return Promise.resolve();
    },
  };
  return findDjango(tree, factsOf(files));
}

/** `name=path`, in the order of the paths. */
export async function unitsIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  const project = await findIn(files);
  return (project?.units ?? []).map(({ name, path }) => `${name}=${path}`);
}

export async function resolveIn(files: Readonly<Record<string, string>>): Promise<Resolved> {
  const project = await findIn(files);
  if (project === undefined) throw new Error("no Django project");
  return resolvePython(project, factsOf(files));
}

/** Packages with nothing in them. */
export function packages(...paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [`${path}/__init__.py`, ""]));
}
