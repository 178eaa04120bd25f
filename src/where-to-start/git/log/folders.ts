/** Which unit a path lies in, told from its bytes: most paths of a history are never made into text. */

/** A folder, and the unit that it belongs to. */
interface Folder {
  /** From the root of the repository, with `/` at its end; "" for all. */
  readonly path: string;
  readonly unit: number;
}

export interface Folders {
  /** The unit of the longest folder that a path begins with; -1 outside of all. */
  find(bytes: Uint8Array, start: number, end: number): number;
  /** That folder; "" where it is the root, undefined outside of all. */
  folderOf(path: string): string | undefined;
}

/**
 * A table of states, one for each byte of a folder's path, by the bytes that occur in them: a path is looked
 * up in as many steps as it shares bytes with a folder.
 */
export function foldersOf(folders: readonly Folder[]): Folders {
  const paths = folders.map(({ path }) => Buffer.from(path));
  const columns = new Uint8Array(256); // 0: occurs in none
  let width = 1;
  for (const byte of new Set(paths.flatMap((path) => [...path]))) columns[byte] = width++;
  const states = paths.reduce((sum, path) => sum + path.length, 1);
  const table = new Int32Array(states * width); // 0 leads nowhere: the first state is never returned to
  const units = new Int32Array(states).fill(-1);
  let last = 0;
  for (const [index, path] of paths.entries()) {
    let state = 0;
    for (const byte of path) {
      const cell = state * width + (columns[byte] ?? 0);
      if (table[cell] === 0) table[cell] = ++last;
      state = table[cell] ?? 0;
    }
    units[state] = folders[index]?.unit ?? -1;
  }
  let length = 0; // of the folder that was found last
  const find = (bytes: Uint8Array, start: number, end: number) => {
    let found = units[0] ?? -1;
    let state = 0;
    length = 0;
    for (let at = start; at < end; at += 1) {
      const column = columns[bytes[at] ?? 0] ?? 0;
      state = column === 0 ? 0 : (table[state * width + column] ?? 0);
      if (state === 0) break;
      const unit = units[state] ?? -1;
      if (unit === -1) continue;
      found = unit;
      length = at - start + 1;
    }
    return found;
  };
  return {
    find,
    folderOf(path) {
      const bytes = Buffer.from(path);
      const unit = find(bytes, 0, bytes.length);
      return unit === -1 ? undefined : bytes.toString("utf8", 0, length);
    },
  };
}

/** Folders of units, from the root of the repository. `prefix`: where the units' paths start. */
export function foldersOfUnits(
  units: readonly { readonly path: string }[],
  prefix: string,
): Map<string, number> {
  return new Map(
    units.map(({ path }, unit) => [path === "" ? prefix : `${prefix}${path}/`, unit] as const),
  );
}
