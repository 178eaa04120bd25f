/** The world outside: settings, names of the environment, hosts; and the tables in SQL. */
import { argumentsOf, stringOf } from "../lexer/expressions.ts";
import { isOperator, sign, textOf } from "../lexer/tokens.ts";
import { isOwnSetting } from "./own-settings.ts";
import { hide, type Reading, uses } from "./reading.ts";

/** `settings.STRIPE_KEY` */
export function readSetting(reading: Reading, token: number): void {
  const { tokens } = reading;
  if (isOperator(tokens, token - 1, sign.dot) || !isOperator(tokens, token + 1, sign.dot)) return;
  const name = textOf(tokens, token + 2);
  if (isOwnSetting(name)) uses(reading, "setting", name, token);
}

/** `getattr(settings, "STRIPE_KEY", None)` */
export function readSettingByName(reading: Reading, token: number): void {
  const { tokens } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  if (textOf(tokens, token + 2) !== "settings") return;
  const [, name] = argumentsOf(tokens, token + 1);
  addSetting(reading, name === undefined ? undefined : stringOf(tokens, name), token);
}

/** `environ["KEY"]`, `environ.get("KEY")`, `getenv("KEY")`, `env("KEY")`, `env.bool("KEY")`, `config("KEY")` */
export function readEnvironment(reading: Reading, token: number): void {
  const { tokens } = reading;
  const isMethod = isOperator(tokens, token + 1, sign.dot);
  const open = isMethod ? token + 3 : token + 1;
  const isCall = isOperator(tokens, open, sign.open);
  if (!isCall && !isOperator(tokens, open, sign.openList)) return;
  const [first] = argumentsOf(tokens, open);
  addSetting(reading, first === undefined ? undefined : stringOf(tokens, first), token);
}

function addSetting(reading: Reading, name: string | undefined, token: number): void {
  if (name !== undefined && isOwnSetting(name)) uses(reading, "setting", name, token);
}

/** Hosts that only name a format, or nobody. */
const noHost =
  /^(?:localhost|.*\.(?:local|test|invalid|localhost|example)|(?:.*\.)?example\.(?:com|org|net)|(?:.*\.)?(?:w3|schema|json-schema|xmlns|openxmlformats|purl|ietf|iana)\.(?:com|org)|schemas\..*|.*testserver.*|[\d.:]+)$/;

const address =
  /https?:\/\/(?:[^\s/@"'<>]{1,200}@)?([a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){1,8})(.?)/g;

/** Hosts of the addresses in a string; one that goes on in a `%s` or a brace is not known. */
export function readHosts(reading: Reading, token: number, text: string, isPiece: boolean): void {
  for (const found of text.matchAll(address)) {
    const [all, name = "", after = ""] = found;
    const isCut = /[{%.$<*]/.test(after);
    const isOpen = isPiece && after === "" && found.index + all.length === text.length;
    const host = name.toLowerCase();
    if (!isCut && !isOpen && /[a-z]$/.test(host) && !noHost.test(host))
      uses(reading, "host", host, token);
  }
}

const sql =
  /^\s*(?:select\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\()/i;
const table = /\b(?:from|join|into|update)\s+["`]?([a-zA-Z_]\w*)/gi;

/** Tables that a query names. */
export function readSql(reading: Reading, token: number, text: string): void {
  if (!sql.test(text) || !/\b(?:from|into|set)\b/i.test(text)) return;
  const names = new Set([...text.matchAll(table)].map(([, name = ""]) => name.toLowerCase()));
  for (const name of names) if (name.includes("_")) hide(reading, "join", name, token);
}
