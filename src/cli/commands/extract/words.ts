/** What people read of a move: how it stands, and what a step has done. */
import { shownDatabase } from "../../../data/database.ts";
import type { Status, Switched, TableStatus, Verified } from "../../../extract/types.ts";
import { bar, percent } from "../../terminal/progress.ts";
import { style, toColumns } from "../../terminal/style.ts";
import { ago, span } from "../../terminal/time.ts";

export function many(count: number): string {
  return count.toLocaleString("en");
}

/** `1 row`, `2 rows`. */
export function plural(count: number, word: string): string {
  return `${many(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** `214 MB`, in the largest unit that is full. Powers of 1024, as PostgreSQL counts. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${many(Math.round(bytes / 1024 ** power))} ${units[power] ?? ""}`;
}

export function rounded(milliseconds: number): string {
  return `${many(Math.round(milliseconds))} ms`;
}

/** `600 ms`, `38 s`: a second more or less is much of the one, and nothing of the other. */
export function pauseText(milliseconds: number): string {
  return milliseconds < SECONDS_FROM_MS ? rounded(milliseconds) : span(milliseconds);
}

const SECONDS_FROM_MS = 2_000;

/** An embedded server ends with the last command or service that uses it, and nothing arrives there then. */
export function followsText(target: string): string {
  const when = target.startsWith("embedded:") ? " while its service runs, or --serve does" : "";
  return `its copy follows${when}`;
}

/** As wide as the longest: they are told one after the other, and stand below each other. */
const FACT_CHARS = "problem".length;

/** Facts of a step: `  held  writes waited 61 ms at most`. */
export function facts(rows: readonly (readonly [name: string, fact: string])[]): string[] {
  return rows.map(([name, fact]) => `  ${style("green", name.padEnd(FACT_CHARS))}  ${fact}`);
}

export function switchedFacts({ holdMs, fenceMs, attempts }: Switched): [string, string][] {
  const tries = attempts === 1 ? "" : `, at the ${ordinal(attempts)} attempt`;
  return [
    ["held", `writes waited ${rounded(holdMs)} at most${tries}`],
    ["fenced", `its tables were locked for ${rounded(fenceMs)} of that; reads went on`],
  ];
}

function ordinal(count: number): string {
  return `${count}${{ 1: "st", 2: "nd", 3: "rd" }[count] ?? "th"}`;
}

/** Where the app is by now, in a sentence. */
export function whereLine(app: string, holder: Switched["holder"], service: string | null): string {
  const at = service === null ? "" : ` at ${style("underline", service)}`;
  const where = holder === "service" ? `provided by the service${at}` : "provided by the project";
  return `${style("bold", app)} is ${where}`;
}

export function verifiedLines(app: string, verified: Verified): string[] {
  const { tables, rows, different, milliseconds } = verified;
  const head = ["TABLE", "WRITTEN SIDE", "OTHER SIDE", "DIFFERENT"].map((title) =>
    style("dim", title),
  );
  const cells = tables.map((one) => [
    one.table,
    many(one.holderRows),
    many(one.followerRows),
    one.different.length === 0 ? "0" : style("red", `${one.different.join("; ")}`),
  ]);
  const verdict =
    different === 0
      ? style("green", `${app} is the same on both sides`)
      : style("red", `${plural(different, "row")} of ${app} differ`);
  const cost = style("dim", `${plural(rows, "row")} compared in ${span(milliseconds)}`);
  return [...toColumns([head, ...cells]), "", `${verdict}  ${cost}`];
}

export function statusLines(status: Status): string[] {
  const { app, sentence, move, rows, lag, secondsLeft, tables, processes } = status;
  const left = secondsLeft === null ? "" : `  ${span(secondsLeft * 1000)} left`;
  const share = `${bar(rows.copied, rows.total)}  ${percent(rows.copied, rows.total)} %`;
  const isCopying = move?.state === "copying";
  return [
    `${style("bold", app)}  ${sentence}`,
    ...(isCopying ? [`  ${share}  ${many(rows.copied)} of ${many(rows.total)} rows${left}`] : []),
    ...(move === undefined ? [] : toColumns(factsOf(status)).map((line) => `  ${line}`)),
    ...(isCopying ? tableLines(tables) : []),
    ...(lag === null ? [] : [`  ${lagOf(lag)}`]),
    ...processLines(processes),
    ...status.problems.flatMap(({ what, fix }) => [
      `  ${style("yellow", "problem")}  ${what}`,
      `           ${fix}`,
    ]),
    ...nextLines(status.next),
  ];
}

function factsOf({ move, coordinator }: Status): string[][] {
  if (move === undefined) return [];
  const { target, service, info, startedAt } = move;
  const last = info.lastSwitch;
  return [
    [style("dim", "database"), shownDatabase(target)],
    ...(service === null ? [] : [[style("dim", "service"), service]]),
    [style("dim", "begun"), ago(Date.now() - startedAt.getTime())],
    ...(last === undefined ? [] : [[style("dim", "switched"), lastOf(last)]]),
    ...(coordinator === null ? [] : [[style("dim", "worked on"), `by process ${coordinator}`]]),
  ];
}

function lastOf({ at, holder, holdMs }: Switched): string {
  return `${ago(Date.now() - Date.parse(at))}, to the ${holder}; writes waited ${rounded(holdMs)}`;
}

function lagOf({ bytes, milliseconds }: NonNullable<Status["lag"]>): string {
  const time = milliseconds === null ? "" : `, ${rounded(milliseconds)}`;
  return `${style("dim", "behind by")}  ${size(bytes)}${time}`;
}

function tableLines(tables: readonly TableStatus[]): string[] {
  if (tables.length === 0) return [];
  const head = ["TABLE", "STATE", "ROWS"].map((title) => style("dim", title));
  const cells = tables.map(({ table, state, copied, total }) => [
    table,
    state === "following" ? style("green", state) : state,
    `${many(copied)} of ${many(total)}`,
  ]);
  return toColumns([head, ...cells]).map((line) => `  ${line}`);
}

function processLines(processes: Status["processes"]): string[] {
  if (processes.length === 0) return [];
  const head = ["PROCESS", "SIDE", "APPS", "SINCE"].map((title) => style("dim", title));
  const cells = processes.map(({ side, host, pid, apps, since }) => [
    `${host}:${pid}`,
    side,
    apps.join(", "),
    ago(Date.now() - since.getTime()),
  ]);
  return toColumns([head, ...cells]).map((line) => `  ${line}`);
}

export function nextLines(next: readonly string[]): string[] {
  if (next.length === 0) return [];
  return [`  ${style("dim", "next")}`, ...next.map((command) => `    ${command}`)];
}

/** For scripts: as it is, but for the password. */
export function withoutSecrets(status: Status): Status {
  const { move } = status;
  if (move === undefined) return status;
  return { ...status, move: { ...move, target: shownDatabase(move.target) } };
}
