/** The frame around every page: one header, one way to move between the apps, one stylesheet. */
import { type Drawing, html, type Html } from "../../app/page.ts";

export interface MappedApp {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** The address of an app that has moved. */
  readonly place: string | undefined;
  /** Neither here nor anywhere that this process knows of. */
  readonly isAbsent: boolean;
}

export interface SiteMap {
  /** The project's name. */
  readonly name: string;
  readonly apps: readonly MappedApp[];
  /** The address of an app's pages. `root` is given where a project passed the request on. */
  hrefOf(app: string, root: string | undefined): string;
}

export interface LayoutParts {
  readonly drawing: Drawing;
  readonly map: SiteMap;
  readonly root: string;
  readonly isForwarded: boolean;
  readonly app: string | undefined;
}

export function layout({ drawing, map, root, isForwarded, app }: LayoutParts): Html {
  const hrefOf = (name: string) => `${map.hrefOf(name, isForwarded ? root : undefined)}/`;
  const links = map.apps
    .filter(({ isAbsent }) => isForwarded || !isAbsent)
    .map(({ name, title }) =>
      name === app
        ? html`<li><a href="${hrefOf(name)}" aria-current="page">${title}</a></li>`
        : html`<li><a href="${hrefOf(name)}">${title}</a></li>`,
    );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${titleOf(drawing, map)}</title>
        <link rel="icon" type="image/svg+xml" href="${root}/-/icon.svg" />
        <link rel="stylesheet" href="${root}/-/style.css" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <nav aria-label="Apps">
            <a class="home" href="${root}/">${map.name}</a>
            <ul>
              ${links}
            </ul>
          </nav>
        </header>
        <main id="main" tabindex="-1">${drawing.body}</main>
      </body>
    </html>`;
}

/** The first words are what a person reads in a row of tabs, and what a screen reader says first. */
function titleOf({ title, status = 200 }: Drawing, { name }: SiteMap): string {
  const whole = title === name ? name : `${title} · ${name}`;
  return status >= 400 ? `Error: ${whole}` : whole;
}
