/** Tables that a text of SQL names. */

/** How SQL begins, or the piece of it that a query builder is given: all in capitals, or all in small letters. */
const BEGINNING =
  /^[\s(]*(?:(?:SELECT|select|INSERT\s+INTO|insert\s+into|DELETE\s+FROM|delete\s+from|MERGE\s+INTO|merge\s+into)\s|(?:UPDATE|update)\s+\S+\s+(?:\S+\s+){0,2}(?:SET|set)\s|(?:WITH|with)\s+(?:RECURSIVE\s+|recursive\s+)?["\w]+\s*(?:\([^()]*\)\s*)?(?:AS|as)\s|(?:(?:LEFT|RIGHT|FULL|INNER|CROSS|NATURAL|left|right|full|inner|cross|natural)\s+){0,2}(?:OUTER\s+|outer\s+)?(?:JOIN|join)\s)/;

/** A quick look for the same in a whole file. */
export const MAY_BE_SQL =
  /["'`][\s(]*(?:SELECT|select|INSERT\s+INTO|insert\s+into|DELETE\s+FROM|delete\s+from|MERGE\s+INTO|merge\s+into|(?:UPDATE|update)\s+\S{1,80}\s+(?:\S{1,80}\s+){0,2}(?:SET|set)|(?:WITH|with)\s+(?:RECURSIVE\s+|recursive\s+)?["\w]{1,80}\s*(?:\([^()]{0,200}\)\s*)?(?:AS|as)|(?:(?:LEFT|RIGHT|FULL|INNER|CROSS|NATURAL|left|right|full|inner|cross|natural)\s+)?(?:OUTER\s+|outer\s+)?(?:JOIN|join))\s/;

const NAME = String.raw`["\x60[]?[A-Za-z_][\w$]*(?![\w$?])["\x60\]]?`;
const TABLE = String.raw`((?:${NAME}\s*\.\s*){0,2}${NAME})`;
const NAMED = new RegExp(
  String.raw`\b(from|join|into|update|using)\s+(?:(?:only|lateral)\s+)?${TABLE}`,
  "gi",
);
/** `FROM orders AS o, users u` */
const NEXT = new RegExp(String.raw`(?:\s+(?:as\s+)?["\x60]?\w+["\x60]?)?\s*,\s*${TABLE}`, "iy");

/** What a query calls its own parts: `WITH recent AS (…)`. */
const OWN = /\b([A-Za-z_]\w*)"?\s*(?:\([^()]*\)\s*)?as\s+(?:not\s+)?(?:materialized\s*)?\(/gi;

/** Comments and texts. One that is never closed goes on to the end, so that it is looked at once. */
const ASIDE = /--[^\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/|$)|'[^']*'/g;

export function isSql(text: string): boolean {
  return BEGINNING.test(text);
}

/** As they are written, less quotes; each once. What is computed stands in the text as `?`. */
export function tablesInSql(text: string): Set<string> {
  const code = text.replaceAll(ASIDE, " '' ");
  const own = new Set([...code.matchAll(OWN)].map(([, name = ""]) => name.toLowerCase()));
  const tables = new Set<string>();
  for (const { 0: all, 1: word = "", 2: table = "", index } of code.matchAll(NAMED)) {
    let end = index + all.length;
    // `FROM unnest(…)` is a function; `INTO users(…)` has columns.
    const isFunction = code[end] === "(" && !/into/i.test(word);
    if (!isFunction) tables.add(bare(table));
    if (!/from|using|update/i.test(word)) continue;
    for (let next = nextAt(code, end); next !== undefined; next = nextAt(code, end)) {
      end = next.end;
      if (code[end] !== "(") tables.add(bare(next.table));
    }
  }
  return new Set([...tables].filter((name) => !own.has(name.toLowerCase())));
}

function nextAt(code: string, from: number): { table: string; end: number } | undefined {
  NEXT.lastIndex = from;
  const [all = "", table = ""] = NEXT.exec(code) ?? [];
  return all === "" ? undefined : { table, end: from + all.length };
}

function bare(table: string): string {
  return table.replaceAll(/["`[\]\s]/g, "");
}
