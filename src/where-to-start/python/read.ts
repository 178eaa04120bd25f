/** A Python file: what it imports, what it stores, what it is tied to. Its code is never run. */
import type { ClassFacts, FileFacts } from "../types/source.ts";
import {
  isAppsFile,
  isGeneratedFile,
  isMigrationFile,
  isModelsFile,
  isTestFile,
} from "./file-kind.ts";
import { lex } from "./lexer/lex.ts";
import type { Tokens } from "./lexer/tokens.ts";
import { modelClasses } from "./reader/models.ts";
import { givenModels } from "./reader/given-models.ts";
import type { Reading } from "./reader/reading.ts";
import { readStatements } from "./reader/statements.ts";
import { readTransactions } from "./reader/transactions.ts";

/**
 * Reads any version of Python, 2.7 to 3.14, and any text at all: what cannot be understood is a problem with its
 * line, and the rest is read. Takes time by the length of the text.
 */
export function readPython(file: string, text: string): FileFacts {
  const tokens = lex(text);
  const reading = newReading(file, tokens);
  readStatements(reading);
  readTransactions(reading);
  const classes = addClasses(reading);
  const { imports, foreignKeys, hidden, outside, exports, models, declared } = reading;
  return {
    file,
    language: "python",
    lines: tokens.codeLines,
    isTest: isTestFile(file),
    isMigration: isMigrationFile(file),
    isGenerated: isGeneratedFile(file, text),
    imports,
    foreignKeys,
    hidden,
    outside,
    exports,
    models,
    declared,
    classes,
    givenModels: givenModels(reading),
    problems: tokens.problems.map(({ line, what }) => ({ file, line, what })),
  };
}

function newReading(file: string, tokens: Tokens): Reading {
  return {
    file,
    tokens,
    isModelsFile: isModelsFile(file),
    isAppsFile: isAppsFile(file),
    scopes: [],
    bindings: new Map(),
    userNames: new Set(),
    givenModels: new Map(),
    asked: [],
    classes: [],
    imports: [],
    foreignKeys: [],
    hidden: [],
    outside: [],
    exports: [],
    models: [],
    declared: [],
    transactions: [],
  };
}

/** Once the file is read, it is known which classes have rows. */
function addClasses(reading: Reading): ClassFacts[] {
  const { file, classes, exports, models } = reading;
  const found = modelClasses(reading);
  for (const scope of classes) {
    const { name, line } = scope;
    const isModel = found.has(scope) && !scope.isAbstract;
    if (isModel) models.push({ file, line, name });
    if (scope.isTop) exports.push({ file, line, name, is: isModel ? "model" : "class" });
  }
  exports.sort((a, b) => a.line - b.line);
  return classes.map((scope): ClassFacts => {
    const { name, line, bases, isTop, isAbstract, isProxy, keys } = scope;
    const attributes = [...scope.attributes];
    const isModel = found.has(scope);
    return { file, line, name, bases, isTop, isModel, isAbstract, isProxy, keys, attributes };
  });
}
