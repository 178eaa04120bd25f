/** What the files make of which others take something: read anew, and those of the classes that they inherit. */
import type { UnitFacts } from "../../score/facts.ts";
import { isTying } from "../../score/ties.ts";
import type { Export } from "../../types/source.ts";
import type { Tree } from "../../types/tree.ts";
import type { ExportsOf, Name, Thing } from "../things.ts";
import { classesOfPython } from "./python.ts";
import type { Made, Method, Class, Use } from "./types.ts";
import { classesOfTypeScript } from "./typescript-classes.ts";

const NONE: Made = { classes: [], instances: new Map() };

export interface MadeHere {
  readonly wiring: ReadonlySet<string>;
  readonly exports: ExportsOf;
  readonly methodOf: (thing: Thing, use: Use) => Method | undefined;
}

/** A class has methods of others, and these of others: so often, and then it is a circle. */
const BASES_MAX = 5;

export async function readMade(
  { files }: UnitFacts,
  read: Tree["read"],
  { taken, members }: { readonly taken: readonly Name[]; readonly members: readonly string[] },
): Promise<MadeHere> {
  const own = files.filter(isTying);
  const names = new Set(taken.map(({ name }) => name));
  const places = new Set(taken.map(({ made }) => made?.file));
  const passed = own.flatMap(({ passes = [] }) => passes.filter(({ name }) => names.has(name)));
  const originals = new Map(passed.map(({ name, of }) => [name, of]));
  const found = new Map<string, Made>();
  let wanted = new Set([...names, ...originals.values(), ...members]);
  // What has no name is found by its file alone.
  wanted.delete("default");
  for (let round = 0; round < BASES_MAX && (round === 0 || wanted.size > 0); round += 1) {
    const making = own.filter(
      ({ file, exports }) =>
        !found.has(file) && (exports.some(isWanted) || (round === 0 && places.has(file))),
    );
    const exportsOf = new Map(making.map(({ file, exports }) => [file, exports]));
    await read(
      making.map(({ file }) => file),
      (file, text = "") => {
        const exports = exportsOf.get(file) ?? [];
        const made = () =>
          isPython(file)
            ? classesOfPython(file, text)
            : classesOfTypeScript({ file, text, exports });
        found.set(file, unlessTooDeep(made) ?? NONE);
      },
    );
    wanted = new Set(
      [...found.values()].flatMap(({ classes, instances }) => [
        ...classes.flatMap(({ base }) => lastOf(base) ?? []),
        ...instances.values(),
      ]),
    );
  }
  function isWanted({ name, of = name, is }: Export): boolean {
    return is !== "function" && (wanted.has(name) || wanted.has(of));
  }
  const all = [...found.values()];
  const wiring = all.flatMap(({ classes }) => classes.filter((one) => one.isWiring));
  return {
    wiring: new Set(wiring.map(({ name }) => name)),
    exports: new Map(
      [...found].flatMap(([file, { exports }]) => (exports ? [[file, exports]] : [])),
    ),
    methodOf: ({ name, made }, use) => {
      const from = made && found.get(made.file);
      const local = made?.of ?? made?.name ?? originals.get(name) ?? name;
      const here = from && methodIn(all, { name: local, use, from: [from] });
      // Two that have no name are not the same.
      const method =
        here ?? (local === "default" ? undefined : methodIn(all, { name: local, use }));
      return method?.owner === "default" ? { ...method, owner: name } : method;
    },
  };
}

function lastOf(dotted: string | undefined): string | undefined {
  return dotted?.split(".").at(-1);
}

interface Looking {
  readonly name: string;
  readonly use: Use;
  /** Where it is made; what that inherits may be anywhere. */
  readonly from?: readonly Made[];
  readonly seen?: Set<string>;
}

/** By the name of a class or of an object. Of several classes of one name, of the one that has such a method. */
function methodIn(
  all: readonly Made[],
  { name, use, from = all, seen = new Set() }: Looking,
): Method | undefined {
  const asked = `${name} ${use.isDirect}`;
  if (seen.has(asked) || seen.size > BASES_MAX) return undefined;
  seen.add(asked);
  const classes = from.flatMap((made) => made.classes.filter((one) => one.name === name));
  for (const one of classes) {
    const own = one.methods.find((method) => fits(method, use));
    const base = lastOf(one.base);
    const found = own ?? (base && methodIn(all, { name: base, use, seen }));
    // What two classes have of a third one is two things: rows of feeds, and rows of layouts.
    if (found) return { ...found, owner: name };
  }
  const of = from.map(({ instances }) => instances.get(name)).find((made) => made !== undefined);
  if (of === undefined || classes.length > 0) return undefined;
  return methodIn(all, { name: of, use: { ...use, isDirect: false }, seen });
}

function fits({ name, isStatic }: Class["methods"][number], { member, isDirect }: Use): boolean {
  return name === member && (isStatic === undefined || isStatic === isDirect);
}

/** What the parser could just read may be nested too deeply for whoever walks over its tree. */
export function unlessTooDeep<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function isPython(file: string): boolean {
  return file.endsWith(".py");
}
