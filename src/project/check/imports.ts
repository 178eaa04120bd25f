/** What a source file imports, at which line, from oxc's module records: nothing is run or resolved. */
import { basename } from "node:path";
import { type EcmaScriptModule, type ParseResult, parseSync, type StaticImport } from "oxc-parser";
import { type Binding, memberUsesOf } from "./calls.ts";
import { type LineAt, lineFinder } from "./line-at.ts";
import { isTooDeep } from "./unfit.ts";

export interface Imported {
  /** As it is written; undefined when it is computed. */
  readonly from: string | undefined;
  /** What is taken, by its name there; `*` for all of it. */
  readonly names: readonly string[];
  /** Whether only types are taken, so that nothing is left of it at run time. */
  readonly isType: boolean;
  readonly line: number;
  /** The endpoints and events of a contract that the file uses through this import. */
  readonly members: readonly Member[];
}

/** `*` where the source does not say which. */
export interface Member {
  readonly version: string;
  readonly name: string;
  readonly line: number;
}

export interface Source {
  readonly imports: readonly Imported[];
  /** Why it was not read whole: syntax errors, and then what was read before them. */
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

const NESTED = { line: 1, message: "it is nested too deeply to be read" };

export function importsOf(path: string, text: string): Source {
  if (isTooDeep(text)) return { imports: [], errors: [NESTED] };
  const parsed = parseSync(basename(path), text);
  const { module, errors } = parsed;
  const lineAt = lineFinder(text);
  return {
    imports: [
      ...fromImports(parsed, text, lineAt),
      ...fromExports(module, lineAt),
      ...fromCalls(module, text, lineAt),
    ],
    errors: errors.map(({ message, labels }) => ({
      line: lineAt(labels[0]?.start ?? 0),
      message: `a syntax error: ${message}`,
    })),
  };
}

function fromImports(parsed: ParseResult, text: string, lineAt: LineAt): Imported[] {
  const { staticImports } = parsed.module;
  const bindings = staticImports.flatMap(toBindings);
  // The whole tree costs much more to read than the module's record.
  const uses = bindings.length > 0 ? memberUsesOf(parsed.program, bindings) : [];
  return staticImports.map(({ start, end, moduleRequest, entries }, origin) => {
    const values = entries.filter(({ isType }) => !isType);
    const isType = entries.length > 0 && values.length === 0;
    const names = values.flatMap(({ importName, localName }) =>
      importName.kind === "NamespaceObject"
        ? membersOf(localName.value, text.slice(end))
        : [importName.name ?? "default"],
    );
    // `import type {} from` has no entries to tell it by.
    const isEmptyType = /^import\s+type\s*\{\s*\}/.test(text.slice(start, end));
    const members = uses
      .filter((use) => use.origin === origin)
      .map(({ version, member, offset }) => ({ version, name: member, line: lineAt(offset) }));
    return {
      from: moduleRequest.value,
      names,
      isType: isType || isEmptyType,
      line: lineAt(start),
      members,
    };
  });
}

/** What may be a contract: `v1`, by whatever local name, or a namespace that has versions. */
function toBindings({ entries }: StaticImport, origin: number): Binding[] {
  return entries.flatMap(({ importName, localName, isType }): Binding[] => {
    if (isType) return [];
    const local = localName.value;
    if (importName.kind === "NamespaceObject") return [{ local, origin, version: undefined }];
    const version = importName.name ?? "";
    return /^v[1-9]\d*$/.test(version) ? [{ local, origin, version }] : [];
  });
}

/** `faq.v1` of `import * as faq`; all of it when no member is named. */
function membersOf(name: string, text: string): string[] {
  const escaped = name.replaceAll("$", "\\$");
  const found = [...text.matchAll(new RegExp(`(?<![\\w$.])${escaped}\\.(v[1-9]\\d*)\\b`, "g"))];
  const members = new Set(found.map(([, member = ""]) => member));
  return members.size > 0 ? [...members] : ["*"];
}

function fromExports({ staticExports }: EcmaScriptModule, lineAt: LineAt): Imported[] {
  return staticExports.flatMap(({ start, entries }) => {
    const groups = Map.groupBy(
      entries.filter((entry) => entry.moduleRequest !== null),
      (entry) => entry.moduleRequest?.value ?? "",
    );
    return [...groups].map(([from, group]) => {
      const values = group.filter(({ isType }) => !isType);
      const names = values.map(({ importName }) => importName.name ?? "*");
      return { from, names, isType: values.length === 0, line: lineAt(start), members: [] };
    });
  });
}

function fromCalls({ dynamicImports }: EcmaScriptModule, text: string, lineAt: LineAt): Imported[] {
  return dynamicImports.map(({ start, moduleRequest }) => {
    const written = text.slice(moduleRequest.start, moduleRequest.end).trim();
    const [, , from] = /^(["'`])((?:(?!\1|\\|\$\{).)*)\1$/s.exec(written) ?? [];
    return { from, names: ["*"], isType: false, line: lineAt(start), members: [] };
  });
}
