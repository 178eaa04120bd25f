/** From the parameters of a function, as they are written in Python or TypeScript, to fields of a contract. */

export interface Field {
  readonly name: string;
  /** `integer()`, `optional(text())`; `json()` where nothing is said. */
  readonly field: string;
}

/** Given by whoever answers a request, not by whoever calls. */
const NOT_SENT = /^(?:self|cls|request|req|res|this|_+|db|session|tx|trx|ctx|context)$/;

/** `(user_id: int, *, limit=10)`, `(id: string, { limit = 10 }: Options)`. What is no name is left out. */
export function fieldsOf(parameters: string): Field[] {
  const inside = parameters.trim().replace(/^\(/, "").replace(/\)$/, "");
  const found = new Map<string, Field>();
  for (const part of splitAtCommas(inside).flatMap(unfolded)) {
    const bare = part
      .trim()
      .replace(/^(?:@\w+\([^)]*\)\s*)*(?:(?:public|private|protected|readonly)\s+)*/, "");
    const [, written = "", mark, annotation, value] =
      /^([A-Za-z_$][\w$]*)(\?)?\s*(?::\s*([^=]*?(?:=>[^=]*?)*))?\s*(?:=(?!>)\s*([^]*))?$/.exec(
        bare,
      ) ?? [];
    const name = nameOf(written);
    if (NOT_SENT.test(written) || name === "" || found.has(name)) continue;
    const isOptional =
      mark !== undefined || value !== undefined || /\b(?:None|undefined)\b/.test(annotation ?? "");
    const type = typeOf(annotation, { name, value });
    found.set(name, { name, field: isOptional ? `optional(${type})` : type });
  }
  return [...found.values()];
}

/** `{ a, b = 1 }: { a: string; b?: number }` is `a: string` and `b?: number`; without types its names alone. */
function unfolded(part: string): string[] {
  const text = part.trim();
  if (!text.startsWith("{")) return [text];
  const close = closing(text);
  const type = /^\s*:\s*\{([^]*)\}\s*$/.exec(text.slice(close + 1))?.[1];
  if (type !== undefined) return splitAtCommas(type.replaceAll(";", ","));
  return splitAtCommas(text.slice(1, close)).map((one) => one.replace(/:\s*\w+/, ""));
}

function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** Only those that stand in no brackets and no string. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (quote !== "") {
      if (letter === quote) quote = "";
    } else if (/["'`]/.test(letter)) quote = letter;
    else if (/[([{]/.test(letter)) depth += 1;
    else if (/[)\]}]/.test(letter)) depth -= 1;
    else if (letter === "," && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part.trim() !== "");
}

const SCALARS: Readonly<Record<string, string>> = {
  str: "text()",
  string: "text()",
  int: "integer()",
  float: "number()",
  number: "number()",
  bool: "boolean()",
  boolean: "boolean()",
  datetime: "datetime()",
  Date: "datetime()",
  date: "date()",
  Decimal: "decimal()",
  UUID: "uuid()",
  bytes: "binary()",
  Buffer: "binary()",
};

function typeOf(
  annotation: string | undefined,
  { name, value }: { readonly name: string; readonly value: string | undefined },
): string {
  const type = (annotation ?? "")
    .replaceAll(/\b(?:typing|datetime|uuid|decimal|t)\.(?=\w)/g, "")
    .replace(/^Optional\[([^]*)\]$/, "$1")
    .replaceAll(/\s*\|\s*(?:None|undefined|null)\b/g, "")
    .trim()
    .replace(/^["']|["']$/g, "");
  const scalar = Object.hasOwn(SCALARS, type) ? SCALARS[type] : undefined;
  if (scalar !== undefined) return scalar;
  const item =
    /^(?:list|List|Sequence|Iterable|tuple|Tuple|set|Set|Array)[[<]\s*([\w.]+)\s*(?:,\s*\.\.\.)?[\]>]$/.exec(
      type,
    )?.[1] ?? /^([\w.]+)\[\]$/.exec(type)?.[1];
  if (item !== undefined) return `list(${typeOf(item, { name: "", value: undefined })})`;
  if (type !== "") return "json()";
  return byValue(value) ?? byName(name);
}

/** Of a default. */
function byValue(value: string | undefined): string | undefined {
  const text = value?.trim() ?? "";
  if (/^(?:True|False|true|false)$/.test(text)) return "boolean()";
  if (/^-?\d+$/.test(text)) return "integer()";
  if (/^-?\d*\.\d+$/.test(text)) return "number()";
  return /^["'`]/.test(text) ? "text()" : undefined;
}

function byName(name: string): string {
  if (/(?:^|_)(?:ids|pks)$/.test(name)) return "list(integer())";
  if (/(?:^|_)(?:id|pk)$|[a-z]Id$/.test(name)) return "integer()";
  return /^(?:is|has)[_A-Z]/.test(name) ? "boolean()" : "json()";
}

/** As a contract names things: `_sendMail` is `sendMail`. */
export function nameOf(written: string): string {
  const bare = written.replaceAll(/[^A-Za-z0-9_]/g, "").replace(/^[_\d]+/, "");
  return bare.charAt(0).toLowerCase() + bare.slice(1);
}
