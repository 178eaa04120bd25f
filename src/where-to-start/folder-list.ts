/** Where no convention fits: which folders there are and how large, so that somebody can say which are units. */
import { MarcotError } from "../errors.ts";
import { bySpelling } from "./order.ts";
import { plural } from "./report/plural.ts";
import type { Code } from "./scan.ts";
import { isOwnCode } from "./score/ties.ts";
import type { Kind } from "../project/todo/todo.ts";

/** More would hide the large ones. */
const FOLDERS_MAX = 12;

/** Deeper ones are parts of units. */
const DEPTH = 2;

/** As it was asked for. */
export interface Asked {
  readonly units?: readonly string[] | undefined;
  readonly kind?: Kind | undefined;
}

export const nouns: Readonly<Record<Kind, string>> = {
  marcot: "apps of Marcot",
  django: "apps of Django",
  nest: "modules of Nest",
  workspaces: "packages",
  folders: "folders",
};

/** In sentences. */
export function folderList(code: Code, asked: Asked = {}): string[] {
  const own = [...code.facts.values()].filter(isOwnCode);
  const sizes = new Map<string, number>();
  for (const { file, lines } of own) {
    const parts = file.split("/").slice(0, -1);
    for (let depth = 1; depth <= Math.min(DEPTH, parts.length); depth += 1) {
      const folder = parts.slice(0, depth).join("/");
      sizes.set(folder, (sizes.get(folder) ?? 0) + lines);
    }
  }
  if (code.facts.size === 0) return ["No folder here has Python, JavaScript or TypeScript in it."];
  if (own.length === 0) return ["The only code here is tests, migrations, and what was generated."];
  if (sizes.size === 0) {
    const lines = own.reduce((sum, file) => sum + file.lines, 0);
    return [
      `All code here (${plural(own.length, "file")}, ${plural(lines, "line")}) lies directly in this folder, and units are folders in it. If it is one of several, name the folder above.`,
    ];
  }
  const largest = [...sizes]
    .toSorted(([a, one], [b, other]) => other - one || bySpelling(a, b))
    .slice(0, FOLDERS_MAX)
    .map(([folder, lines]) => `${folder} (${lines.toLocaleString("en")} lines)`);
  const { what, fix } = whyNone(asked);
  return [`${what}. ${fix}`, `The largest folders: ${largest.join(", ")}.`];
}

function whyNone({ units, kind }: Asked): { what: string; fix: string } {
  if (units !== undefined)
    return {
      what: noFolder(units),
      fix: "A glob is counted from PATH, and means folders that have files: --units 'src/*'.",
    };
  if (kind !== undefined && kind !== "folders")
    return {
      what: `No units were found: no ${nouns[kind]}, or too few of them`,
      fix: "Leave --kind away, or say which folders are units: --units 'src/*'.",
    };
  return {
    what: "No units were found: no apps of Marcot, not two apps of Django, not three packages of a workspace or modules of Nest",
    fix: "Say which folders are units: --units 'src/*'.",
  };
}

/** Where somebody said what the units are, and there are none. `others`: what the code could be seen as. */
export function unitsNotFound(code: Code, asked: Asked, others: readonly string[]): MarcotError {
  const { what, fix } = whyNone(asked);
  const [, ...folders] = folderList(code, asked);
  return new MarcotError("UnitsNotFound", what.charAt(0).toLowerCase() + what.slice(1), {
    fix: [fix, ...others, ...folders].join(" "),
  });
}

export function noFolder(units: readonly string[]): string {
  return `No folder is called as --units says: ${units.map((glob) => `'${glob}'`).join(" and ")}`;
}
