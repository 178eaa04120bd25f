/** What people read of `marcot can-i-deploy`: the matrix, what breaks, and the answer in a sentence. */
import { shortOf } from "../../deploy/apps-at.ts";
import type { Broken } from "../../deploy/judge.ts";
import type { Matrix, Row } from "../../deploy/matrix.ts";
import { shortJson } from "../../lock/compared.ts";
import { expectedText } from "../../project/check/check-lock.ts";
import { style, toColumns } from "./style.ts";

const VERDICTS = {
  yes: style("green", "yes"),
  warning: style("yellow", "yes, with warnings"),
  unknown: style("yellow", "unknown"),
  no: style("red", "NO"),
} as const;

const HEAD = ["CONSUMER", "AT", "USES", "PROVIDER", "AT", "VERDICT"];

export interface Answer {
  readonly isNo: boolean;
  /** The file that says what runs, if there is none. */
  readonly missing: string | undefined;
}

export function matrixLines(matrix: Matrix, answer: Answer): string[] {
  const { rows, environment, absent, isNew } = matrix;
  const lines: string[] = [];
  if (rows.length > 0) {
    const cells = rows.map((row) => [
      style("bold", row.consumer),
      placeOf(row.at),
      usesOf(row.uses),
      row.provider,
      row.from === undefined ? placeOf(row.providerAt) : row.from === "live" ? "live" : "pulled",
      VERDICTS[row.verdict],
    ]);
    const [head = "", ...table] = toColumns([HEAD.map((title) => style("dim", title)), ...cells]);
    lines.push(head);
    for (const [index, line] of table.entries())
      lines.push(line, ...detailsOf(rows[index] as Row).map((text) => `  ${text}`));
    lines.push("");
  }
  const { missing } = answer;
  if (missing) lines.push(`${missing} is missing: what runs in ${environment} is unknown.`);
  for (const app of missing ? [] : isNew)
    lines.push(`${app} is not deployed in ${environment} yet.`);
  for (const app of absent)
    lines.push(`${app} calls it at this commit, and is not deployed in ${environment}.`);
  return [...lines, ...sentences(matrix, answer)];
}

function placeOf(commit: string | undefined): string {
  return commit === undefined ? "-" : shortOf(commit);
}

const USES_MAX = 3;

function usesOf(uses: readonly string[]): string {
  const more = uses.length - USES_MAX;
  const named = uses.slice(0, USES_MAX).join(", ");
  return more > 0 ? `${named} and ${more} more` : named || "-";
}

function detailsOf({ consumer, provider, from, why, broken, spared }: Row): string[] {
  const lines = broken.flatMap((one) => [
    breakLine(one),
    ...messageLines(one, consumer, provider),
    ...(one.accepted === undefined ? [] : [`  the lock accepts it: ${one.accepted}`]),
  ]);
  for (const { where, side, what, rule, because } of spared)
    lines.push(style("dim", `${where} ${side}: ${what} [${rule}]; ${consumer} ${because}`));
  if (typeof from === "object") lines.push(`by ${from.file}, pulled ${agoOf(from.at)}`);
  return why === undefined ? lines : [...lines, why];
}

const DAY_MS = 86_400_000;

function agoOf(moment: string): string {
  const days = Math.floor((Date.now() - Date.parse(moment)) / DAY_MS);
  return days < 1 ? "today" : `${days} ${days === 1 ? "day" : "days"} ago`;
}

function breakLine({ where, side, what, rule, isBreak, isUnproved, file, line }: Broken): string {
  const verdict = isUnproved ? "cannot prove" : isBreak ? "breaking" : "warning";
  const word = style(isBreak ? "red" : "yellow", verdict);
  const name = rule === undefined ? what : `${[where, side].filter(Boolean).join(" ")}: ${what}`;
  return `${word} ${name}${rule ? ` [${rule}]` : ""}, used at ${file}:${line}`;
}

function messageLines(
  { side, witness, expects }: Broken,
  consumer: string,
  provider: string,
): string[] {
  const [sender, receiver] = side === "request" ? [consumer, provider] : [provider, consumer];
  return [
    ...(witness === undefined ? [] : [`  ${sender} may send: ${shortJson(witness)}`]),
    ...(expects === undefined ? [] : [`  ${receiver} expects: ${expectedText(expects)}`]),
  ];
}

function sentences(matrix: Matrix, answer: Answer): string[] {
  const { rows, apps, environment, commit } = matrix;
  const subject = `${apps.join(" and ")} at ${shortOf(commit)}`;
  const unknown = rows.filter(({ verdict }) => verdict === "unknown").length;
  const broken = rows.filter(({ verdict }) => verdict === "no");
  const parts = [unknown > 0 ? `${unknown} unknown` : "", answer.missing ? "no record" : ""];
  const doubt = parts.filter(Boolean).join(", ");
  if (!answer.isNo) {
    const yes = `${style("green", "Yes.")} ${subject} gets along with what runs in ${environment}`;
    return [doubt ? `${yes}, as far as is known (${doubt}; --strict makes that a no).` : `${yes}.`];
  }
  if (broken.length === 0)
    return [
      `${style("red", "No.")} Not everything is known (${doubt}), and --strict asks for that.`,
    ];
  const pairs = broken.map(({ consumer, provider }) => `${consumer} with ${provider}`);
  const no = `${style("red", "No.")} ${subject} would break ${[...new Set(pairs)].join(", ")} in ${environment}.`;
  return [no, ...adviceFor(matrix, broken)];
}

function adviceFor({ apps, first, commit, others }: Matrix, broken: readonly Row[]): string[] {
  const advice = first.map(({ app, as }) => {
    const rule = as === "callers" ? "callers first for removals" : "providers first for additions";
    return `Deploy ${app} at ${shortOf(commit)} first: ${rule}.`;
  });
  const partners = broken.map(({ consumer, provider }) =>
    apps.includes(consumer) ? provider : consumer,
  );
  const foreign = [...new Set(partners)].filter((name) => others.includes(name));
  if (foreign.length > 0)
    advice.push(`${foreign.join(" and ")} comes from another repository: use what it serves.`);
  const stuck = [...new Set(partners)].filter(
    (name) => !others.includes(name) && !first.some(({ app }) => app === name),
  );
  if (stuck.length === 0) return advice;
  return [
    ...advice,
    `${stuck.join(" and ")} at ${shortOf(commit)} cannot go first either: keep the version as it was, and declare the change in a new one.`,
  ];
}
