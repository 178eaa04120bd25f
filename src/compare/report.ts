/** Findings as people and other programs read them. */
import { type Finding, isBreak, type Verdict } from "./finding.ts";
import type { Json } from "./schema/schema.ts";
import { ruleOf } from "./rules.ts";

export const FORMATS = ["text", "json", "github", "junit", "markdown"] as const;
export type Format = (typeof FORMATS)[number];

/** `paint` colours a verdict where the output is a terminal. */
export function report(
  findings: readonly Finding[],
  format: Format,
  file: string,
  paint: (verdict: Verdict, text: string) => string = (_, text) => text,
): string {
  const shown = findings.filter(({ verdict }) => verdict !== "safe");
  switch (format) {
    case "json":
      return JSON.stringify(findings, null, 2);
    case "github":
      return shown.map((one) => toGithub(one, file)).join("\n");
    case "junit":
      return toJunit(findings);
    case "markdown":
      return toMarkdown(shown, findings);
    default:
      return [...shown.map((one) => toText(one, paint)), summary(findings)].join("\n");
  }
}

function summary(findings: readonly Finding[]): string {
  const count = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict).length;
  const parts = [`${count("breaking")} breaking`];
  if (count("cannot-prove") > 0) parts.push(`${count("cannot-prove")} cannot be proved`);
  const warnings = count("warning");
  parts.push(`${warnings} ${warnings === 1 ? "warning" : "warnings"}`, `${count("safe")} safe`);
  return parts.join(", ");
}

const place = ({ where, side, pointer }: Finding) =>
  [where, side ?? "", pointer].filter((part) => part !== "").join(" ");

function toText(one: Finding, paint: (verdict: Verdict, text: string) => string): string {
  const word = one.verdict === "cannot-prove" ? "cannot prove" : one.verdict;
  const lines = [`${paint(one.verdict, word)} ${place(one)}: ${one.what} [${one.rule}]`];
  if (one.example !== undefined) {
    lines.push(`    ${sentenceOf(one)}  ${shortJson(one.example)}`);
  }
  if (one.touches !== undefined) {
    const named = one.touches.join(", ");
    lines.push(`    ${named === "" ? "breaking for nobody that is known" : `touches ${named}`}`);
  }
  if (isBreak(one)) lines.push(`    ${ruleOf(one.rule)?.advice ?? "Declare it in a new version."}`);
  return lines.join("\n");
}

function sentenceOf({ side }: Finding): string {
  return side === "request" ? "a caller may send" : "it may now answer";
}

/** Longer texts of one sign are no news: `"aaaa… (201)"`. */
export function shortJson(value: Json): string {
  return JSON.stringify(value).replaceAll(/(.)\1{40,}/g, (run: string, sign: string) => {
    return `${sign.repeat(4)}… (${run.length})`;
  });
}

function toGithub(one: Finding, file: string): string {
  const escape = (text: string) =>
    text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const level = isBreak(one) ? "error" : "warning";
  const example = one.example === undefined ? "" : `\n${sentenceOf(one)} ${shortJson(one.example)}`;
  const title = `contract ${one.rule}`;
  return `::${level} file=${escape(file)},title=${title}::${escape(`${place(one)}: ${one.what}${example}`)}`;
}

function toJunit(findings: readonly Finding[]): string {
  const escape = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const cases = findings.map((one) => {
    const open = `  <testcase classname="${escape(one.where)}" name="${escape(`${place(one)}: ${one.what}`)}"`;
    if (!isBreak(one)) return `${open}/>`;
    const example = one.example === undefined ? "" : shortJson(one.example);
    return `${open}>\n    <failure type="${one.rule}" message="${escape(one.what)}">${escape(example)}</failure>\n  </testcase>`;
  });
  const failures = findings.filter(isBreak).length;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuite name="contract" tests="${findings.length}" failures="${failures}">`,
    ...cases,
    `</testsuite>`,
  ].join("\n");
}

function toMarkdown(shown: readonly Finding[], findings: readonly Finding[]): string {
  if (shown.length === 0) return summary(findings);
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const rows = shown.map((one) => {
    const example = one.example === undefined ? "" : `\`${shortJson(one.example)}\``;
    return `| ${[one.verdict, place(one), one.what, String(one.rule), example].map(cell).join(" | ")} |`;
  });
  return [
    "| verdict | where | what | rule | example |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
    summary(findings),
  ].join("\n");
}
