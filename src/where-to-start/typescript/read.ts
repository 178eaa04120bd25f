/**
 * Reads one file of TypeScript or JavaScript: its imports by oxc's module record, and, only where its text
 * has something of the kind, its syntax tree for relations and injections. Nothing is run.
 */
import { basename } from "node:path";
import { type EcmaScriptModule, parseSync } from "oxc-parser";
import { lineFinder } from "../../project/check/line-at.ts";
import { saysItIsGenerated } from "../generated.ts";
import type { Export, FileFacts, Import } from "../types/source.ts";
import { passesOf } from "./reader/barrels.ts";
import { mayJoin } from "./reader/joins.ts";
import { type At, codeLines } from "./reader/lines.ts";
import { outsideOf } from "./reader/outside.ts";
import { moduleRecordOf } from "./reader/module-record.ts";
import { mayLookUp } from "./reader/lookups.ts";
import { isPacked } from "./reader/packed.ts";
import { mayBeSequelize } from "./reader/sequelize.ts";
import { readTies } from "./reader/ties.ts";
import { clientCalls, declaredIn } from "./reader/tokens.ts";

/** What makes a look at the syntax tree worth its price, which is half of the parser's own. */
const MAY_HAVE_TIES =
  /@\w*(?:Many|One)To(?:Many|One)\b|\breferences\s*\(|\bref\s*:|@Inject\b|AuthGuard\s*\(|\$?transaction\s*\(|@Transactional\b|@(?:OnEvent|EventPattern|MessagePattern|Process|Processor|InjectQueue|InjectRepository)\b|@\w*Entity\b|\b(?:pg|mysql|sqlite)Table\s*\(|\.table\s*\(|\bSchema\s*\(|\bmodel\s*[<(]|\brequire\s*\(/;

/** What a migration does to tables counts as no tie, and of all files it has most SQL. */
function mayHaveTies(file: string, text: string): boolean {
  if (MAY_HAVE_TIES.test(text)) return true;
  return !isMigration(file) && (mayJoin(text) || mayBeSequelize(text) || mayLookUp(text));
}

export function readTypeScript(file: string, text: string): FileFacts {
  if (isPacked(text)) return { ...unread(file, text), isGenerated: true };
  const tied = mayHaveTies(file, text) ? parseSync(basename(file), text) : undefined;
  const { module, errors } = tied ?? moduleRecordOf(file, text);
  const lineAt = lineFinder(text);
  const at: At = { file, text, lineAt };
  const ties = tied === undefined ? NO_TIES : readTies(tied.program, at);
  const imports = [...importsOf(module, at), ...ties.required];
  const declared = declaredIn(at, imports);
  const passes = passesOf(module);
  return {
    ...unread(file, text),
    imports,
    foreignKeys: ties.foreignKeys,
    hidden: [...ties.hidden, ...clientCalls(at)],
    outside: outsideOf(imports, at),
    exports: exportsOf(module, at),
    models: ties.models,
    ...(ties.lists.length === 0 ? {} : { lists: ties.lists }),
    ...(ties.associations.length === 0 ? {} : { associations: ties.associations }),
    ...(declared.length === 0 ? {} : { declared }),
    ...(passes.length === 0 ? {} : { passes }),
    problems: errors.map(({ message, labels }) => ({
      file,
      line: lineAt(labels[0]?.start ?? 0),
      what: message,
    })),
  };
}

/** What is known of a file without its parser; and why no more, where that is to be told. */
export function unread(file: string, text: string, why?: string): FileFacts {
  return {
    file,
    language: "typescript",
    lines: codeLines(text),
    isTest: isTest(file),
    isMigration: isMigration(file),
    isGenerated: isGenerated(file, text),
    imports: [],
    foreignKeys: [],
    hidden: [],
    outside: [],
    exports: [],
    models: [],
    problems: why === undefined ? [] : [{ file, line: 1, what: why }],
  };
}

function isMigration(file: string): boolean {
  return /(^|\/)migrations?\//.test(file);
}

const NO_TIES = {
  required: [],
  foreignKeys: [],
  hidden: [],
  models: [],
  lists: [],
  associations: [],
};

function importsOf(module: EcmaScriptModule, { file, text, lineAt }: At): Import[] {
  const imports: Import[] = module.staticImports.map(({ start, end, moduleRequest, entries }) => {
    const values = entries.filter(({ isType }) => !isType);
    const shown = values.length > 0 ? values : entries;
    const here = shown.map(({ localName }) => localName.value);
    const names = shown.map(({ importName }) =>
      importName.kind === "Default" ? "default" : (importName.name ?? "*"),
    );
    return {
      file,
      line: lineAt(start),
      from: moduleRequest.value,
      names,
      ...(here.every((name, index) => name === names[index]) ? {} : { here }),
      isType:
        (entries.length > 0 && values.length === 0) ||
        /^import\s+type\s*\{\s*\}/.test(text.slice(start, end)),
    };
  });
  const imported = new Set(module.staticImports.map(({ start }) => start));
  for (const { start, entries } of module.staticExports) {
    const from = entries[0]?.moduleRequest?.value;
    // Of `export { a }` of an imported `a` the parser shows that import, which was counted.
    if (from === undefined || imported.has(start)) continue;
    const names = entries.map(({ importName }) => importName.name ?? "*");
    const isType = entries.every((entry) => entry.isType);
    imports.push({ file, line: lineAt(start), from, names, isType });
  }
  for (const { start, moduleRequest } of module.dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end);
    // Of a computed one nothing is known.
    const from = /^(["'`])([^"'`$]*)\1$/.exec(written)?.[2];
    if (from !== undefined)
      imports.push({ file, line: lineAt(start), from, names: ["*"], isType: false });
  }
  return imports;
}

function exportsOf(module: EcmaScriptModule, { file, text, lineAt }: At): Export[] {
  return module.staticExports.flatMap(({ start, entries }) =>
    entries.flatMap((entry): Export[] => {
      if (entry.moduleRequest !== null || entry.isType) return [];
      const name = entry.exportName.kind === "Default" ? "default" : entry.exportName.name;
      if (name === null) return [];
      const { start: named } = entry.localName;
      const isVariable = /^(?:const|let|var)\b/.test(text.slice(entry.start, entry.start + 6));
      const from = isVariable ? (named ?? entry.start) : entry.start;
      const declared = text.slice(from, from + DECLARATION_CHARS);
      return [{ file, line: lineAt(start), name, ...shapeOf(declared) }];
    }),
  );
}

/** Enough for the parameters of a function, and little enough to be cut out for each export. */
const DECLARATION_CHARS = 600;

function shapeOf(declared: string): Pick<Export, "is" | "parameters"> {
  if (/^(?:abstract\s+)?class\b/.test(declared)) return { is: "class" };
  const written = /^(?:async\s+)?function\b[^(]*|^[\w$]+\s*(?::[^=]+)?=\s*(?:async\s*)?/.exec(
    declared,
  );
  const isArrow = written !== null && !written[0].includes("function");
  const rest = written === null ? "" : declared.slice(written[0].length);
  const parameters = rest.startsWith("(") ? inBrackets(rest) : undefined;
  if (parameters === undefined) return { is: "value" };
  if (isArrow && !/^\s*(?::[^=]+)?=>/.test(rest.slice(parameters.length))) return { is: "value" };
  return { is: "function", parameters };
}

/** From the first bracket to the one that closes it. */
function inBrackets(text: string): string | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === "(" || letter === "{" || letter === "[") depth += 1;
    if (letter === ")" || letter === "}" || letter === "]") depth -= 1;
    if (depth === 0) return text.slice(0, at + 1);
  }
  return undefined;
}

export function isTest(file: string): boolean {
  return (
    /(^|\/)(__tests__|__mocks__|tests?|e2e|cypress|spec)\//.test(file) ||
    /\.(test|spec|e2e-spec|cy|stories)\.[cm]?[jt]sx?$/.test(file)
  );
}

/** Long lines are what a person does not write. */
const LINE_CHARS_MAX = 5000;

function isGenerated(file: string, text: string): boolean {
  if (/\.(min|bundle)\.[cm]?js$|(^|\/)(generated|__generated__)\/|\.d\.[cm]?ts$/.test(file))
    return true;
  if (saysItIsGenerated(text)) return true;
  const newline = text.indexOf("\n", LINE_CHARS_MAX);
  return (
    text.length > LINE_CHARS_MAX && text.lastIndexOf("\n", LINE_CHARS_MAX) === -1 && newline !== 0
  );
}
