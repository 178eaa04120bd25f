/** Where that is made which a file calls by some name: in the file itself, or where its imports lead to. */
import type { FileFacts, Made } from "../../types/source.ts";
import type { MakerOf } from "../reader/barrels.ts";
import type { Resolve } from "../paths/resolve.ts";

/** Undefined for what a library has, and for a name that the file has from nowhere. */
export type MeantBy = (facts: FileFacts, name: string) => Made | undefined;

export function meaning(makerOf: MakerOf, resolve: Resolve): MeantBy {
  return (facts, name) => {
    const { file, imports, exports } = facts;
    const [first = name, ...rest] = name.split(".");
    const imported = imports.find(({ names, here = names }) => here.includes(first));
    if (imported === undefined) {
      if (exports.some((one) => one.name === first)) return { file, name };
      return withRest(ofWhole(facts, first), rest);
    }
    const { from, names, here = names } = imported;
    const found = resolve(file, from);
    if (found === undefined) return undefined;
    const taken = names[here.indexOf(first)] ?? first;
    // Of `import * as tokens` it is the next name that says what is meant.
    const [one = taken, ...deeper] = taken === "*" ? rest : [taken, ...rest];
    return withRest(makerOf(found, one) ?? { file: found, name: one }, deeper);
  };

  /** `const { AppModule } = await import("./app.module")`: of what is taken whole, whatever has the name. */
  function ofWhole({ file, imports }: FileFacts, name: string): Made | undefined {
    for (const { from, names, here } of imports) {
      if (here !== undefined || names[0] !== "*") continue;
      const found = resolve(file, from);
      const made = found === undefined ? undefined : makerOf(found, name);
      if (made !== undefined) return made;
    }
    return undefined;
  }
}

function withRest(made: Made | undefined, rest: readonly string[]): Made | undefined {
  return made && { file: made.file, name: [made.name, ...rest].join(".") };
}
