/** The ties of a code base as boundaries.todo lists them: all that the bill of a unit has a price for. */
import type { Kind, Tie } from "../../project/todo/todo.ts";
import { prices } from "../score/bill.ts";
import type { Resolved, ResolvedHidden, ResolvedImport, ResolvedKey } from "../score/facts.ts";
import { isToBeCut, isTying } from "../score/ties.ts";
import { modelOfCall } from "../typescript/prisma/owners.ts";

export interface CodeTie extends Tie {
  /** The first of its lines. */
  readonly line: number;
  /** What it could be instead. */
  readonly becomes: string;
}

/** One for each name and file, however often it is used there. In the order of the files. */
export function tiesIn({ imports, keys, hidden, files }: Resolved, kind: Kind): CodeTie[] {
  const all = [
    ...imports.filter(isToBeCut).flatMap((one) => ofImport(one, kind)),
    ...keys.filter(({ file }) => !isOfPrisma(file)).map(ofKey),
    ...hidden.filter(isLasting).map((one) => ofHidden(one, kind)),
  ];
  const counted = all.filter(({ from, to, file }) => {
    const facts = files.get(file);
    return from !== to && facts !== undefined && isTying(facts);
  });
  const first = new Map<string, CodeTie>();
  for (const tie of counted) {
    const key = [tie.from, tie.to, tie.what, tie.file].join("\0");
    const known = first.get(key);
    if (known === undefined || known.line > tie.line) first.set(key, tie);
  }
  return [...first.values()];
}

/** Where a file stands in its unit may change; what it takes is what ties it. */
function ofImport(
  { file, line, from, to, names, isModel, source }: ResolvedImport,
  kind: Kind,
): CodeTie[] {
  const becomes = becomesOf(isModel ? "model import" : "import", to, kind);
  const taken = names.length === 0 ? [source.from] : names.map((name) => named(name, source.from));
  return taken.map((name) => ({ from, to, what: `import ${name}`, file, line, becomes }));
}

/** What a unit has for others, in code that has no contracts: those of ours never come here. */
function doorOf(to: string, kind: Kind): string {
  if (kind === "nest") return `a provider that the module of ${to} exports`;
  if (kind === "workspaces") return `what the package ${to} exports for others`;
  return `a function of ${to} that is meant for others`;
}

/** As the bill has it, with what there is instead of a contract. */
function becomesOf(price: keyof typeof prices, to: string, kind: Kind): string {
  return prices[price].becomes.replace("its contract", doorOf(to, kind));
}

/** These two say nothing without where they are from. */
function named(name: string, from: string): string {
  if (name === "*") return `all of ${from}`;
  return name === "default" ? `default of ${from}` : name;
}

function ofKey({ file, line, from, to, field, source }: ResolvedKey): CodeTie {
  const what = `foreign key ${source.owner}.${field}`;
  return { from, to, what, file, line, becomes: prices["foreign key out"].becomes };
}

function ofHidden(
  { file, line, from, to = from, kind, what }: ResolvedHidden,
  projectKind: Kind,
): CodeTie {
  const becomes = becomesOf(kind, to, projectKind);
  return { from, to, what: `${kind} ${oneLine(what)}`, file, line, becomes };
}

/** More of what is written says no more. */
const WHAT_MAX = 120;

function oneLine(what: string): string {
  return what.replaceAll(/\s+/g, " ").trim().slice(0, WHAT_MAX);
}

/**
 * To whom a model of Prisma belongs is a guess by who uses it most: one more use elsewhere may change it, and would
 * make ties new that are old.
 */
function isLasting({ kind, what, file, isGuess }: ResolvedHidden): boolean {
  if (isGuess === true) return false;
  return kind !== "model by name" || modelOfCall(what) === undefined || file.endsWith(".py");
}

function isOfPrisma(file: string): boolean {
  return file.endsWith(".prisma");
}
