/** From what was seen while tests ran to the text of `uses.lock`: the same for the same uses, in any order. */
import { canonical } from "./lock.ts";
import type { UsesLock } from "./uses.ts";

/** A line of a recording. */
export interface SeenUse {
  readonly caller: string;
  readonly app: string;
  readonly version: string;
  /** Of the endpoint. */
  readonly name: string;
  /** Undefined: it was called. */
  readonly part?: { readonly read: string } | { readonly sent: string } | undefined;
}

/** What one app was seen to use; undefined where it called nobody. `lines` is JSON, a line each. */
export function usesSeen(lines: string, caller: string): UsesLock | undefined {
  const parts = new Map<string, { readonly reads: Set<string>; readonly sends: Set<string> }>();
  for (const line of lines.split("\n").filter((text) => text !== "")) {
    const seen = JSON.parse(line) as SeenUse; // written by `testing/uses`
    if (seen.caller !== caller) continue;
    const key = `${seen.app} ${seen.version} ${seen.name}`;
    const found = parts.get(key) ?? { reads: new Set(), sends: new Set() };
    parts.set(key, found);
    if (seen.part === undefined) continue;
    if ("read" in seen.part) found.reads.add(seen.part.read);
    else found.sends.add(seen.part.sent);
  }
  const uses: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const [key, { reads, sends }] of parts) {
    const [app = "", version = "", name = ""] = key.split(" ");
    const versions = (uses[app] ??= {});
    (versions[version] ??= {})[name] = { reads: least(reads), sends: least(sends) };
  }
  return parts.size === 0 ? undefined : (uses as UsesLock);
}

/** Sorted, without what a `*` says already. */
function least(paths: ReadonlySet<string>): string[] {
  const wholes = [...paths].filter((path) => path.endsWith("*")).map((path) => path.slice(0, -1));
  const isSaid = (path: string) =>
    wholes.some((whole) => path.startsWith(whole) && path !== `${whole}*`);
  return [...paths].filter((path) => !isSaid(path)).toSorted();
}

export function usesText(uses: UsesLock): string {
  return canonical(uses);
}
