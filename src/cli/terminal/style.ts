/** What people read: colours where the stream is a terminal that wants them, and columns. */
import { stripVTControlCharacters, styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** What a command says that has nothing to do yet. */
export const NO_APPS = "there are no apps yet; `marcot startapp hello` makes one";

/** Node asks whether the stream is a terminal, and heeds NO_COLOR and FORCE_COLOR. */
export function style(
  format: Format,
  text: string,
  stream: NodeJS.WritableStream = process.stdout,
): string {
  return styleText(format, text, { stream });
}

/** Columns as wide as what is in them; the last one has no end. */
export function toColumns(rows: readonly (readonly string[])[]): string[] {
  const lengthOf = (cell: string) => stripVTControlCharacters(cell).length;
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => lengthOf(row[column] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - lengthOf(cell)))
      .join("  ")
      .trimEnd(),
  );
}
