/**
 * Reads a schema of Prisma: its models, the columns that refer to others, the lists that may be tables of links,
 * and where the client that asks for its rows is written to.
 */
import { posix } from "node:path";
import type { Declared, FileFacts, ForeignKey, ManyField, ModelFacts } from "../../types/source.ts";

interface Statement {
  readonly line: number;
  readonly code: string;
}

const BLOCK = /^(\w+)\s+(\w+)\s*\{$/;
const FIELD = /^(\w+)\s+(\w+)\s*(\[\s*\])?/;

export function readPrisma(file: string, text: string): FileFacts {
  const models: ModelFacts[] = [];
  const foreignKeys: ForeignKey[] = [];
  const lists: ManyField[] = [];
  const declared: Declared[] = [];
  const { statements, lines } = statementsOf(text);
  for (let at = 0; at < statements.length; at += 1) {
    const { line, code } = statements[at] ?? { line: 0, code: "" };
    const [, is, name = ""] = BLOCK.exec(code) ?? [];
    const fields = is === undefined ? [] : upToBrace(statements, at + 1);
    if (is === "model" || is === "view") {
      models.push({ file, line, name, table: tableOf(fields) ?? name });
      addFields(fields, { file, owner: name, foreignKeys, lists });
    }
    if (is === "generator") declared.push(...clientsIn(fields, file));
    at += fields.length;
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
    lists,
    declared,
    problems: [],
  };
}

/** `@@map("users")`: without it the table is called as the model. */
function tableOf(fields: readonly Statement[]): string | undefined {
  return fields
    .map(({ code }) => /^@@map\s*\(\s*(?:name\s*:\s*)?"([^"]*)"/.exec(code)?.[1])
    .find((name) => name !== undefined);
}

function upToBrace(statements: readonly Statement[], from: number): readonly Statement[] {
  let end = from;
  while (end < statements.length && statements[end]?.code !== "}") end += 1;
  return statements.slice(from, end);
}

interface Fields {
  readonly file: string;
  readonly owner: string;
  readonly foreignKeys: ForeignKey[];
  readonly lists: ManyField[];
}

function addFields(
  fields: readonly Statement[],
  { file, owner, foreignKeys, lists }: Fields,
): void {
  const alone = new Set(fields.flatMap(({ code }) => uniqueIn(code)));
  for (const { line, code } of fields) {
    const [, field, to, list] = FIELD.exec(code) ?? [];
    if (field === undefined || to === undefined) continue;
    const place = { file, line, field, owner, to };
    const relation = /@relation\s*\((.*)$/.exec(code)?.[1] ?? "";
    const columns = /\bfields\s*:\s*\[([^\]]*)/.exec(relation)?.[1];
    if (columns !== undefined) {
      const kind = alone.has(namesIn(columns)) ? "one to one" : "foreign key";
      foreignKeys.push({ ...place, kind });
    } else if (list !== undefined) {
      const name = /^\s*(?:name\s*:\s*)?("[^"]*")/.exec(relation)?.[1];
      lists.push({ ...place, relation: name });
    }
  }
}

/** Columns of which no two rows have the same: `buyerId Int @unique`, `@@unique([a, b])`. */
function uniqueIn(code: string): string[] {
  const several = /^@@(?:unique|id)\s*\(\s*(?:fields\s*:\s*)?\[([^\]]*)/.exec(code)?.[1];
  if (several !== undefined) return [namesIn(several)];
  const [, one] = /^(\w+)\s.*@(?:unique|id)\b/.exec(withoutStrings(code)) ?? [];
  return one === undefined ? [] : [one];
}

function namesIn(list: string): string {
  return list
    .split(",")
    .map((name) => name.trim())
    .toSorted()
    .join(" ");
}

/** `output = "../generated/client"`: whoever asks by this client is near to it, wherever the schema lies. */
function clientsIn(fields: readonly Statement[], file: string): Declared[] {
  // Others write documentation, checks of input, …
  if (!fields.some(({ code }) => /^provider\s*=\s*"prisma-client/.test(code))) return [];
  return fields.flatMap(({ line, code }): Declared[] => {
    const output = /^output\s*=\s*"([^"]*)"/.exec(code)?.[1];
    if (output === undefined) return [];
    return [{ file, line, kind: "client", what: posix.join(posix.dirname(file), output) }];
  });
}

/** Without comments; what stands in open brackets goes on in the next line. */
function statementsOf(text: string): { statements: Statement[]; lines: number } {
  const statements: Statement[] = [];
  let lines = 0;
  let open: { line: number; parts: string[]; depth: number } | undefined;
  const close = () => {
    if (open !== undefined) statements.push({ line: open.line, code: open.parts.join(" ") });
    open = undefined;
  };
  for (const [index, written] of text.split("\n").entries()) {
    const code = written.replaceAll(/("(?:[^"\\]|\\.)*"?)|\/\/.*/g, "$1").trim();
    if (code === "") continue;
    lines += 1;
    // What was never closed goes no further than its block.
    if (code === "}") close();
    open ??= { line: index + 1, parts: [], depth: 0 };
    open.parts.push(code);
    open.depth += depthOf(code);
    if (open.depth <= 0) close();
  }
  close();
  return { statements, lines };
}

function depthOf(code: string): number {
  const bare = withoutStrings(code);
  return (bare.match(/[([]/g)?.length ?? 0) - (bare.match(/[)\]]/g)?.length ?? 0);
}

function withoutStrings(code: string): string {
  return code.replaceAll(/"(?:[^"\\]|\\.)*"?/g, "");
}
