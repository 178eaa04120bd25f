/** Reads a schema of Prisma: its models, and the columns that refer to others. */
import type { FileFacts, ForeignKey, Place } from "../types/source.ts";

const MODEL = /^\s*(?:model|view)\s+(\w+)\s*\{/;
const RELATION = /^\s*(\w+)\s+(\w+)(?:\[\])?\??\s.*@relation\([^)]*\bfields\s*:/;

export function readPrisma(file: string, text: string): FileFacts {
  const models: (Place & { name: string })[] = [];
  const foreignKeys: ForeignKey[] = [];
  let owner = "";
  let lines = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const at = { file, line: index + 1 };
    const code = line.replace(/\/\/.*$/, "");
    if (code.trim() !== "") lines += 1;
    const model = MODEL.exec(code)?.[1];
    if (model !== undefined) {
      owner = model;
      models.push({ ...at, name: model });
    }
    if (/^\s*\}/.test(code)) owner = "";
    const [, field, to] = (owner === "" ? null : RELATION.exec(code)) ?? [];
    if (field !== undefined && to !== undefined) {
      const kind = /@unique/.test(code) ? "one to one" : "foreign key";
      foreignKeys.push({ ...at, kind, field, owner, to });
    }
  }
  return {
    file,
    language: "prisma",
    lines,
    isTest: false,
    isMigration: false,
    isGenerated: false,
    imports: [],
    foreignKeys,
    hidden: [],
    outside: [],
    exports: [],
    models,
    problems: [],
  };
}
