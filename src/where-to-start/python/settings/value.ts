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
  const before = itemsOf(one);
  // What is full takes no more: looked through again at each line, long settings would take their square.
  if (one.is === "list" && before.length >= ITEMS_MAX) return one;
  const { keys: seen, lists } = knownOf(one);
  if (lists.has(other)) return one;
  const more: Item[] = [];
  for (const item of itemsOf(other)) {
    const key = keyOf(item);
    if (seen.has(key)) continue;
    seen.add(key);
    more.push(item);
  }
  lists.add(other);
  if (one.is === "list" && more.length === 0) return one;
  const all = listOf([...before, ...more]);
  // The longer list is what is added to next.
  known.delete(one);
  known.set(all, { keys: seen, lists });
  return all;
}

interface Known {
  readonly keys: Set<string>;
  /** What was added whole. */
  readonly lists: WeakSet<Value>;
}

const known = new WeakMap<Value, Known>();

function knownOf(value: Value): Known {
  const found = known.get(value) ?? {
    keys: new Set(itemsOf(value).map(keyOf)),
    lists: new WeakSet(),
  };
  known.set(value, found);
  return found;
}

function keyOf({ text, file, line }: Item): string {
  return `${line} ${file} ${text}`;
}
