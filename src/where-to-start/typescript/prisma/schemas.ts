/** Which schema of Prisma is meant, where a code base has several: two may have a `User`. */
import { posix } from "node:path";
import type { FileFacts, ForeignKey, ManyField, Place } from "../../types/source.ts";

export interface Model extends Place {
  readonly name: string;
}

export interface Schemas {
  readonly models: readonly Model[];
  /** What a relation in this file names: of its own schema. */
  readonly inSchema: (name: string, file: string) => Model | undefined;
  /** What `prisma.orderItem` is in this file: of the schema whose client is near. */
  readonly called: (call: string, file: string) => Model | undefined;
  /** Tables of links, one for each pair of lists, at the side whose ids Prisma keeps first. */
  readonly links: readonly ForeignKey[];
}

interface Schema {
  /** Folders where it and its clients lie. */
  readonly homes: readonly string[];
  /** Where Prisma looks for one: others may be examples. */
  readonly isUsual: boolean;
  readonly size: number;
}

export function schemasIn(files: ReadonlyMap<string, FileFacts>): Schemas {
  const prisma = [...files.values()].filter(({ language }) => language === "prisma");
  const schemas = new Map(prisma.map((facts) => [facts.file, toSchema(facts)]));
  const models = prisma.flatMap((facts) => facts.models);
  const byName = Map.groupBy(models, ({ name }) => name);
  const byCall = Map.groupBy(models, ({ name }) => name.charAt(0).toLowerCase() + name.slice(1));
  const inSchema = (name: string, file: string) =>
    best(byName.get(name) ?? [], (model) => [
      Number(model.file === file),
      sharedFolders(posix.dirname(model.file), file),
    ]);
  const known = new Map<string, Model | undefined>();
  const called = (call: string, file: string) => {
    const key = `${call}\0${posix.dirname(file)}`;
    if (!known.has(key)) known.set(key, best(byCall.get(call) ?? [], nearness(schemas, file)));
    return known.get(key);
  };
  return { models, inSchema, called, links: linksOf(prisma, inSchema) };
}

function toSchema({ file, models, declared = [] }: FileFacts): Schema {
  const clients = declared.map(({ what }) => what);
  return {
    homes: [posix.dirname(file), ...clients],
    isUsual: /(?:^|\/)(?:schema\.prisma$|prisma\/)/.test(file),
    size: models.length,
  };
}

function nearness(schemas: ReadonlyMap<string, Schema>, file: string) {
  return (model: Model): number[] => {
    const { homes = [], isUsual = false, size = 0 } = schemas.get(model.file) ?? {};
    const near = homes.map((home) => sharedFolders(home, file));
    return [Number(isUsual), Math.max(0, ...near), size];
  };
}

/** How many folders two paths begin with together. */
function sharedFolders(folder: string, file: string): number {
  const [one, other] = [folder.split("/"), posix.dirname(file).split("/")];
  const end = one.findIndex((name, index) => name !== other[index]);
  return end === -1 ? one.length : end;
}

/** The first of those that are the best by the first number that differs. */
function best(
  models: readonly Model[],
  of: (model: Model) => readonly number[],
): Model | undefined {
  if (models.length < 2) return models[0];
  let [found, most] = [models[0], models[0] && of(models[0])];
  for (const model of models.slice(1)) {
    const numbers = of(model);
    const index = numbers.findIndex((number, at) => number !== most?.[at]);
    if (index !== -1 && (numbers[index] ?? 0) > (most?.[index] ?? 0))
      [found, most] = [model, numbers];
  }
  return found;
}

/** Prisma makes a table of links where two lists name each other; its first column is of the first name. */
function linksOf(prisma: readonly FileFacts[], inSchema: Schemas["inSchema"]): ForeignKey[] {
  const lists = prisma.flatMap((facts) => facts.lists ?? []);
  const sideOf = (side: string, other: string, { relation = "" }: ManyField) =>
    [side, other, relation].join("\0");
  const ends = lists.map((list) => {
    const to = inSchema(list.to, list.file);
    return { list, from: `${list.file}\0${list.owner}`, to: `${to?.file}\0${list.to}` };
  });
  const sides = new Set(ends.map(({ list, from, to }) => sideOf(from, to, list)));
  return ends
    .filter(({ list, from, to }) => list.owner < list.to && sides.has(sideOf(to, from, list)))
    .map(({ list: { file, line, field, owner, to } }) => ({
      file,
      line,
      field,
      owner,
      to,
      kind: "many to many",
    }));
}
