/**
 * Units that are called as tests are and are none: `ab_test`, `spec`. Of them only what lies in a folder of tests
 * inside of the unit is a test; by the whole path all of it would be.
 */
import { posix } from "node:path";
import { isTestFile } from "./python/file-kind.ts";
import type { UnitPlace } from "./types/project.ts";
import type { FileFacts } from "./types/source.ts";
import { isTest } from "./typescript/read.ts";
import { unitFinder } from "./unit-of.ts";

/** `tests` are tests; one test, or a spec, may be what the business is about. */
const MAYBE = /(?:^|[._-])(?:test|specs?)$|^(?:ab|split)[._-]?test(?:s|ing)?$/i;

export function mayBeTests(path: string): boolean {
  return MAYBE.test(posix.basename(path));
}

export function withoutSeemingTests(
  units: readonly UnitPlace[],
  files: ReadonlyMap<string, FileFacts>,
): ReadonlyMap<string, FileFacts> {
  // Whoever names a folder knows what is in it.
  const seeming = new Set(
    units.flatMap(({ path, kind }, index) =>
      kind === "folder" || mayBeTests(path) ? [index] : [],
    ),
  );
  if (seeming.size === 0) return files;
  const unitOf = unitFinder(units);
  const inside = [...files.values()].filter(({ file }) => seeming.has(unitOf(file) ?? -1));
  const changed = new Map<string, FileFacts>();
  for (const [index, all] of Map.groupBy(inside, ({ file }) => unitOf(file) ?? -1)) {
    const { path = "" } = units[index] ?? {};
    const read = all.map((facts) => ({ ...facts, isTest: isTestIn(path, facts) }));
    const tests = read.filter((facts) => facts.isTest).length;
    if (tests * 2 <= read.length) for (const facts of read) changed.set(facts.file, facts);
  }
  return new Map([...files].map(([file, facts]) => [file, changed.get(file) ?? facts]));
}

function isTestIn(path: string, { file, language }: FileFacts): boolean {
  const within = path === "" ? file : file.slice(path.length + 1);
  return language === "python" || language === "template" ? isTestFile(within) : isTest(within);
}
