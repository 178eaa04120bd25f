/**
 * Which methods of a unit's classes others call, and which functions of its modules. Only for the draft of one unit:
 * the files that take something of it, and those that make what is taken, are read anew.
 */
import { pathOf } from "../../python/modules.ts";
import type { ResolvedImport, UnitFacts } from "../../score/facts.ts";
import { isTying } from "../../score/ties.ts";
import type { Export, FileFacts } from "../../types/source.ts";
import type { Tree } from "../../types/tree.ts";
import { type ExportsOf, type Name, type Thing, thingsOf } from "../things.ts";
import { isPython, readMade, unlessTooDeep } from "./made.ts";
import { usesInPython } from "./python.ts";
import type { Method, Use } from "./types.ts";
import { usesInTypeScript } from "./typescript-uses.ts";

export interface Calls {
  readonly methods: readonly (Method & { readonly callers: readonly string[] })[];
  /** Of modules that are taken whole: `gateway.charge()`. */
  readonly functions: readonly (Export & { readonly callers: readonly string[] })[];
  /** What is called by these: classes, objects and modules, by the names that are taken. */
  readonly offered: ReadonlySet<string>;
  /** Classes that say who gets what, and do nothing: modules of Nest. */
  readonly wiring: ReadonlySet<string>;
  /** What is exported by the files that were read again. */
  readonly exports: ExportsOf;
}

export const NO_CALLS: Calls = {
  methods: [],
  functions: [],
  offered: new Set(),
  wiring: new Set(),
  exports: new Map(),
};

export async function readCalls(unit: UnitFacts, read: Tree["read"]): Promise<Calls> {
  const taken = takenIn(unit);
  const uses = await readUses(taken, read);
  const members = uses.flatMap(({ one, use }) => (one.name === "*" ? use.member : []));
  const made = await readMade(unit, read, { taken, members });
  const thing = thingsOf(unit, made.exports);
  const methods = new Map<string, Called<Method>>();
  const functions = new Map<string, Called<Export>>();
  const offered = new Set<string>();
  for (const { one, use } of uses) {
    const found = thing(one);
    const called = functionOf(unit, { taken: one, thing: found, use, exports: made.exports });
    const method = called ? undefined : made.methodOf(found, use);
    if (called) addTo(functions, { key: `${called.file} ${called.name}`, one: called, use });
    if (method) addTo(methods, { key: `${method.owner} ${method.name}`, one: method, use });
    if (called ?? method) offered.add(found.name);
  }
  const { wiring, exports } = made;
  return { methods: told(methods), functions: told(functions), offered, wiring, exports };
}

interface Asked {
  readonly one: Taken;
  readonly use: Use;
}

async function readUses(taken: readonly Taken[], read: Tree["read"]): Promise<Asked[]> {
  const byFile = Map.groupBy(taken, ({ file }) => file);
  const asked: Asked[] = [];
  await read([...byFile.keys()], (file, text = "") => {
    const here = new Map((byFile.get(file) ?? []).map((one) => [one.local, one]));
    const locals = new Map([...here].map(([local, { name }]) => [local, name]));
    const uses = isPython(file) ? usesInPython : usesInTypeScript;
    for (const use of unlessTooDeep(() => uses(file, text, locals)) ?? []) {
      const one = here.get(use.local);
      if (one !== undefined) asked.push({ one, use });
    }
  });
  return asked;
}

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

interface Taken extends Name {
  readonly file: string;
  /** What the file calls it. */
  readonly local: string;
  /** The module, where it may be one: `shop.payments.gateway`. */
  readonly module: string;
}

/** Of types too: what is asked of an object that was given is asked of the unit. */
function takenIn({ importsIn, ofProject }: UnitFacts): Taken[] {
  return [...importsIn, ...ofProject].flatMap(takenBy);
}

function takenBy({ file, names, source, made }: ResolvedImport): Taken[] {
  const { from, here = source.names } = source;
  if (source.names.length === 0)
    return here.map((local) => ({ file, local, name: from, from, module: from }));
  return names.flatMap((name, index) => {
    const local = here[source.names.indexOf(name)];
    const module = `${from}${from.endsWith(".") ? "" : "."}${name}`;
    return local === undefined || local === ""
      ? []
      : [{ file, local, name, from, module, made: made?.[index] }];
  });
}

interface Asking {
  readonly taken: Taken;
  readonly thing: Thing;
  readonly use: Use;
  readonly exports: ExportsOf;
}

/** A function of a module that was taken whole. Of several of one name nobody knows which. */
function functionOf(
  { files }: UnitFacts,
  { taken, thing, use: { member }, exports: read }: Asking,
): Export | undefined {
  const within = files.filter(isTying);
  const among = (one: FileFacts | undefined) =>
    (read.get(one?.file ?? "") ?? one?.exports ?? []).filter(
      ({ name, is }) => name === member && is === "function",
    );
  if (!isPython(taken.file)) {
    // `made` says of a module only where it is.
    const isModule = thing.made === undefined && (taken.made?.name ?? taken.name) === "*";
    if (!isModule) return undefined;
    const [own] = among(within.find(({ file }) => file === taken.made?.file));
    const found = within.flatMap(among);
    return own ?? (found.length === 1 ? found[0] : undefined);
  }
  const path = pathOf(taken.module, taken.file) ?? "";
  const ends = [`/${path}.py`, `/${path}/__init__.py`];
  return among(within.find(({ file }) => ends.some((end) => `/${file}`.endsWith(end))))[0];
}
