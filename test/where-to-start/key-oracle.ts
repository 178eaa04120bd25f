/**
 * Foreign keys of TypeORM, Drizzle and Prisma, counted line by line with the eyes of somebody who reads the text:
 * neither a parser nor the readers of the framework take part. Each relation stands in one line.
 */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** `from to file line`, of what crosses folders; `of` says where the models of a schema belong. */
export function countKeys(
  files: Readonly<Record<string, string>>,
  folderOf: (file: string) => string,
  of: Readonly<Record<string, string>>,
): unknown[] {
  const places = Object.entries(files).flatMap(([file, all]) =>
    all.split("\n").map((text, index): Place => ({ file, line: index + 1, text })),
  );
  const home = new Map(Object.entries(of));
  for (const { file, text } of places) {
    const name = /export (?:class|const) (\w+)/.exec(text)?.[1];
    if (name !== undefined) home.set(name, folderOf(file));
  }
  const found: unknown[] = [];
  let model = "";
  for (const { file, line, text } of places) {
    model = /^model (\w+)/.exec(text)?.[1] ?? model;
    const isPrisma = file.endsWith(".prisma");
    const to = isPrisma ? prismaTarget(model, text, places) : target(text);
    const ends = [isPrisma ? of[model] : folderOf(file), home.get(to ?? "")];
    if (to !== undefined && ends[0] !== ends[1]) found.push([...ends, file, line]);
  }
  return found;
}

function target(text: string): string | undefined {
  const isColumn =
    text.includes("@ManyToOne(") ||
    text.includes("@JoinColumn(") ||
    text.includes("@JoinTable(") ||
    text.includes(".references(");
  return isColumn ? /=> (\w+)/.exec(text)?.[1] : /foreignColumns: \[(\w+)/.exec(text)?.[1];
}

function prismaTarget(model: string, text: string, places: readonly Place[]): string | undefined {
  const [, name, isList] = /^ {2}\w+ +([A-Z]\w+)(\[\])?/.exec(text) ?? [];
  if (name === undefined || text.includes("fields:"))
    return name && text.includes("fields:") ? name : undefined;
  if (isList === undefined || model > name) return undefined;
  const start = places.findIndex((one) => one.text === `model ${name} {`);
  const end = places.findIndex((one, index) => index > start && one.text === "}");
  const isBack = places
    .slice(start, end)
    .some((one) => new RegExp(` ${model}\\[\\]`).test(one.text));
  return isBack ? name : undefined;
}
