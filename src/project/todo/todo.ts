/**
 * boundaries.todo: the ties between units that are known, a line for each, so that a new one can be told from an old
 * one. Sorted and without line numbers: what moves within a file changes nothing, and branches merge.
 */
import { MarcotError } from "../../errors.ts";
import { ALLOW, readField, TIE, writeField, writeUnit } from "./fields.ts";

export const TODO_FILE = "boundaries.todo";

const FORMAT = 1;

export const KINDS = ["marcot", "django", "workspaces", "nest", "folders"] as const;

export type Kind = (typeof KINDS)[number];

/** Something of one unit that needs something of another one. */
export interface Tie {
  readonly from: string;
  readonly to: string;
  /** `import charge`, `foreign key Payment.order`. */
  readonly what: string;
  /** From the folder of boundaries.todo, with `/`. */
  readonly file: string;
}

/** `*` for any unit. */
export interface Allow {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  /** Comments above it. */
  readonly notes?: readonly string[];
}

export interface Todo {
  /** What its units are, so that they are the same ones at the next look. */
  readonly kind: Kind;
  /** Folders that were named as units: `src/*`. */
  readonly units: readonly string[];
  readonly allows: readonly Allow[];
  /** Comments that somebody wrote, but those above an `allow`. They are the head: the lines below it are sorted. */
  readonly notes: readonly string[];
  readonly ties: readonly Tie[];
}

const HEAD = [
  "# Ties across boundaries that are known: `marcot boundaries check` fails on any other.",
  "# `marcot boundaries todo` writes the lines. Yours are: allow * -> utils | the reason",
];

export function todoText({ kind, units, allows, notes, ties }: Todo): string {
  const lines = ties.map(
    ({ from, to, what, file }) =>
      `${writeUnit(from)} -> ${writeUnit(to)} | ${writeField(what)} | ${writeField(file)}`,
  );
  const head = [
    ...HEAD,
    ...notes,
    `format ${FORMAT}`,
    `kind ${kind}`,
    ...units.map((glob) => `units ${writeField(glob)}`),
    ...allows.map(allowText),
  ];
  const sorted = [...new Set(lines)].toSorted();
  return `${[...onlyOnce(head), ...(sorted.length === 0 ? [] : ["", ...sorted])].join("\n")}\n`;
}

/** A merge of two sides may have brought some twice; a comment without a word only parts others. */
function onlyOnce(head: readonly string[]): string[] {
  const told = new Set<string>();
  return head.filter((text) => {
    const isNew = !told.has(text) || !/[\p{L}\p{N}]/u.test(text);
    told.add(text);
    return isNew;
  });
}

function allowText({ from, to, reason, notes = [] }: Allow): string {
  return [...notes, `allow ${writeAllowed(from)} -> ${writeAllowed(to)} | ${reason}`].join("\n");
}

function writeAllowed(unit: string): string {
  return unit === "*" ? unit : writeUnit(unit);
}

interface Reading {
  format: string | undefined;
  kind: Kind | undefined;
  readonly units: string[];
  readonly allows: Allow[];
  readonly notes: string[];
  /** Comments since the last line that was none. */
  readonly above: string[];
  readonly ties: Tie[];
}

/** @throws {MarcotError} `TodoInvalid`, with the line, where it cannot be understood */
export function parseTodo(text: string): Todo {
  const reading: Reading = {
    format: undefined,
    kind: undefined,
    units: [],
    allows: [],
    notes: [],
    above: [],
    ties: [],
  };
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const wrong = readLine(line.trim(), reading);
    if (wrong !== undefined) throw invalid(`${TODO_FILE}:${index + 1} ${wrong.what}`, wrong.fix);
  }
  const { format, kind, above, notes, ...rest } = reading;
  if (format === undefined || kind === undefined)
    throw invalid(`${TODO_FILE} does not say its ${format === undefined ? "format" : "kind"}`);
  return { kind, ...rest, notes: [...notes, ...above] };
}

interface Wrong {
  readonly what: string;
  readonly fix?: string;
}

function readLine(line: string, reading: Reading): Wrong | undefined {
  if (line === "" || HEAD.includes(line)) return undefined;
  if (line.startsWith("#")) return void reading.above.push(line);
  if (!line.startsWith("allow ")) reading.notes.push(...reading.above.splice(0));
  if (/^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/.test(line))
    return {
      what: "is the mark of a merge that is not finished",
      fix: "Keep the lines of both sides, then `marcot boundaries todo` takes out what is too much.",
    };
  const [, word = "", value = ""] = /^(format|kind|units|allow) (.*)$/.exec(line) ?? [];
  return word === "" ? readTie(line, reading) : readHead(word, value.trim(), reading);
}

function readHead(word: string, value: string, reading: Reading): Wrong | undefined {
  if (word === "format") return readFormat(value, reading);
  if (word === "allow") return readAllow(value, reading);
  if (word === "units") {
    const glob = readField(value);
    if (glob === undefined || glob === "") return { what: "names no folders" };
    return void reading.units.push(glob);
  }
  const kind = KINDS.find((one) => one === value);
  if (kind === undefined)
    return { what: `has no kind that is known: ${value}`, fix: `One of ${KINDS.join(", ")}.` };
  reading.kind = kind;
  return undefined;
}

function readFormat(value: string, reading: Reading): Wrong | undefined {
  reading.format = value;
  if (value === String(FORMAT)) return undefined;
  const isNewer = /^\d{1,9}$/.test(value) && Number(value) > FORMAT;
  return {
    what: `has format ${value}; this Marcot knows ${FORMAT}`,
    fix: isNewer ? "A newer Marcot wrote it: install that one here too." : BROKEN,
  };
}

function readAllow(value: string, reading: Reading): Wrong | undefined {
  const [, from, to, reason = ""] = ALLOW.exec(value) ?? [];
  const ends = [from, to].map((unit) => (unit === undefined ? undefined : readField(unit)));
  const [first, second] = ends;
  if (first === undefined || second === undefined)
    return { what: "is no allow that is understood", fix: ALLOW_FIX };
  if (reason.trim() === "") return { what: "allows something without a reason", fix: ALLOW_FIX };
  const allow = { from: first, to: second, reason: reason.trim() };
  const notes = reading.above.splice(0);
  return void reading.allows.push(notes.length === 0 ? allow : { ...allow, notes });
}

const ALLOW_FIX = "Write it so: allow * -> utils | helpers that store nothing.";

function readTie(line: string, reading: Reading): Wrong | undefined {
  const [, from = "", to = "", what = "", file = ""] = TIE.exec(line) ?? [];
  const tie = {
    from: readField(from),
    to: readField(to),
    what: readField(what),
    file: readField(file),
  };
  if (from === "" || Object.values(tie).includes(undefined))
    return { what: "is no line that is understood" };
  return void reading.ties.push(tie as Tie);
}

const BROKEN =
  "Take the file as it was from git, or delete it and run `marcot boundaries todo` to begin again.";

export function invalid(message: string, fix: string = BROKEN): MarcotError {
  return new MarcotError("TodoInvalid", message, { fix });
}
