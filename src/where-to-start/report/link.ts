/** Where a place or a commit can be looked at: at the code's host, where the origin is one that is known. */
import { html } from "hono/html";
import type { Report } from "../types/report.ts";
import type { Place } from "../types/source.ts";
import type { Markup } from "./markup.ts";

export interface Links {
  place(at: Place): Markup;
  commit(id: string): Markup;
}

interface Host {
  /** Between the repository and a commit's id, and between the id and a file. */
  readonly blob: string;
  readonly line: string;
  readonly commit: string;
}

const HOSTS: Readonly<Record<string, Host>> = {
  "github.com": { blob: "/blob/", line: "#L", commit: "/commit/" },
  "gitlab.com": { blob: "/-/blob/", line: "#L", commit: "/-/commit/" },
  "bitbucket.org": { blob: "/src/", line: "#lines-", commit: "/commits/" },
  "codeberg.org": { blob: "/src/commit/", line: "#L", commit: "/commit/" },
};

/** So much of a commit's id is enough for a host, and there are thousands of links. */
const ID = 12;

/** So much of it is enough for people. */
const SHORT_ID = 9;

export function linksOf({ repository }: Report): Links {
  const base = repository?.origin;
  const host = base !== undefined && URL.canParse(base) ? hostOf(new URL(base)) : undefined;
  if (repository === undefined || base === undefined || host === undefined) return unlinked;
  const head = repository.head.slice(0, ID);
  const files = `${base}${host.blob}${head}/${encoded(repository.prefix)}`;
  return {
    place: ({ file, line }) =>
      html`<a href="${files}${encoded(file)}${host.line}${line}">${file}:${line}</a>`,
    commit: (id) =>
      html`<a href="${base}${host.commit}${id.slice(0, ID)}">${id.slice(0, SHORT_ID)}</a>`,
  };
}

function hostOf({ protocol, hostname }: URL): Host | undefined {
  return protocol === "https:" && Object.hasOwn(HOSTS, hostname) ? HOSTS[hostname] : undefined;
}

const unlinked: Links = {
  place: ({ file, line }) => html`<code>${file}:${line}</code>`,
  commit: (id) => html`<code>${id.slice(0, SHORT_ID)}</code>`,
};

function encoded(file: string): string {
  return file.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
