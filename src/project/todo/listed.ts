/** What boundaries.todo means for findings: listed ones are old, and what is listed for nothing is a finding too. */
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import type { Boundaries, Crossing } from "../check/boundaries.ts";
import { type Finding, toFinding } from "../check/findings.ts";
import { type Compared, compareTies, distinct, permitsOf } from "./compare.ts";
import { MarcotError } from "../../errors.ts";
import { readTodo } from "./stored.ts";
import { type Tie, type Todo, TODO_FILE } from "./todo.ts";

export interface Listed {
  readonly findings: readonly Finding[];
  /** Why a finding is none, by the finding. */
  readonly reasons: ReadonlyMap<Finding, string>;
}

/** Of a project of ours. Without the file, or where it is of other units, all stays as it was found. */
export function applyTodo(folder: string, { findings, crossings }: Boundaries): Listed {
  const nothing = { findings, reasons: new Map<Finding, string>() };
  try {
    const todo = readTodo(folder);
    if (todo?.kind !== "marcot") return nothing;
    const exists = (file: string) => existsSync(join(folder, file));
    const unread = filesOf(findings.filter(({ id }) => id === "boundaries.E005"));
    const compared = compareTies({
      todo,
      found: crossings,
      exists,
      isUnread: ({ file }) => unread.has(file),
    });
    const told = staleFindings(compared, { todo, names: undefined });
    return { findings: [...findings, ...told], reasons: reasonsOf(compared, todo) };
  } catch (error) {
    if (!(error instanceof MarcotError)) throw error;
    return { ...nothing, findings: [...findings, unreadable(error)] };
  }
}

/** As boundaries.todo names them. */
export function filesOf(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(findings.map(({ where }) => where.file.replaceAll(sep, "/")));
}

function reasonsOf({ known, moved, allowed }: Compared<Crossing>, { allows }: Todo) {
  const permits = permitsOf(allows);
  return new Map([
    ...[...known, ...moved].map(({ finding }) => [finding, `listed in ${TODO_FILE}`] as const),
    ...allowed.map((tie) => [tie.finding, permits(tie)?.reason ?? ""] as const),
  ]);
}

function unreadable({ message, fix }: MarcotError): Finding {
  const [, line] = /^boundaries\.todo:(\d+) /.exec(message) ?? [];
  const where = line === undefined ? { file: TODO_FILE } : { file: TODO_FILE, line: Number(line) };
  return toFinding("boundaries.E007", where, message, fix);
}

interface Known {
  readonly todo: Todo;
  /** Of the units that there are; undefined where that is not asked. */
  readonly names: ReadonlySet<string> | undefined;
}

/** What stands in the file and means nothing any more, for each pair of units. */
export function staleFindings(
  { cured, moved }: Pick<Compared<Tie>, "cured" | "moved">,
  { todo, names }: Known,
): Finding[] {
  const where = { file: TODO_FILE };
  const isGone = (unit: string) => names?.has(unit) === false;
  const permits = permitsOf(todo.allows);
  const { covered = [], gone: left = [] } = Object.groupBy(cured, (tie) =>
    permits(tie) === undefined ? "gone" : "covered",
  );
  const pairs = Map.groupBy(left, ({ from, to }) => `${from} -> ${to}`);
  const lines = [...pairs].map(([pair, ties]) => {
    const gone = [...new Set(ties.flatMap(({ from, to }) => [from, to]))].filter(isGone);
    const what = `${pair}: ${count(ties.length, "line")} for what is not there any more: ${listOf(ties)}`;
    const hint =
      gone.length === 0
        ? "Well done: `marcot boundaries todo` takes them out."
        : `There is no ${gone.join(" and no ")} here. After a new name, \`marcot boundaries todo --add\` writes the lines anew.`;
    return toFinding("boundaries.W004", where, what, hint);
  });
  const files = moved.length === 0 ? [] : [renamed(distinct(moved).length)];
  const unknown = todo.allows
    .flatMap(({ from, to }) => [from, to])
    .filter((unit) => unit !== "*" && isGone(unit))
    .map((unit) => {
      const hint = "Correct its name, or take the line out.";
      return toFinding("boundaries.W005", where, `allow names ${unit}, which is no unit`, hint);
    });
  const needless = covered.length === 0 ? [] : [allowedNow(covered.length)];
  return [...lines, ...needless, ...files, ...unknown];
}

function allowedNow(number: number): Finding {
  const what = `${count(number, "line")} that an \`allow\` covers now`;
  const hint = "`marcot boundaries todo` takes them out.";
  return toFinding("boundaries.W004", { file: TODO_FILE }, what, hint);
}

function renamed(number: number): Finding {
  const what = `${count(number, "line")} with files that have another name now`;
  const hint = "`marcot boundaries todo` writes the new names.";
  return toFinding("boundaries.W004", { file: TODO_FILE }, what, hint);
}

/** More of one pair nobody reads. */
const NAMED = 3;

function listOf(ties: readonly Tie[]): string {
  const named = ties.slice(0, NAMED).map(({ what, file }) => `${what} (${file})`);
  const more = ties.length - named.length;
  return `${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
