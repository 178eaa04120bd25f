/**
 * Which methods of a unit's classes others call, and which functions of its modules. Only for the draft of one unit:
 * the files that take something of it, and those that make what is taken, are read anew.
 */
import { pathOf } from "../../python/modules.ts";
import type { ResolvedImport, UnitFacts } from "../../score/facts.ts";
import { isTying } from "../../score/ties.ts";
import type { Export } from "../../types/source.ts";
import type { Tree } from "../../types/tree.ts";
import { classesOfPython, usesInPython } from "./python.ts";
import type { Class, Made, Method, Use } from "./types.ts";
import { classesOfTypeScript } from "./typescript-classes.ts";
import { usesInTypeScript } from "./typescript-uses.ts";

export interface Calls {
  readonly methods: readonly (Method & { readonly callers: readonly string[] })[];
  /** Of modules that are taken whole: `gateway.charge()`. */
  readonly functions: readonly (Export & { readonly callers: readonly string[] })[];
  /** What is called by these: classes, objects and modules, by the names that are taken. */
  readonly offered: ReadonlySet<string>;
  /** Classes that say who gets what, and do nothing: modules of Nest. */
  readonly wiring: ReadonlySet<string>;
}

export const NO_CALLS: Calls = {
  methods: [],
  functions: [],
  offered: new Set(),
  wiring: new Set(),
};

export async function readCalls(unit: UnitFacts, read: Tree["read"]): Promise<Calls> {
  const taken = takenIn(unit);
  const made = await readMade(unit, read, new Set(taken.map(({ name }) => name)));
  const byFile = Map.groupBy(taken, ({ file }) => file);
  const methods = new Map<string, Called<Method>>();
  const functions = new Map<string, Called<Export>>();
  const offered = new Set<string>();
  await read([...byFile.keys()], (file, text = "") => {
    const here = new Map((byFile.get(file) ?? []).map((one) => [one.local, one]));
    const locals = new Map([...here].map(([local, { name }]) => [local, name]));
    const uses = isPython(file) ? usesInPython : usesInTypeScript;
    for (const use of unlessTooDeep(() => uses(file, text, locals)) ?? []) {
      const one = here.get(use.local);
      if (one === undefined) continue;
      const called = functionOf(unit, one, use);
      const method = called ? undefined : made.methodOf(one.name, use);
      if (called) addTo(functions, { key: `${called.file} ${called.name}`, one: called, use });
      if (method) addTo(methods, { key: `${method.owner} ${method.name}`, one: method, use });
      if (called ?? method) offered.add(one.name);
    }
  });
  return { methods: told(methods), functions: told(functions), offered, wiring: made.wiring };
}

/** What the parser could just read may be nested too deeply for whoever walks over its tree. */
function unlessTooDeep<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const NONE: Made = { classes: [], instances: new Map() };

interface Called<T> {
  readonly one: T;
  readonly callers: Set<string>;
}

function addTo<T>(
  all: Map<string, Called<T>>,
  { key, one, use }: { readonly key: string; readonly one: T; readonly use: Use },
): void {
  const called = all.get(key) ?? { one, callers: new Set() };
  called.callers.add(`${use.file}:${use.line}`);
  all.set(key, called);
}

function told<T extends object>(all: ReadonlyMap<string, Called<T>>) {
  return [...all.values()].map(({ one, callers }) => ({ ...one, callers: [...callers] }));
}

function isPython(file: string): boolean {
  return file.endsWith(".py");
}

interface Taken {
  readonly file: string;
  /** What the file calls it. */
  readonly local: string;
  /** What the unit calls it; `*`, or the last part of a module's name. */
  readonly name: string;
  /** The module, where it may be one: `shop.payments.gateway`. */
  readonly module: string;
}

/** Of types too: what is asked of an object that was given is asked of the unit. */
function takenIn({ importsIn, ofProject }: UnitFacts): Taken[] {
  return [...importsIn, ...ofProject].flatMap(takenBy);
}

function takenBy({ file, names, source }: ResolvedImport): Taken[] {
  const { from, here = source.names } = source;
  if (source.names.length === 0)
    return here.map((local) => ({ file, local, name: from, module: from }));
  return names.flatMap((name) => {
    const local = here[source.names.indexOf(name)];
    const module = `${from}${from.endsWith(".") ? "" : "."}${name}`;
    return local === undefined ? [] : [{ file, local, name, module }];
  });
}

/** A function of a module that was taken whole. Of several of one name nobody knows which. */
function functionOf({ files }: UnitFacts, taken: Taken, { member }: Use): Export | undefined {
  const isOne = ({ name, is }: Export) => name === member && is === "function";
  const within = files.filter(isTying);
  if (!isPython(taken.file)) {
    if (taken.name !== "*") return undefined;
    const found = within.flatMap(({ exports }) => exports.filter(isOne));
    return found.length === 1 ? found[0] : undefined;
  }
  const path = pathOf(taken.module, taken.file) ?? "";
  const ends = [`/${path}.py`, `/${path}/__init__.py`];
  const module = within.find(({ file }) => ends.some((end) => `/${file}`.endsWith(end)));
  return module?.exports.find(isOne);
}

interface MadeHere {
  readonly wiring: ReadonlySet<string>;
  readonly methodOf: (name: string, use: Use) => Method | undefined;
}

/** A class has methods of others, and these of others: so often, and then it is a circle. */
const BASES_MAX = 5;

async function readMade(
  { files }: UnitFacts,
  read: Tree["read"],
  names: ReadonlySet<string>,
): Promise<MadeHere> {
  const own = files.filter(isTying);
  const passed = own.flatMap(({ passes = [] }) => passes.filter(({ name }) => names.has(name)));
  const originals = new Map(passed.map(({ name, of }) => [name, of]));
  const found = new Map<string, Made>();
  let wanted = new Set([...names, ...originals.values()]);
  for (let round = 0; round < BASES_MAX && wanted.size > 0; round += 1) {
    const making = own.filter(({ file, exports }) => !found.has(file) && exports.some(isWanted));
    await read(
      making.map(({ file }) => file),
      (file, text = "") => {
        const classesOf = isPython(file) ? classesOfPython : classesOfTypeScript;
        found.set(file, unlessTooDeep(() => classesOf(file, text)) ?? NONE);
      },
    );
    wanted = new Set(
      [...found.values()].flatMap(({ classes, instances }) => [
        ...classes.flatMap(({ base }) => lastOf(base) ?? []),
        ...instances.values(),
      ]),
    );
  }
  function isWanted({ name, is }: Export): boolean {
    return is !== "function" && wanted.has(name);
  }
  const all = [...found.values()];
  const wiring = all.flatMap(({ classes }) => classes.filter((one) => one.isWiring));
  return {
    wiring: new Set(wiring.map(({ name }) => name)),
    methodOf: (name, use) => methodIn(all, { name: originals.get(name) ?? name, use }),
  };
}

function lastOf(dotted: string | undefined): string | undefined {
  return dotted?.split(".").at(-1);
}

/** By the name of a class or of an object. Of several classes of one name, of the one that has such a method. */
function methodIn(
  all: readonly Made[],
  { name, use, seen = new Set() }: { name: string; use: Use; seen?: Set<string> },
): Method | undefined {
  const asked = `${name} ${use.isDirect}`;
  if (seen.has(asked) || seen.size > BASES_MAX) return undefined;
  seen.add(asked);
  const classes = all.flatMap((made) => made.classes.filter((one) => one.name === name));
  for (const one of classes) {
    const own = one.methods.find((method) => fits(method, use));
    const base = lastOf(one.base);
    const found = own ?? (base && methodIn(all, { name: base, use, seen }));
    // What two classes have of a third one is two things: rows of feeds, and rows of layouts.
    if (found) return { ...found, owner: name };
  }
  const of = all.map(({ instances }) => instances.get(name)).find((made) => made !== undefined);
  if (of === undefined || classes.length > 0) return undefined;
  return methodIn(all, { name: of, use: { ...use, isDirect: false }, seen });
}

function fits({ name, isStatic }: Class["methods"][number], { member, isDirect }: Use): boolean {
  return name === member && (isStatic === undefined || isStatic === isDirect);
}
