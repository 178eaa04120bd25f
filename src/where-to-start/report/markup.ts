/** What the parts of the page share. */
import type { html } from "hono/html";

/** A piece of HTML in which every value was escaped. */
export type Markup = ReturnType<typeof html>;

/** By which other parts of the page lead to a unit. */
export function idOf(name: string): string {
  return `unit-${name.replaceAll(/[^\w-]/g, "-")}`;
}
