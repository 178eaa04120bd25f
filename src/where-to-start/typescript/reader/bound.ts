/** What a name of a file is that the file imports. */
import { remembered } from "../../python/resolve/remembered.ts";
import type { FileFacts } from "../../types/source.ts";

export interface Bound {
  readonly from: string;
  /** What it is called there; `*` for all of it. */
  readonly name: string;
}

/** Each file is gone through once, however much it asks. */
export type BoundIn = (file: string, name: string) => Bound | undefined;

export function boundIn(files: ReadonlyMap<string, FileFacts>): BoundIn {
  const none: ReadonlyMap<string, Bound> = new Map();
  const allOf = remembered(({ imports }: FileFacts): ReadonlyMap<string, Bound> => {
    const bound = new Map<string, Bound>();
    for (const { from, names, here = names } of imports)
      for (const [index, name] of names.entries()) {
        const local = here[index] ?? name;
        if (!bound.has(local)) bound.set(local, { from, name });
      }
    return bound;
  });
  return (file, name) => {
    const facts = files.get(file);
    return facts === undefined ? undefined : allOf(facts, none).get(name);
  };
}
