/** The rows of models, as a contract has them: the files that make them are read anew. */
import { scopeOf, type Scope } from "../../python/resolve/scope.ts";
import type { Project } from "../../types/project.ts";
import type { ClassFacts, FileFacts, Place } from "../../types/source.ts";
import type { Tree } from "../../types/tree.ts";
import { type Field, nameOf } from "../fields.ts";
import { type Plain, type Tables, tablesIn } from "./tables.ts";
import { type Column, orNull, type Row } from "./types.ts";

/** What is known of the code base that a unit is in. */
export interface Code {
  readonly project: Project;
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly read: Tree["read"];
}

/** By the names of the models. */
export async function readRows(
  models: readonly (Place & { readonly name: string })[],
  { project, files, read }: Code,
): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  const isPython = ({ file }: Place) => files.get(file)?.language === "python";
  for (const model of models.filter((one) => !isPython(one)))
    rows.set(model.name, keysAlone(model, files.get(model.file)));
  const django = models.filter(isPython);
  if (django.length === 0) return rows;
  const python = new Map([...files].filter(([, { language }]) => language === "python"));
  const scope = scopeOf(project, python);
  const tables = tablesIn(scope, modelsIn(scope, python), read);
  for (const { name, file, line } of django) {
    const one = files.get(file)?.classes?.find((made) => made.line === line && made.name === name);
    if (one !== undefined) rows.set(name, await rowOf(one, tables));
  }
  return rows;
}

/** By the path of the unit, and the name in small letters: so Django finds them. */
function modelsIn({ index, classes }: Scope, files: ReadonlyMap<string, FileFacts>) {
  const all = [...files.values()].flatMap(({ isTest, isMigration, classes: own = [] }) =>
    isTest || isMigration
      ? []
      : own.filter((one) => one.isTop && !one.isAbstract && classes.isModel(one)),
  );
  return Map.groupBy(all, ({ file, name }) => `${index.of(file)?.path} ${name.toLowerCase()}`);
}

/** Of TypeScript and of Prisma nothing else is read. */
function keysAlone({ name }: { readonly name: string }, facts: FileFacts | undefined): Row {
  const keys = (facts?.foreignKeys ?? []).filter(
    ({ owner, kind }) => owner === name && (kind === "foreign key" || kind === "one to one"),
  );
  const columns = [
    { name: "id", field: "integer()" },
    ...keys.map(({ field }): Field => ({
      name: nameOf(`${field}_id`),
      field: "nullable(integer())",
    })),
  ];
  return {
    key: "integer()",
    columns: eachOnce(columns),
    notes: ["Only its references were read, and not their types: add the other columns."],
  };
}

/** What may be a secret does not belong into a contract. */
const SECRET = /passw(?:or)?d|passphrase|secret|token|(?:api|private)_?key/i;

async function rowOf(one: ClassFacts, { tableOf, typeOf }: Tables): Promise<Row> {
  const { columns, references, lists, parents, unknown } = await tableOf(one);
  const all: (Column & { readonly isKey: boolean })[] = [];
  for (const { name, isNull, isKey, target, toField } of references) {
    const type = target === undefined ? "integer()" : await typeOf(target, toField);
    all.push({ name, field: orNull(type, isNull), isKey });
  }
  for (const plain of columns) all.push({ ...toColumn(plain), isKey: plain.written.isKey });
  const key = await typeOf(one);
  if (!all.some(({ isKey }) => isKey)) all.unshift({ name: "id", field: key, isKey: true });
  const sorted = [...all.filter(({ isKey }) => isKey), ...all.filter(({ isKey }) => !isKey)];
  const secret = sorted.filter(({ name }) => SECRET.test(name));
  return {
    key,
    columns: eachOnce(sorted.filter((column) => !secret.includes(column))),
    notes: [
      ...said(
        "Left out, since they may be secret",
        secret.map(({ name }) => name),
      ),
      ...said(
        "A contract has no such names",
        all.flatMap(({ name }) => (nameOf(name) === "" ? [name] : [])),
      ),
      ...said("Many to many, and no columns", lists),
      ...said(
        "It has the columns of these too",
        parents.map(({ name, file, line }) => `${name}, ${file}:${line}`),
      ),
      ...said("It may have more columns, of classes that are not in this code base", unknown),
    ],
  };
}

function said(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what}: ${[...new Set(names)].join(", ")}`];
}

function toColumn({ written: { name, call, item, isNull }, field, isKnown }: Plain): Column {
  const comment = isKnown ? {} : { comment: item?.call ?? call };
  return { name, field: orNull(field, isNull), ...comment };
}

function eachOnce(columns: readonly Column[]): Column[] {
  const named = columns.map(({ name, field, comment }): Column => ({
    name: nameOf(name),
    field,
    ...(comment === undefined ? {} : { comment }),
  }));
  const once = new Map(named.map((one) => [one.name, one]));
  once.delete("");
  return [...once.values()];
}
