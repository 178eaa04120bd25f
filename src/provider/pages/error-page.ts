/** An error as a page: what it means and where to go, and below it what the people who run the site need. */
import { tell } from "../../app/failure.ts";
import { type Drawing, html } from "../../app/page.ts";
import type { MarcotError } from "../../errors.ts";

/** Whether the answer is for a person in front of a browser. Programs get a problem document. */
export function isForPerson(accept: string | undefined): boolean {
  return (accept ?? "").includes("text/html");
}

export function errorPage(error: MarcotError, home: string): Drawing {
  const { title, text } = tell(error);
  const body = html`<p class="quiet">${error.status}</p>
    <h1>${title}</h1>
    ${text ? html`<p>${text}</p>` : ""}
    <p><a href="${home}">Go to the first page</a></p>
    <details>
      <summary>For the people who run this site</summary>
      <dl>
        <dt>Code</dt>
        <dd><code>${error.code}</code></dd>
        <dt>What happened</dt>
        <dd>${error.message}</dd>
        <dt>What to do</dt>
        <dd>${error.fix}</dd>
        ${
          error.traceId === undefined
            ? ""
            : html`<dt>Trace</dt>
                <dd><code>${error.traceId}</code></dd>`
        }
      </dl>
    </details>`;
  return { title, body, status: error.status };
}
