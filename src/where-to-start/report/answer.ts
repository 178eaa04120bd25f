/** The top of the page: the answer, the three rules that it follows from, what to do next, what is missing. */
import { html } from "hono/html";
import type { Report, Unit } from "../types/report.ts";
import { GOOD, NO_EASY_BEGINNING } from "../score/score.ts";
import { command, cutsIdOf, linkToUnit, type Markup } from "./markup.ts";
import { commitsIn, plural } from "./plural.ts";
import { quoted } from "./quoted.ts";

export function drawAnswer(report: Report, ask: string): Markup {
  const { project, start, units, evidence } = report;
  const first = units.find(({ name }) => name === start.unit);
  return html`<header id="top">
    <p class="kicker">Where to start · ${project.name}</p>
    <h1>${headline(report)}</h1>
    <p class="lead">${first === undefined ? `${start.why}.` : praise(first)}</p>
    ${first === undefined ? "" : drawRules(first)}
    ${first === undefined ? "" : drawNext(report, { first, ask })}
    <p class="quiet">${summary(report)}</p>
    ${
      evidence.missing.length === 0
        ? ""
        : html`<ul class="missing">
            ${evidence.missing.map((one) => html`<li>${one}</li>`)}
          </ul>`
    }
  </header>`;
}

function headline({ start, units }: Report): Markup {
  if (units.length === 0) return html`There is nothing to move`;
  if (start.unit === null)
    return units.every(({ gate }) => gate !== undefined)
      ? html`Stay: none should move`
      : html`Too few to rank: look at each`;
  return html`Start with ${linkToUnit(start.unit)}, as a ${start.answer}`;
}

/** What is best may still be bad. */
function praise({ score }: Unit): string {
  const isGood = score.total >= GOOD;
  return `Score ${score.total.toFixed(0)} of 100${isGood ? "" : `: ${NO_EASY_BEGINNING}`}.`;
}

/** The sentences are those of the report, in the order in which it says them. */
function drawRules({ score, why, cuts, cutPoints, size }: Unit): Markup {
  const [needed = "", past = "", world = "", ties = "", ...measured] = why;
  const bill = `its bill: ${plural(cuts.length, "place")}, ${plural(cutPoints, "point")}, size ${size}`;
  return html`<ul class="rules">
    ${rule("How much it hurts", score.pain, [past, world, ...measured])}
    ${rule("How little breaks with it", 1 - score.critical, [needed])}
    ${rule("How small it is", score.small, [ties, bill])}
  </ul>`;
}

function rule(title: string, value: number | undefined, sentences: readonly string[]): Markup {
  return html`<li>
    <b>${title}</b> <span class="value">${value?.toFixed(2) ?? "?"}</span>
    <span class="bar" style="--v:${(100 * (value ?? 0)).toFixed(0)}%"></span>
    ${sentences.map((one) => html`<span class="line">${one}</span>`)}
  </li>`;
}

function drawNext(
  { start }: Report,
  { first: { name, kind }, ask }: { first: Unit; ask: string },
): Markup {
  const { runnerUp } = start;
  // An app of ours has a contract.
  const then =
    kind === "marcot app"
      ? html`ask what its move takes, in its project:
          <code>npx marcot extract plan ${quoted(name)}</code>`
      : html`ask for a first contract: ${command("--draft-contract", { name, ask })}`;
  return html`${
      runnerUp === null
        ? ""
        : html`<p><b>Runner-up:</b> ${linkToUnit(runnerUp.unit)}, ${runnerUp.why}.</p>`
    }
    <p><b>Next:</b> look at <a href="#${cutsIdOf(name)}">what is to be cut</a>, then ${then}.</p>`;
}

function summary({ project, units, repository, evidence }: Report): string {
  const parts = [plural(units.length, "unit"), plural(project.lines, "line")];
  if (repository !== undefined) {
    const { window, head, commits } = repository;
    parts.push(commitsIn(commits, window), `read at ${head.slice(0, 9)}`);
  }
  return [...parts, `confidence ${evidence.confidence}`].join(" · ");
}
