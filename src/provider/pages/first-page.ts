/** What stands at `/` of a project: its apps; or, while there are none, what to do next. And its `/-/`. */
import { type Drawing, html, type Html } from "../../app/page.ts";
import type { SiteMap } from "./layout.ts";
import type { ShownMove } from "./moves-page.ts";

export function drawFirstPage(
  { name, apps, hrefOf }: SiteMap,
  moves: readonly ShownMove[],
): Drawing {
  const provided = apps.filter(({ isAbsent }) => !isAbsent);
  const cards = provided.map(
    (app) =>
      html`<li>
        <h2><a href="${hrefOf(app.name, undefined)}/">${app.title}</a></h2>
        ${app.summary ? html`<p>${app.summary}</p>` : ""}
        ${app.place ? html`<p class="quiet">It is provided at <code>${app.place}</code>.</p>` : ""}
      </li>`,
  );
  const body = html`<h1>${name}</h1>
    ${
      apps.length === 0
        ? welcome()
        : html`<ul class="cards">
            ${cards}
          </ul>`
    }
    ${
      moves.length === 0
        ? ""
        : html`<p class="notice">
            ${moves.map(({ app, sentence }) => html`${app}: ${sentence}. `)}
            <a href="/-/moves">How they move</a>
          </p>`
    }`;
  return { title: name, body };
}

/** What stands at `/-/` of a project: the way to the contract of each app. */
export function drawContracts({ apps, hrefOf }: SiteMap): Drawing {
  const provided = apps.filter(({ isAbsent }) => !isAbsent);
  const links = provided.map(
    ({ name, title }) => html`<li><a href="${hrefOf(name, undefined)}/-/">${title}</a></li>`,
  );
  const body = html`<h1>Contracts</h1>
    <ul>
      ${links}
    </ul>`;
  return { title: "Contracts", body };
}

function welcome(): Html {
  return html`<p>The project runs, and has no apps yet. Make the first one:</p>
    <ol>
      <li>
        In the project's folder, run <code>npx marcot startapp hello</code>. It writes a small app
        into <code>apps/hello/</code>.
      </li>
      <li>Name it in <code>settings.ts</code>: <code>apps: ["hello"]</code></li>
      <li>
        Start the project again: Ctrl-C, then <code>npm start</code>. The app is at
        <code>/hello/</code>.
      </li>
    </ol>
    <p><code>npx marcot --help</code> lists the other commands.</p>`;
}
