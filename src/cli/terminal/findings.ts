/** Findings of `check` as people, scripts and the pages of a forge read them. */
import { posix, sep } from "node:path";
import type { Format } from "../../lock/compared.ts";
import { type ContractFinding, detailsOf } from "../../project/check/check-lock.ts";
import type { Checked } from "../../project/check/check.ts";
import { repositoryOf } from "../../project/git.ts";
import { cleanText } from "../../where-to-start/report/clean.ts";
import { style } from "./style.ts";

export interface ReportOptions {
  readonly format: Format;
  /** The project. */
  readonly folder: string;
}

export async function report(told: Checked, { format, folder }: ReportOptions): Promise<string> {
  const findings = told.findings.map(cleaned);
  const silenced = told.silenced.map((one) => ({ ...cleaned(one), reason: cleanText(one.reason) }));
  const checked = { ...told, findings, silenced };
  switch (format) {
    case "json":
      return JSON.stringify(checked, null, 2);
    case "github":
      return toGithub(findings, await prefixOf(folder));
    case "junit":
      return toJunit(findings);
    case "markdown":
      return toMarkdown(checked);
    default:
      return [...findings.map(toText), toSummary(checked)].join("\n");
  }
}

/** Names in them, and all of boundaries.todo, may be of strangers. */
function cleaned(finding: ContractFinding): ContractFinding {
  const { where, what, hint } = finding;
  const place = { ...where, file: cleanText(where.file) };
  return { ...finding, where: place, what: cleanText(what), hint: cleanText(hint) };
}

/** A forge counts paths from the top of the repository. */
async function prefixOf(folder: string): Promise<string> {
  try {
    return (await repositoryOf(folder))?.prefix ?? "";
  } catch {
    return ""; // what git says against it is a finding already
  }
}

function placeOf({ where: { file, line } }: ContractFinding): string {
  return line === undefined ? file : `${file}:${line}`;
}

function toText(finding: ContractFinding): string {
  const { id, level, what, hint } = finding;
  const colour = level === "error" ? "red" : "yellow";
  return [
    `${style("bold", placeOf(finding))}: ${style(colour, `(${id})`)} ${what}`,
    ...detailsOf(finding).map((line) => `    ${line}`),
    `    ${style("dim", "hint:")} ${hint}`,
  ].join("\n");
}

function toSummary({ findings, silenced, contracts }: Checked): string {
  const isSilenced = silenced.length === 0 ? "" : `, ${silenced.length} silenced`;
  const errors = findings.filter(({ level }) => level === "error").length;
  const warnings = findings.length - errors;
  const counts =
    findings.length === 0
      ? "no findings"
      : `${plural(errors, "error")}, ${plural(warnings, "warning")}`;
  return [
    ...(findings.length === 0 ? [] : [""]),
    ...(contracts.length === 0 ? [] : [style("dim", comparedOf(contracts))]),
    `${counts}${isSilenced}`,
  ].join("\n");
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** `contracts: faq, tickets compared with main@3f2c1d0; notes not compared (no contract.lock)` */
function comparedOf(contracts: Checked["contracts"]): string {
  const groups = Map.groupBy(contracts, ({ since, why }) =>
    since === undefined ? `not compared (${why ?? ""})` : `compared with ${since}`,
  );
  const parts = [...groups].map(([how, apps]) => `${apps.map(({ app }) => app).join(", ")} ${how}`);
  const accepted = contracts.reduce((sum, one) => sum + one.accepted, 0);
  const meant = accepted === 0 ? "" : `; ${plural(accepted, "break")} accepted by the lock`;
  return `contracts: ${parts.join("; ")}${meant}`;
}

function toGithub(findings: readonly ContractFinding[], prefix: string): string {
  const text = (part: string) =>
    part.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (part: string) => text(part).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const lines = findings.map((finding) => {
    const { id, level, what, hint, where } = finding;
    const file = posix.join(prefix, where.file.replaceAll(sep, "/"));
    const line = where.line === undefined ? "" : `,line=${where.line}`;
    const message = [what, ...detailsOf(finding), hint].join("\n");
    return `::${level} file=${property(file)}${line},title=${id}::${text(message)}`;
  });
  return lines.join("\n");
}

/** A warning is a case that passed: the build does not fail by it. */
function toJunit(findings: readonly ContractFinding[]): string {
  const errors = findings.filter(({ level }) => level === "error");
  const cases = findings.map((finding) => {
    const { id, level, what, hint } = finding;
    const open = `  <testcase classname="${id}" name="${xml(`${placeOf(finding)}: ${what}`)}">`;
    const body = xml([what, ...detailsOf(finding), hint].join("\n"));
    const told =
      level === "error"
        ? `<failure type="${id}" message="${xml(what)}">${body}</failure>`
        : `<system-out>${body}</system-out>`;
    return `${open}${told}</testcase>`;
  });
  // Some readers take a suite without a case for one that did not run.
  const all = cases.length > 0 ? cases : [`  <testcase classname="marcot" name="check"/>`];
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuite name="marcot check" tests="${all.length}" failures="${errors.length}">`,
    ...all,
    `</testsuite>`,
  ].join("\n");
}

function xml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // oxlint-disable-next-line no-control-regex -- XML 1.0 has no way to write these.
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "�")
  );
}

function toMarkdown(checked: Checked): string {
  const { findings, contracts } = checked;
  const cell = (text: string) =>
    text
      .replaceAll("\\", "\\\\")
      .replaceAll("|", "\\|")
      .replaceAll("<", "&lt;")
      .replaceAll("\n", "<br>");
  const rows = findings.map((finding) => {
    const { id, level, what, hint } = finding;
    const told = [what, ...detailsOf(finding)].join("\n");
    return `| ${[level, placeOf(finding), id, told, hint].map(cell).join(" | ")} |`;
  });
  const table = ["| level | where | finding | what | to do |", "| --- | --- | --- | --- | --- |"];
  return [
    ...(rows.length === 0 ? ["No findings."] : [...table, ...rows]),
    ...(contracts.length === 0 ? [] : ["", cell(comparedOf(contracts))]),
  ].join("\n");
}
