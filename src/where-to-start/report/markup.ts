/** What the parts of the page share. */
import { html } from "hono/html";
import type { Unit } from "../types/report.ts";
import { quoted } from "./quoted.ts";

/** A piece of HTML in which every value was escaped. */
export type Markup = ReturnType<typeof html>;

/** By which other parts of the page lead to a unit. No two names have the same. */
export function idOf(name: string): string {
  return `unit-${encodeURIComponent(name.toWellFormed())}`;
}

/** Leads to its bill. */
export function cutsIdOf(name: string): string {
  return `cuts-${encodeURIComponent(name.toWellFormed())}`;
}

export function linkToUnit(name: string): Markup {
  return html`<a href="#${idOf(name)}">${name}</a>`;
}

/** Classes of the stylesheet: `s0` to `s5`, one for ten points of the score; `gate` for who is not ranked. */
export function colourOf({ rank, score }: Unit): string {
  if (rank === undefined) return "gate";
  return `s${Math.min(5, Math.max(0, Math.floor((score.total - 30) / 10)))}`;
}

/** The command that prints all of what the page shortens. `ask`: the one that made the page, without a question. */
export function command(
  option: "--cuts" | "--why" | "--draft-contract",
  { name, ask }: { readonly name: string; readonly ask: string },
): Markup {
  return html`<code>${ask} ${option} ${quoted(name)}</code>`;
}
