/** Reports of small code bases of TypeScript, and what their units are tied by. */
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";
import type { Report } from "../../../src/where-to-start/types/report.ts";
import { written } from "../repository.ts";

export async function reportOf(files: Readonly<Record<string, string>>): Promise<Report> {
  return (await whereToStart(written(files))).report;
}

export function unitsOf({ units }: Report): string[] {
  return units.map(({ name, path }) => `${name}=${path}`).toSorted();
}

export function tiesOf({ units }: Report): string[] {
  return units
    .flatMap(({ name, importsOut }) =>
      importsOut.map(({ to, file, line }) => `${name}>${to} ${file}:${line}`),
    )
    .toSorted();
}

/** A source that needs nothing. */
export const tiny = "export const x = 1;\n";
