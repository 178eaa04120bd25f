/** Which class a name means in a file, also where other files hand it on; and which classes have rows. */
import type { ClassFacts, FileFacts, Import } from "../../types/source.ts";
import { fileOf, folderOf, memberOf, modulesOf } from "../modules.ts";
import { remembered } from "./remembered.ts";

export interface Classes {
  /** Undefined when it is none of this code base. */
  readonly find: (name: string, file: string) => ClassFacts | undefined;
  /** What it inherits of this code base. */
  readonly basesOf: (one: ClassFacts) => readonly ClassFacts[];
  /** It inherits nothing that Django knows: its fields are no columns, not even of a model that inherits it. */
  readonly isPlain: (one: ClassFacts) => boolean;
  /** Abstract ones are too. */
  readonly isModel: (one: ClassFacts) => boolean;
}

/** A longer way is a circle. */
const DEPTH_MAX = 20;

export function classesOf(files: ReadonlyMap<string, FileFacts>): Classes {
  const find = finder(files);
  const bases = remembered((one: ClassFacts): readonly ClassFacts[] =>
    one.bases.flatMap((name) => {
      // `class Item(Item)` inherits what the name meant before.
      const base = find(name, one.file, { before: one.line });
      return base === undefined || base === one ? [] : [base];
    }),
  );
  const basesOf = (one: ClassFacts) => bases(one, []);
  const isPlain = remembered((one: ClassFacts): boolean => {
    const others = one.bases.filter((base) => base !== "object");
    const found = basesOf(one);
    return found.length === others.length && found.every((base) => isPlain(base, false));
  });
  const isModel = remembered(
    (one: ClassFacts): boolean =>
      !isPlain(one, false) &&
      // Meta has `abstract` in other libraries too: it says nothing of that.
      (one.isModel || basesOf(one).some((base) => isModel(base, false))),
  );
  return {
    find: (name, file) => find(name, file),
    basesOf,
    isPlain: (one) => isPlain(one, false),
    isModel: (one) => isModel(one, false),
  };
}

/** With those that only inherit what is a model in another file. */
export function modelsOf(
  { models, classes = [] }: FileFacts,
  { isModel, isPlain }: Classes,
): FileFacts["models"] {
  const more = classes.filter(
    (one) => one.isTop && !one.isAbstract && !one.isModel && isModel(one),
  );
  const plain = new Set(classes.filter(isPlain).map(({ line }) => line));
  const found = more.map(({ file, line, name }) => ({ file, line, name }));
  return [...models.filter(({ line }) => !plain.has(line)), ...found].toSorted(
    (a, b) => a.line - b.line,
  );
}

interface Asked {
  /** Only what stands above this line of the file. */
  readonly before?: number;
  readonly depth?: number;
  /** Where it was looked for already. */
  readonly seen?: Set<string>;
}

function finder(files: ReadonlyMap<string, FileFacts>) {
  const modules = modulesOf([...files.keys()]);
  const classes = new Map<string, ReadonlyMap<string, readonly ClassFacts[]>>();
  for (const { file, classes: own = [] } of files.values()) {
    const top = own.filter(({ isTop }) => isTop);
    if (top.length > 0)
      classes.set(
        file,
        Map.groupBy(top, ({ name }) => name),
      );
  }
  const waysOf = remembered(waysIn);
  const paths = new Map<string, string | undefined>();
  const moduleAt = (name: string, file: string) => {
    const key = `${folderOf(file)}\0${name}`;
    if (!paths.has(key)) paths.set(key, fileOf(modules, name, file));
    return paths.get(key);
  };
  const known = new Map<string, ClassFacts | undefined>();
  const find = (name: string, file: string, asked: Asked = {}): ClassFacts | undefined => {
    const { before = Infinity, depth = 0, seen = new Set<string>() } = asked;
    const local = classes
      .get(file)
      ?.get(name)
      ?.findLast(({ line }) => line < before);
    if (local !== undefined || depth > DEPTH_MAX) return local;
    const key = `${file}\0${name}`;
    if (known.has(key)) return known.get(key);
    if (seen.has(key)) return undefined; // modules may take all of each other: nothing is settled by that
    seen.add(key);
    const facts = files.get(file);
    const ways = facts === undefined ? undefined : waysOf(facts, NO_WAYS);
    for (const way of ways === undefined ? [] : waysTo(name, ways)) {
      const next = moduleAt(way.module, file);
      if (next === undefined || next === file) continue;
      const found = find(way.name, next, { depth: depth + 1, seen });
      if (found === undefined) continue;
      known.set(key, found);
      return found;
    }
    if (depth === 0) known.set(key, undefined);
    return undefined;
  };
  return find;
}

interface Way {
  readonly module: string;
  readonly name: string;
}

interface Ways {
  /** `from a import b as c`, by c. */
  readonly named: ReadonlyMap<string, readonly Way[]>;
  /** `import a.b as c`, by c. */
  readonly whole: ReadonlyMap<string, readonly string[]>;
  /** `from a import *` */
  readonly stars: readonly string[];
}

const NO_WAYS: Ways = { named: new Map(), whole: new Map(), stars: [] };

function waysIn({ imports }: { readonly imports: readonly Import[] }): Ways {
  const taken = imports.flatMap(({ from, names, here }) =>
    names.map((name, index) => ({ here: here?.[index] ?? name, module: from, name })),
  );
  const whole = imports.filter(({ names }) => names.length === 0);
  const byName = Map.groupBy(whole, ({ from, here }) => here?.[0] ?? from);
  return {
    named: Map.groupBy(
      taken.filter(({ name }) => name !== "*"),
      ({ here }) => here,
    ),
    whole: new Map([...byName].map(([name, all]) => [name, all.map(({ from }) => from)])),
    stars: taken.filter(({ name }) => name === "*").map(({ module }) => module),
  };
}

/** Where `User`, `models.User` or `shop.users.models.User` may come from; what is taken by name first. */
function waysTo(written: string, { named, whole, stars }: Ways): Way[] {
  const [first = "", ...rest] = written.split(".");
  const inside = rest.join(".");
  const ways = (named.get(first) ?? []).map(({ module, name }) =>
    inside === "" ? { module, name } : { module: memberOf(module, name), name: inside },
  );
  for (let cut = written.lastIndexOf("."); cut > 0; cut = written.lastIndexOf(".", cut - 1)) {
    const name = written.slice(cut + 1);
    for (const module of whole.get(written.slice(0, cut)) ?? []) ways.push({ module, name });
  }
  return [...ways, ...stars.map((module) => ({ module, name: written }))];
}
