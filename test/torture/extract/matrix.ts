/** Writes docs/reference/extract-matrix.md from results: what was broken while an app moved, and what came of it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import type { Result } from "./case.ts";
import type { Fault } from "./fault.ts";

const path = join(import.meta.dirname, "..", "..", "..", "docs", "reference", "extract-matrix.md");

export interface Case {
  readonly fault: Fault;
  /** Undefined where the case itself broke down. */
  readonly result: Result | undefined;
}

export async function writeMatrix(cases: readonly Case[]): Promise<string> {
  const right = cases.filter(({ result }) => result?.isRight === true).length;
  const text = [
    "# What an app survives while it moves",
    "",
    "`npm run torture:extract -- --all` has written this: each line is one run in which an app moves between",
    "two PostgreSQL servers under the load of three processes, and something is broken on purpose. Every",
    "acknowledged write is then looked for, row by row, with its event, its job and its reply.",
    "",
    `${right} of ${cases.length} cases ended as they have to. Load: ${loadOf(cases)}.`,
    "",
    "*failed*: requests without their success. Where a line says *refused*, what they needed was gone, and they were",
    "refused with a reason. *lost* and *doubled*: acknowledged writes, events and jobs. *pause*: the longest time from the lock",
    "of the tables until the new side took writes, and (in brackets) for which writes were held; milliseconds.",
    "",
    "| fault | what is done | requests | failed | lost | doubled | pause | resumed by | after it | at the end | |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...cases.map(lineOf),
    "",
  ].join("\n");
  await writeFile(path, await format(text, { parser: "markdown", printWidth: 100 }));
  return path;
}

function lineOf({ fault, result }: Case): string {
  const cells = [`\`${fault.name}\``, fault.sentence];
  if (result === undefined) return row([...cells, "", "", "", "", "", "", "", "", "broke down"]);
  const { failed, longestMs, resumed } = result;
  const { lost = 0, eventsLost = 0, jobsLost = 0 } = result;
  const { doubled = 0, eventsDoubled = 0, jobsDoubled = 0 } = result;
  const [first = "not needed"] = resumed;
  return row([
    ...cells,
    result.requests.toLocaleString("en"),
    failed > 0 && fault.mayRefuse ? `${failed} refused` : String(failed),
    String(lost + eventsLost + jobsLost),
    String(doubled + eventsDoubled + jobsDoubled),
    result.switches.length === 0 ? "" : `${longestMs.fence} (${longestMs.hold})`,
    first.replaceAll("|", "/"),
    result.after,
    result.state,
    result.isRight ? "right" : "WRONG",
  ]);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** What was done, not what was asked for. */
function loadOf(cases: readonly Case[]): string {
  const done = cases.flatMap(({ result }) => (result ? [result.perSecond] : []));
  const mean = (numbers: readonly number[]) =>
    Math.round(numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length));
  const writes = mean(done.map((one) => one.writes));
  const reads = mean(done.map((one) => one.reads));
  return `on average ${writes} writes and ${reads} reads a second that succeeded`;
}
