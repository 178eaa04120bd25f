/** What a settings file says a name is, as far as that can be told without running it. */
import type { Place } from "../../types.ts";

/** An entry of a list, with the line on which it stands. */
export interface Item extends Place {
  readonly text: string;
}

export type Value =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "list"; readonly items: readonly Item[] };

export function itemsOf(value: Value | undefined): readonly Item[] {
  return value?.is === "list" ? value.items : [];
}

/** Every branch may be the one: lists are added up, of other values the first stays. */
export function either(one: Value | undefined, other: Value | undefined): Value | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.is === "text" && other.is === "text") return one;
  const seen = new Set<string>();
  const items = [...itemsOf(one), ...itemsOf(other)].filter(({ text, file, line }) => {
    const key = JSON.stringify([text, file, line]);
    return !seen.has(key) && seen.add(key);
  });
  return { is: "list", items };
}
