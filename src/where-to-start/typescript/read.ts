/**
 * Reads one file of TypeScript or JavaScript: its imports by oxc's module record, and, only where its text
 * has something of the kind, its syntax tree for relations and injections. Nothing is run.
 */
import type { EcmaScriptModule } from "oxc-parser";
import { lineFinder } from "../../project/check/line-at.ts";
import { saysItIsGenerated } from "../generated.ts";
import type { Export, FileFacts, Import } from "../types/source.ts";
import { clientCalls, makesClient, MAY_CALL_CLIENT } from "./prisma/calls.ts";
import { type Locals, localsOf, passesOf } from "./reader/barrels.ts";
import { exportedBy, givenIn } from "./reader/commonjs-exports.ts";
import { mayJoin } from "./reader/joins.ts";
import { type At, codeLines } from "./reader/lines.ts";
import { outsideOf } from "./reader/outside.ts";
import { moduleRecordOf, treeOf } from "./reader/module-record.ts";
import { mayLookUp } from "./reader/lookups.ts";
import { isPacked } from "./reader/packed.ts";
import { mayBeSequelize } from "./reader/sequelize.ts";
import { readTies } from "./reader/ties.ts";
import { declaredIn } from "./reader/tokens.ts";
import { modelIn, type Top, topOf } from "./reader/top.ts";
import { placeAt } from "./reader/walk.ts";

/** What makes a look at the syntax tree worth its price, which is half of the parser's own. */
const MAY_HAVE_TIES =
  /@\w*(?:Many|One)To(?:Many|One)\b|\breferences\s*\(|\bref\s*:|@Inject\b|AuthGuard\s*\(|\$?transaction\s*\(|@Transactional\b|@(?:OnEvent|EventPattern|MessagePattern|Process|Processor|InjectQueue|InjectRepository)\b|@\w*Entity\b|@\w*Column\b|\babstract\s+class\s[^{]{0,200}\bextends\b|\b(?:pg|mysql|sqlite)Table\s*\(|\.table\s*\(|\bSchema\s*\(|\bmodel\s*[<(]|\brequire\s*\(|\bprovide\s*:|\.emit(?:Async)?\s*\(\s*(?:["'`A-Z]|(?!this\b)\w+\.)|\bPassportStrategy\s*\(|\buseGlobal[A-Z]|\bNestFactory\b|\bexports\s*[.=[]|\bexport\s*=/;

/** What a migration does to tables counts as no tie, and of all files it has most SQL. */
function mayHaveTies(file: string, text: string): boolean {
  if (MAY_HAVE_TIES.test(text)) return true;
  return !isMigration(file) && (mayJoin(text) || mayBeSequelize(text) || mayLookUp(text));
}

export function readTypeScript(file: string, text: string): FileFacts {
  if (isPacked(text)) return { ...unread(file, text), isGenerated: true };
  const mayCall = MAY_CALL_CLIENT.test(text);
  const tied = mayCall || mayHaveTies(file, text) ? treeOf(file, text) : undefined;
  const { module, errors } = tied ?? moduleRecordOf(file, text);
  const lineAt = lineFinder(text);
  const at: At = { file, text, lineAt };
  const ties = tied === undefined ? NO_TIES : readTies(tied.program, at);
  const imports = [...importsOf(module, at), ...ties.required];
  const declared = tied === undefined ? [] : declaredIn(tied.program, at, imports);
  if (makesClient(imports, at)) declared.push({ file, line: 1, kind: "client", what: file });
  const called = tied && mayCall ? clientCalls(tied.program, at, imports) : [];
  const top = tied === undefined ? NO_NAMES : topOf(tied.program);
  const taken = localsOf(imports);
  const common =
    tied === undefined ? NO_EXPORTS : exportedBy(givenIn(tied.program, top), { at, taken, top });
  const types = typesOf(module);
  const passes = [...passesOf(module, taken), ...common.passes];
  return {
    ...unread(file, text),
    imports,
    foreignKeys: ties.foreignKeys,
    hidden: [...ties.hidden, ...called],
    outside: outsideOf(imports, at),
    exports: [...exportsOf(module, { at, taken, top }), ...common.exports],
    ...(types.length === 0 ? {} : { types }),
    models: ties.models,
    ...(ties.classes.length === 0 ? {} : { classes: ties.classes }),
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
  classes: [],
  lists: [],
  associations: [],
};
const NO_NAMES: ReadonlyMap<string, Top> = new Map();
const NO_EXPORTS = { exports: [], passes: [] };

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
    const here = names.map(() => "");
    imports.push({ file, line: lineAt(start), from, names, here, isType });
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

/** The parser takes a default `abstract class` for one, and that is there at run time. */
function typesOf({ staticExports }: EcmaScriptModule): string[] {
  return staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType, exportName: { name } }) =>
      moduleRequest === null && isType && name !== null ? [name] : [],
    ),
  );
}

interface Around {
  readonly at: At;
  readonly taken: Locals;
  readonly top: ReadonlyMap<string, Top>;
}

/** What it makes itself. */
function exportsOf(module: EcmaScriptModule, { at, taken, top }: Around): Export[] {
  return module.staticExports.flatMap(({ start, entries }) =>
    entries.flatMap(({ moduleRequest, isType, exportName, localName }): Export[] => {
      if (moduleRequest !== null || isType) return [];
      const name = exportName.kind === "Default" ? "default" : exportName.name;
      const local = localName.name ?? "default";
      if (name === null || taken.has(local)) return [];
      const node = top.get(local)?.node;
      const of = (node && modelIn(node)) ?? localName.name ?? name;
      return [{ ...placeAt(at, start), name, is: "value", ...(of === name ? {} : { of }) }];
    }),
  );
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
