/** What all parts of a written contract share, and the smallest pieces of its text. */
import { loosen, type Notes } from "./notes.ts";
import { type Defs, type Raw, TALK } from "./schema.ts";

export interface Writer {
  readonly defs: Defs;
  readonly notes: Notes;
  /** Names to import from marcot/contract. */
  readonly used: Set<string>;
  /** Whether the source is a contract of ours: defaults are filled in, and base64 is what it says. */
  readonly isOwn: boolean;
  /** A constant for a schema that has a name; undefined where it has none, or is inside of itself. */
  constantOf(name: string): Constant | "recursive" | undefined;
}

export interface Constant {
  readonly name: string;
  /** Whether it is a list of fields, to be put into `object(…)`. */
  readonly isFields: boolean;
}

export function use(writer: Writer, name: string): string {
  writer.used.add(name);
  return name;
}

/** Notes the keywords that are there and were not written. */
export function unwritten(
  writer: Writer,
  schema: Raw,
  written: readonly string[],
  where: string,
): void {
  for (const keyword of Object.keys(schema)) {
    const isSilent = TALK.has(keyword) || keyword.startsWith("x-") || keyword === "xml";
    if (isSilent || keyword === "type" || written.includes(keyword)) continue;
    const value = schema[keyword];
    if (value === false || value === undefined) continue;
    loosen(writer.notes, keyword === "format" ? `format ${String(value)}` : keyword, where);
  }
}

/** Text of options; nothing where all are undefined. */
export function options(values: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  const parts = given.map(([name, value]) => {
    return `${name}: ${value instanceof RegExp ? String(value) : JSON.stringify(value)}`;
  });
  return `{ ${parts.join(", ")} }`;
}
