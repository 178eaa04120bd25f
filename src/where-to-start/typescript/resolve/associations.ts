/**
 * Columns that associations of Sequelize make. Both models may say so, in whatever file, and the column may be
 * declared besides: it is counted once, at the model that has it.
 */
import { isTying } from "../../score/ties.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { Association, FileFacts, ForeignKey } from "../../types/source.ts";
import { keyOf } from "./tables.ts";

export interface Link {
  readonly source: ForeignKey;
  readonly from: UnitPlace;
  readonly to: UnitPlace;
}

export interface Finding {
  readonly unitOf: (file: string) => UnitPlace | undefined;
  /** Where a model is that a file names. */
  readonly unitOfModel: (name: string, facts: FileFacts) => UnitPlace | undefined;
}

interface Found extends Link {
  readonly source: Association;
  readonly facts: FileFacts;
}

/** What is known of columns, by their model. */
interface Known {
  readonly columns: Set<string>;
  /** Units that a model refers to. */
  readonly referred: Set<string>;
}

export function linksOfAssociations(
  files: ReadonlyMap<string, FileFacts>,
  finding: Finding,
): Link[] {
  const all = [...files.values()].filter(isTying);
  const found = all.flatMap((facts) => foundIn(facts, finding));
  if (found.length === 0) return [];
  const known = knownIn(all, finding);
  const isOwn = ({ facts, from }: Found) => finding.unitOf(facts.file) === from;
  const inOrder = [...found.filter(isOwn), ...found.filter((one) => !isOwn(one))];
  const links: Link[] = [];
  const add = (link: Link, isAnyColumn: boolean) => {
    if (isKnown(known, link, isAnyColumn)) return;
    know(known, link);
    links.push(link);
  };
  // A column without a name is one of those that have one, where there are some.
  for (const link of inOrder)
    if (link.source.kind !== "many to many" && !isUnnamed(link)) add(link, false);
  for (const link of inOrder)
    if (link.source.kind !== "many to many" && isUnnamed(link)) add(link, true);
  const tables = new Set<string>();
  for (const link of inOrder) {
    if (link.source.kind !== "many to many") continue;
    const ends = endsOf(link, finding);
    for (const end of ends ?? []) add(end, true);
    const table = tableOf(link);
    if (ends === undefined && !tables.has(table)) links.push(link);
    tables.add(table);
  }
  return links.filter(({ from, to }) => from !== to);
}

function isUnnamed({ source }: Found): boolean {
  return source.isAnyColumn === true;
}

function foundIn(facts: FileFacts, { unitOfModel }: Finding): Found[] {
  return (facts.associations ?? []).flatMap((source) => {
    const from = unitOfModel(source.owner, facts);
    const to = unitOfModel(source.to, facts);
    return from === undefined || to === undefined ? [] : [{ source, from, to, facts }];
  });
}

function knownIn(all: readonly FileFacts[], { unitOf, unitOfModel }: Finding): Known {
  const known: Known = { columns: new Set(), referred: new Set() };
  for (const facts of all)
    for (const source of facts.foreignKeys) {
      const from = unitOf(facts.file);
      const to = unitOfModel(source.to, facts);
      if (from !== undefined && to !== undefined) know(known, { source, from, to });
    }
  return known;
}

function know({ columns, referred }: Known, link: Link): void {
  columns.add(columnOf(link));
  referred.add(referenceOf(link));
}

function isKnown({ columns, referred }: Known, link: Link, isAnyColumn: boolean): boolean {
  return columns.has(columnOf(link)) || (isAnyColumn && referred.has(referenceOf(link)));
}

function columnOf({ source: { owner, field }, from }: Link): string {
  return [from.path, keyOf(owner), keyOf(field)].join("\0");
}

/** A key may name a table where an association names its model. */
function referenceOf({ source: { owner }, from, to }: Link): string {
  return [from.path, keyOf(owner), to.path].join("\0");
}

/** Both sides name the same table of links. */
function tableOf({ source: { owner, to, through = "" }, ...units }: Found): string {
  const ends = [`${units.from.path}\0${keyOf(owner)}`, `${units.to.path}\0${keyOf(to)}`];
  return [...ends.toSorted(), keyOf(through)].join("\0");
}

/** Where the table of links is a model itself, its two columns; undefined where it is none. */
function endsOf({ source, from, to, facts }: Found, { unitOfModel }: Finding): Link[] | undefined {
  const { through, owner, file, line } = source;
  const unit = through === undefined ? undefined : unitOfModel(through, facts);
  if (through === undefined || unit === undefined) return undefined;
  const end = (name: string, other: UnitPlace): Link => {
    const field = `${name.slice(name.lastIndexOf(".") + 1)}Id`;
    const column = { file, line, kind: "foreign key", owner: through, field, to: name } as const;
    return { source: column, from: unit, to: other };
  };
  return [end(owner, from), end(source.to, to)];
}
