/** A code base of many folders that all use each other and are worked on, for tests of what a page does when there is too much. */
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";
import type { Measured } from "../../../src/where-to-start/gather.ts";
import type { Report } from "../../../src/where-to-start/types/report.ts";
import { git, repositoryOf } from "../repository.ts";

export interface CrowdOptions {
  readonly units: number;
  /** So many of the next ones each of them imports, by so many lines. */
  readonly uses: number;
  readonly lines: number;
  /** Default: none, so that nothing is a link. */
  readonly origin?: string;
  readonly measured?: Measured;
}

export async function crowd({
  units,
  uses,
  lines,
  origin,
  measured,
}: CrowdOptions): Promise<Report> {
  const nameOf = (index: number) => `unit_${index % units}`;
  const files = Object.fromEntries(
    Array.from({ length: units }, (_, index) => {
      const imports = Array.from({ length: uses * lines }, (__, line) => {
        const from = nameOf(index + 1 + (line % uses));
        return `from src.${from}.models_and_views import something_${line}\n`;
      });
      return [`src/${nameOf(index)}/models_and_views.py`, imports.join("")];
    }),
  );
  const work = Object.entries(files).flatMap(([path, text], index) =>
    Array.from({ length: index % 6 }, (_, count) => ({
      subject: "fix it",
      files: { [path]: `${text}${"done = 1\n".repeat(index * count)}# ${count}\n` },
    })),
  );
  const folder = repositoryOf([{ files }, ...work]);
  if (origin !== undefined) git(folder, "remote", "add", "origin", origin);
  return (await whereToStart(folder, { units: ["src/*"], measured })).report;
}
