/** The page `/-/moves` of a project: how far each app is that moves. It refreshes itself while something happens. */
import { type Drawing, html, type Html } from "../../app/page.ts";

/** What is shown of a move: no password among it. */
export interface ShownMove {
  readonly app: string;
  /** `copying, 61 % of 1,204,331 rows` */
  readonly sentence: string;
  /** Whether it changes by itself: a copy is made, or a switch is under way. */
  readonly isBusy: boolean;
  /** The service's database, without its password. */
  readonly target: string;
  readonly service: string | null;
  readonly rows: { readonly copied: number; readonly total: number };
  readonly secondsLeft: number | null;
  readonly lag: { readonly bytes: number; readonly milliseconds: number | null } | null;
  readonly lastSwitch: ShownSwitch | undefined;
  readonly processes: readonly {
    readonly side: "project" | "service";
    readonly host: string;
    readonly pid: number;
    readonly apps: readonly string[];
  }[];
  readonly problems: readonly { readonly what: string; readonly fix: string }[];
  /** Commands that make sense now. */
  readonly next: readonly string[];
}

interface ShownSwitch {
  readonly holder: "project" | "service";
  readonly at: string;
  readonly holdMs: number;
  readonly fenceMs: number;
}

/** How a process asks how its apps move. Default: nothing moves. */
export type ReadMoves = () => Promise<readonly ShownMove[]>;

const BUSY_S = 2;
const CALM_S = 15;

/**
 * The header that a browser obeys without a script, and that a person can turn off: somebody who reads slowly, or
 * by a screen reader, would lose the place (WCAG 2.2.2).
 */
export function refreshOf(moves: readonly ShownMove[], isStill: boolean): string | undefined {
  if (isStill || moves.length === 0) return undefined;
  return String(moves.some(({ isBusy }) => isBusy) ? BUSY_S : CALM_S);
}

export function drawMoves(moves: readonly ShownMove[], isStill: boolean): Drawing {
  const body = html`<h1>Moves</h1>
    ${
      moves.length === 0
        ? html`<p>Nothing moves.</p>
            <p>
              <code>npx marcot extract plan APP</code> says what it would take to make an app a
              service.
            </p>`
        : stillness(isStill)
    }
    ${moves.map(drawMove)}`;
  return { title: "Moves", body };
}

function stillness(isStill: boolean): Html {
  return isStill
    ? html`<p class="quiet">As it was when you came. <a href="moves">Keep it up to date</a></p>`
    : html`<p class="quiet">Up to date by itself. <a href="moves?still">Hold it still</a></p>`;
}

function drawMove(move: ShownMove): Html {
  const { app, sentence, problems, next } = move;
  return html`<section class="card" aria-labelledby="move-${app}">
    <h2 id="move-${app}">${app}</h2>
    <p>${sentence}</p>
    ${move.isBusy && move.rows.total > 0 ? drawProgress(move) : ""}
    ${problems.map(
      ({ what, fix }) =>
        html`<div class="notice wrong">
          <p>${what}</p>
          <p class="quiet">${fix}</p>
        </div>`,
    )}
    <dl>
      ${factsOf(move).map(
        ([name, fact]) =>
          html`<dt>${name}</dt>
            <dd>${fact}</dd>`,
      )}
    </dl>
    ${
      next.length === 0
        ? ""
        : html`<h3>What comes next</h3>
            ${next.map((command) => html`<pre><code>${command}</code></pre>`)}`
    }
  </section>`;
}

function drawProgress({ app, rows: { copied, total }, secondsLeft }: ShownMove): Html {
  const left = secondsLeft === null ? "" : `, about ${secondsLeft} s left`;
  const percent = Math.floor((100 * Math.min(copied, total)) / total);
  return html`<p>
    <label for="rows-${app}">${many(copied)} of ${many(total)} rows${left}</label>
    <progress id="rows-${app}" max="${total}" value="${Math.min(copied, total)}">
      ${percent} %
    </progress>
  </p>`;
}

function factsOf(move: ShownMove): [string, string | Html][] {
  const { target, service, lag, lastSwitch, processes } = move;
  const facts: [string, string | Html][] = [["Database", html`<code>${target}</code>`]];
  if (service !== null) facts.push(["Service", html`<code>${service}</code>`]);
  if (lag !== null) facts.push(["Behind by", lagOf(lag)]);
  if (lastSwitch !== undefined) facts.push(["Last switch", switchOf(lastSwitch)]);
  if (processes.length > 0) facts.push(["Processes", processesOf(processes)]);
  return facts;
}

function lagOf({ bytes, milliseconds }: NonNullable<ShownMove["lag"]>): string {
  const time = milliseconds === null ? "" : `, ${many(Math.round(milliseconds))} ms`;
  return `${many(bytes)} bytes${time}`;
}

function switchOf({ holder, at, holdMs, fenceMs }: ShownSwitch): Html {
  const [held, fenced] = [holdMs, fenceMs].map((ms) => `${many(Math.round(ms))} ms`);
  return html`to the ${holder}, <time datetime="${at}">${at}</time>; writes waited ${held} at most,
    ${fenced} of it in the database`;
}

function processesOf(processes: ShownMove["processes"]): Html {
  return html`<ul>
    ${processes.map(
      ({ side, host, pid, apps }) =>
        html`<li>${host}, ${pid}: of the ${side}, with ${apps.join(", ")}</li>`,
    )}
  </ul>`;
}

function many(count: number): string {
  return count.toLocaleString("en");
}
