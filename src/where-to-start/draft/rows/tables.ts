/** The columns of Django's models: what their classes write, and what they inherit of classes of the code base. */
import { type Column as Key, rowsOf } from "../../python/resolve/columns.ts";
import { targetOf } from "../../python/resolve/keys.ts";
import type { Scope } from "../../python/resolve/scope.ts";
import type { ClassFacts } from "../../types/source.ts";
import type { Tree } from "../../types/tree.ts";
import { type Kind, kindOf, linkIn } from "./field-types.ts";
import { fieldsWritten, type Written } from "./written.ts";

/** A column that refers to no rows. */
export interface Plain extends Kind {
  readonly written: Written;
}

/** A column that does. */
export interface Reference {
  readonly name: string;
  readonly isNull: boolean;
  /** Its own rows are found by it. */
  readonly isKey: boolean;
  /** Where that is a class of the code base. */
  readonly target: ClassFacts | undefined;
  /** The target's field whose values it has; undefined for its key. */
  readonly toField: string | undefined;
}

export interface Table {
  readonly columns: readonly Plain[];
  readonly references: readonly Reference[];
  /** Many to many: rows of a table of their own. */
  readonly lists: readonly string[];
  /** Classes with rows, whose columns it has too. */
  readonly parents: readonly ClassFacts[];
  /** What it inherits of no class of the code base. */
  readonly unknown: readonly string[];
}

export interface Tables {
  readonly tableOf: (one: ClassFacts) => Promise<Table>;
  /** What its key holds, or another field of it. */
  readonly typeOf: (one: ClassFacts, field?: string) => Promise<string>;
}

interface Mutable {
  readonly columns: Plain[];
  readonly references: Reference[];
  readonly lists: string[];
  readonly parents: ClassFacts[];
  readonly unknown: string[];
}

interface Inherited {
  /** Names that whoever inherits gives to something else. */
  readonly taken: Set<string>;
  readonly seen: Set<ClassFacts>;
}

/** A key that is a key that is a key: longer ways are circles. */
const DEPTH_MAX = 10;

/** Bases that have no columns. */
const NO_COLUMNS = /^object$|(?:^|\.)Model$/;

/** `models`: by the path of their unit, and their names in small letters. */
export function tablesIn(
  scope: Scope,
  models: ReadonlyMap<string, readonly ClassFacts[]>,
  read: Tree["read"],
): Tables {
  const texts = new Map<string, ReturnType<typeof fieldsWritten>>();
  const tables = new Map<ClassFacts, Table>();

  async function fieldsIn(file: string): Promise<ReturnType<typeof fieldsWritten>> {
    const known = texts.get(file);
    if (known !== undefined) return known;
    await read([file], (_, text = "") => void texts.set(file, fieldsWritten(text)));
    return texts.get(file) ?? new Map();
  }

  async function tableOf(one: ClassFacts): Promise<Table> {
    const rows = rowsOf(one, scope.classes);
    const known = tables.get(rows);
    if (known !== undefined) return known;
    const table: Mutable = { columns: [], references: [], lists: [], parents: [], unknown: [] };
    await addTo(table, rows, { taken: new Set(), seen: new Set() });
    for (const column of scope.columns.get(rows.file) ?? []) {
      const { owner, kind } = column.key;
      const isColumn = kind === "foreign key" || kind === "one to one";
      if (owner === rows.name && isColumn) table.references.push(await toReference(rows, column));
    }
    tables.set(rows, table);
    return table;
  }

  async function addTo(table: Mutable, one: ClassFacts, inherited: Inherited): Promise<void> {
    const { taken, seen } = inherited;
    if (seen.has(one)) return;
    seen.add(one);
    const { classes } = scope;
    const written = (await fieldsIn(one.file)).get(one.line) ?? [];
    const last = new Map(written.map((field) => [field.name, field]));
    for (const field of last.values()) if (!taken.has(field.name)) addField(table, one.file, field);
    for (const name of one.attributes) taken.add(name);
    for (const name of one.bases)
      if (!NO_COLUMNS.test(name) && classes.find(name, one.file) === undefined)
        table.unknown.push(name);
    for (const base of classes.basesOf(one)) {
      if (classes.isPlain(base)) for (const name of base.attributes) taken.add(name);
      else if (base.isAbstract) await addTo(table, base, inherited);
      else if (classes.isModel(base)) table.parents.push(rowsOf(base, classes));
    }
  }

  function addField({ lists, columns }: Mutable, file: string, written: Written): void {
    const link = linkIn(scope, file, written);
    const kind = kindOf(scope, file, written);
    if (link === "many to many") lists.push(written.name);
    else if (link === undefined && kind !== undefined) columns.push({ written, ...kind });
  }

  async function toReference(rows: ClassFacts, column: Key): Promise<Reference> {
    const { written, table } = column;
    // `page_ptr`, that nobody writes.
    const isLink = table !== undefined && written.line === rows.line;
    const said = [...(await fieldsIn(written.file)).values()]
      .flat()
      .find(({ name, line }) => name === written.field && line === written.line);
    return {
      name: `${written.field}_id`,
      // Of what is added to a class from outside it is not read.
      isNull: said?.isNull ?? !isLink,
      isKey: said?.isKey ?? isLink,
      target: table ?? targetIn(rows, column),
      toField: said?.toField,
    };
  }

  function targetIn(rows: ClassFacts, column: Key): ClassFacts | undefined {
    const own = scope.index.of(rows.file);
    if (own === undefined) return undefined;
    if (column.written.to === "self") return rows;
    const { unit, isUser } = targetOf(scope, column, own);
    const to = isUser ? (scope.project.userModel ?? "") : column.written.to;
    const name = to.slice(to.lastIndexOf(".") + 1).toLowerCase();
    return unit === undefined ? undefined : models.get(`${unit.path} ${name}`)?.[0];
  }

  async function typeOf(one: ClassFacts, field?: string, depth = 0): Promise<string> {
    if (depth > DEPTH_MAX) return "integer()";
    const { columns, references, parents } = await tableOf(one);
    const column = columns.find(({ written: { name, isKey } }) =>
      field === undefined ? isKey : name === field,
    );
    if (column !== undefined) return column.field;
    const key = references.find(({ name, isKey }) =>
      field === undefined ? isKey : name === field || name === `${field}_id`,
    );
    const next = key?.target ?? parents[0];
    if (next === undefined) return "integer()";
    return typeOf(next, key === undefined ? field : key.toField, depth + 1);
  }

  return { tableOf, typeOf: (one, field) => typeOf(one, field) };
}
