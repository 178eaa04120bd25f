/** boundaries.todo in its folder. A link is never followed: what it leads to may lie anywhere. */
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { invalid, parseTodo, type Todo, TODO_FILE, todoText } from "./todo.ts";

/** Undefined where there is none. */
export function readTodo(folder: string): Todo | undefined {
  const text = textAt(join(folder, TODO_FILE));
  return text === undefined ? undefined : parseTodo(text);
}

/** Whole or not at all. What would be the same is left alone, whatever ends its lines. */
export function writeTodo(folder: string, todo: Todo): void {
  const path = join(folder, TODO_FILE);
  const text = todoText(todo);
  if (textAt(path)?.replaceAll("\r\n", "\n") === text) return;
  const beside = `${path}.${process.pid}`;
  // Made before the rest: what was there already is not ours to take away.
  closeSync(openSync(beside, "wx"));
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

function textAt(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile())
    throw invalid(
      `${path} is ${stat.isSymbolicLink() ? "a link" : "no file"}`,
      "Put a file in its place, or take it away and run `marcot boundaries todo`.",
    );
  return readFileSync(path, "utf8");
}

/** The nearest folder above that has one. */
export function folderAbove(folder: string): string | undefined {
  for (let at = dirname(folder); ; at = dirname(at)) {
    if (existsSync(join(at, TODO_FILE))) return at;
    if (at === dirname(at)) return undefined;
  }
}
