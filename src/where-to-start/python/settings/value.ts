/** What a settings file says a name is, as far as that can be told without running it. */
import type { Place } from "../../types/source.ts";

/** An entry of a list, with the line on which it stands. */
export interface Item extends Place {
  readonly text: string;
}

export type Value =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "list"; readonly items: readonly Item[] };

/** No settings have more; lists that double themselves on every line would fill the memory. */
const ITEMS_MAX = 1000;
const LETTERS_MAX = 2000;

export function listOf(items: readonly Item[]): Value {
  return { is: "list", items: items.slice(0, ITEMS_MAX) };
}

export function textValue(text: string): Value {
  return { is: "text", text: text.slice(0, LETTERS_MAX) };
}

export function itemsOf(value: Value | undefined): readonly Item[] {
  return value?.is === "list" ? value.items : [];
}

/** Every branch may be the one: lists are added up, of other values the first stays. */
export function either(one: Value | undefined, other: Value | undefined): Value | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.is === "text" && other.is === "text") return one;
  const seen = new Set<string>();
  const items = [...itemsOf(one), ...itemsOf(other)].filter(({ text, file, line }) => {
    const key = `${line} ${file} ${text}`;
    return !seen.has(key) && seen.add(key);
  });
  return listOf(items);
}
