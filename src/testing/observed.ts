/**
 * A reply that tells what is read of it. To the code that has it, it is the reply: the same values, lists that
 * are lists, dates that are dates.
 */
import type { LockSchema } from "../lock/document.ts";
import { fieldPath, fieldsIn, itemIn, itemPath, wholePath } from "../lock/narrow.ts";

export interface Observing {
  readonly schema: LockSchema;
  /** Where in the reply: `items[]`. */
  readonly path: string;
  /** Hears of each path that is read. */
  readonly note: (path: string) => void;
}

/** What each observed object was made of, and how all of it is noted. */
const observedOf = new WeakMap<object, { readonly bare: object; readonly noteAll: () => void }>();

/** Only fields that the contract declares have paths: names that are data would be others each time. */
export function observed(value: unknown, { schema, path, note }: Observing): unknown {
  const item = itemIn(schema);
  if (Array.isArray(value) && item !== undefined) {
    const inside = { schema: item, path: itemPath(path), note };
    return value.map((one) => observed(one, inside));
  }
  const fields = fieldsIn(schema);
  if (fields === undefined || typeof value !== "object" || value === null) return value;
  const noteAll = () => note(wholePath(path));
  const noteKey = (key: string | symbol) => {
    if (typeof key !== "string" || !Object.hasOwn(fields, key)) return;
    const inner = fieldPath(path, key);
    if (inner === undefined) noteAll();
    else note(inner);
  };
  // A copy: the reply may be frozen, and a proxy may not answer otherwise than a frozen object.
  const bare = Object.entries(value).map(([key, part]) => {
    const inner = fields[key];
    const place = fieldPath(path, key);
    const isDeep = inner !== undefined && place !== undefined;
    return [key, isDeep ? observed(part, { schema: inner, path: place, note }) : part] as const;
  });
  const proxy = new Proxy(Object.fromEntries(bare), {
    get(target, key, receiver) {
      noteKey(key);
      return Reflect.get(target, key, receiver);
    },
    has(target, key) {
      noteKey(key);
      return Reflect.has(target, key);
    },
    getOwnPropertyDescriptor(target, key) {
      noteKey(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    // Spreading, JSON.stringify, Object.keys: whoever lists the names has all of them.
    ownKeys(target) {
      noteAll();
      return Reflect.ownKeys(target);
    },
  });
  observedOf.set(proxy, { bare: value, noteAll });
  return proxy;
}

/** `structuredClone` refuses proxies, and an app must not notice that its replies are observed. */
export function cloneObserved(clone: typeof structuredClone): typeof structuredClone {
  return (value, options) => clone(bareOf(value, new Map()), options);
}

/** The value with each observed object as it was, which is then read as a whole. */
function bareOf<T>(value: T, known: Map<unknown, unknown>): T {
  if (typeof value !== "object" || value === null) return value;
  if (!known.has(value)) fill(value, known);
  return known.get(value) as T; // made of the value itself
}

function fill(value: object, known: Map<unknown, unknown>): void {
  const found = observedOf.get(value);
  if (found !== undefined) {
    found.noteAll();
    // What the app has written into it since is there too.
    known.set(value, {});
    Object.assign(known.get(value) as object, entriesOf(value, known));
  } else if (Array.isArray(value)) {
    const items: unknown[] = [];
    known.set(value, items);
    for (const item of value) items.push(bareOf(item, known));
  } else if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    known.set(value, copy);
    for (const [key, item] of value) copy.set(bareOf(key, known), bareOf(item, known));
  } else if (value instanceof Set) {
    const copy = new Set<unknown>();
    known.set(value, copy);
    for (const item of value) copy.add(bareOf(item, known));
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    const copy: Record<string, unknown> = {};
    known.set(value, copy);
    Object.assign(copy, entriesOf(value, known));
  } else {
    known.set(value, value);
  }
}

function entriesOf(value: object, known: Map<unknown, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, bareOf(part, known)] as const),
  );
}
