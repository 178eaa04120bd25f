/** Reads the files of a code base, each by its language. What was read before is not read again. */
import { posix } from "node:path";
import { isFit } from "../project/check/unfit.ts";
import { readPython } from "./python/read.ts";
import { readTemplate } from "./python/template.ts";
import type { FileFacts } from "./types/source.ts";
import type { Tree } from "./types/tree.ts";
import { readApart } from "./typescript/apart/apart.ts";
import { isConfiguration } from "./typescript/paths/configuration.ts";
import { readPrisma } from "./typescript/prisma/read.ts";
import { readTypeScript } from "./typescript/read.ts";
import { isTelling } from "./typescript/units.ts";

/** Code of others, where it was put into the repository. */
const FOREIGN =
  /(?:^|\/)(?:node_modules|bower_components|site-packages|vendors?|third_party|\.yarn|\.?venv)\//;

const READERS = {
  python: { files: /\.py$/, read: readPython },
  template: { files: /\.(?:html?|jinja2?|djhtml)$/, read: readTemplate },
  typescript: { files: /\.(?:[cm]?[jt]s|[jt]sx)$/, read: readTypeScript },
  prisma: { files: /\.prisma$/, read: readPrisma },
} as const;

export type Language = keyof typeof READERS;

/** Told after each file: how many of how many were read. */
export type OnRead = (read: number, of: number) => void;

export interface Code {
  readonly tree: Tree;
  /** By file, in the order of the tree. */
  readonly facts: Map<string, FileFacts>;
  /** Those of the tree that are not code of others. */
  readonly files: readonly string[];
}

export function openCode(tree: Tree): Code {
  return { tree, facts: new Map(), files: tree.files.filter((file) => !FOREIGN.test(file)) };
}

/** Whether it is read at all. */
export function isRead(file: string): boolean {
  return isSource(file) || isConfiguration(file) || isTelling(file);
}

export function isSource(file: string): boolean {
  return !FOREIGN.test(file) && Object.values(READERS).some(({ files }) => files.test(file));
}

export function has({ files }: Code, language: Language): boolean {
  return files.some((file) => READERS[language].files.test(file));
}

/** Adds the facts of all files of these languages. */
export async function scan(
  { tree, facts, files }: Code,
  languages: readonly Language[],
  onRead: OnRead = () => undefined,
): Promise<void> {
  const readers = languages.map((language) => READERS[language]);
  const wanted = files.filter((file) => readers.some((reader) => reader.files.test(file)));
  const found = new Map<string, FileFacts>();
  let count = 0;
  const take = (file: string, one: FileFacts | undefined) => {
    count += 1;
    onRead(count, wanted.length);
    if (one !== undefined) found.set(file, one);
  };
  const apart = readApart({ take: (one) => take(one.file, one) });
  try {
    await tree.read(wanted, (file, text) => {
      const reader = readers.find((one) => one.files.test(file));
      if (text === undefined || reader === undefined) return take(file, undefined);
      if (reader === READERS.typescript && !isFit(text)) return apart.read(file, text);
      return take(file, readSafely(reader, file, text));
    });
    await apart.end();
  } finally {
    apart.stop();
  }
  for (const file of wanted) {
    const one = found.get(file);
    if (one !== undefined) facts.set(file, one);
  }
}

/** A reader that fails must not take the report with it. */
function readSafely({ read }: (typeof READERS)[Language], file: string, text: string): FileFacts {
  try {
    return read(file, text);
  } catch (error) {
    const what = `it could not be read: ${error instanceof Error ? error.message : String(error)}`;
    return { ...readTemplate(file, ""), problems: [{ file, line: 1, what }] };
  }
}

/**
 * Of the repository around the part of it that is read: what says how TypeScript is put together, by paths from that part,
 * as `../tsconfig.json`.
 */
export async function readAround({ within }: Tree): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  if (within === undefined) return texts;
  const { prefix, open } = within;
  const { files, read } = await open();
  const isAround = (file: string) =>
    isConfiguration(file) && !file.startsWith(prefix) && !FOREIGN.test(file);
  await read(files.filter(isAround), (file, text) => {
    if (text !== undefined) texts.set(posix.relative(prefix, file), text);
  });
  return texts;
}

/** The texts that say how TypeScript is put together. */
export async function readTexts({ tree, files }: Code): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const wanted = files.filter((file) => isConfiguration(file) || isTelling(file));
  await tree.read(wanted, (file, text) => {
    if (text !== undefined) texts.set(file, text);
  });
  return texts;
}
