/** The Python files of a code base, by the names that imports use. */

export interface Modules {
  /** Every folder with Python in it. */
  readonly folders: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
  /** By the last part of the path. */
  readonly foldersByName: ReadonlyMap<string, readonly string[]>;
  readonly filesByName: ReadonlyMap<string, readonly string[]>;
}

/** Code of others that lies in the repository. */
const foreign =
  /(?:^|\/)(?:vendor|vendors|third_party|site-packages|node_modules|\.?venv|env\/lib)\//;

export function modulesOf(files: readonly string[]): Modules {
  const python = files.filter((file) => file.endsWith(".py") && !foreign.test(`${file}`));
  const folders = new Set<string>();
  for (const file of python) {
    for (let folder = folderOf(file); !folders.has(folder); folder = folderOf(folder))
      folders.add(folder);
  }
  const filesByName = Map.groupBy(python, (file) => nameOf(file).replace(/\.py$/, ""));
  return {
    folders,
    files: new Set(python),
    foldersByName: Map.groupBy(folders, nameOf),
    filesByName,
  };
}

/** "" is the root, and its own folder. */
export function folderOf(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut < 0 ? "" : path.slice(0, cut);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `a/b` for `a.b`; of `..b` in `x/y/z.py` it is `x/b`. Undefined above the root. */
export function pathOf(from: string, file: string): string | undefined {
  const dots = /^\.*/.exec(from)?.[0].length ?? 0;
  const rest = from.slice(dots).replaceAll(".", "/");
  if (dots === 0) return rest;
  let folder = folderOf(file);
  for (let level = 1; level < dots; level++) {
    if (folder === "") return undefined;
    folder = folderOf(folder);
  }
  return [folder, rest].filter((part) => part !== "").join("/");
}

/** The module, or the name in one, that `from a import b` takes: `a.b`. */
export function memberOf(from: string, name: string): string {
  return from.endsWith(".") ? `${from}${name}` : `${from}.${name}`;
}

/** The file that an import names: `a/b.py` or `a/b/__init__.py`, the nearest when there are several. */
export function fileOf(modules: Modules, from: string, file: string): string | undefined {
  const path = pathOf(from, file);
  if (path === undefined) return undefined;
  if (from.startsWith(".")) {
    return [`${path}.py`, `${path}/__init__.py`].find((one) => modules.files.has(one));
  }
  const ends = (one: string) => one === path || one.endsWith(`/${path}`);
  const named = (modules.filesByName.get(nameOf(path)) ?? []).filter((one) =>
    ends(one.replace(/\.py$/, "")),
  );
  const packages = (modules.foldersByName.get(nameOf(path)) ?? [])
    .filter((one) => ends(one) && modules.files.has(`${one}/__init__.py`))
    .map((one) => `${one}/__init__.py`);
  return nearest([...named, ...packages], file);
}

/** That shares the longest way with the file; then the shortest; then by spelling. */
export function nearest(paths: readonly string[], file: string): string | undefined {
  return paths.toSorted(
    (a, b) =>
      shared(b, file) - shared(a, file) ||
      a.split("/").length - b.split("/").length ||
      (a < b ? -1 : 1),
  )[0];
}

/** How many folders two paths have in common, from the root. */
function shared(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  const differs = left.findIndex((part, index) => part !== right[index]);
  return differs < 0 ? left.length : differs;
}

/** The longest of the paths that holds the file. */
export function holderOf(paths: ReadonlySet<string>, file: string): string | undefined {
  for (let folder = file; folder !== ""; folder = folderOf(folder))
    if (paths.has(folder)) return folder;
  return paths.has("") ? "" : undefined;
}
