/** What a person sees at `/-/live` and `/-/ready`: the same as a probe, to read. */
import { type Drawing, html, type Html } from "../../app/page.ts";
import type { Check, Readiness } from "../health.ts";

export function drawLive(isOpen: boolean): Drawing {
  const title = isOpen ? "Live" : "Stopping";
  return { title, body: html`<h1>${title}</h1>`, status: isOpen ? 200 : 503 };
}

const TITLES: Readonly<Record<Readiness["status"], string>> = {
  ready: "Ready",
  "not ready": "Not ready",
  stopping: "Stopping",
};

export function drawReady({ status, checks }: Readiness): Drawing {
  const title = TITLES[status];
  const body = html`<h1>${title}</h1>
    ${
      checks.length === 0
        ? ""
        : html`<ul>
            ${checks.map(drawCheck)}
          </ul>`
    }`;
  return { title, body, status: status === "ready" ? 200 : 503 };
}

function drawCheck({ app, what, address, status, phase, problems }: Check): Html {
  const place = what === "database" ? "its database" : "its provider";
  return html`<li>
    <strong>${app}</strong>: ${place} <code>${address}</code>:
    ${status}${phase === undefined ? "" : ` (${phase})`}
    ${problems.map(
      ({ code, message, fix }) =>
        html`<p>${message}</p>
          <p class="quiet"><code>${code}</code> ${fix}</p>`,
    )}
  </li>`;
}
