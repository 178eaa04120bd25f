/** The words of a statement that say something, each given to whoever understands it. */
import { valueOf } from "../lexer/tokens.ts";
import {
  HAS_DOT,
  HAS_SLASH,
  HAS_SPACE,
  HAS_UNDERSCORE,
  isOperator,
  NAME,
  PIECE,
  sign,
  STRING,
  textOf,
} from "../lexer/tokens.ts";
import { stringOf } from "../lexer/expressions.ts";
import { type Word, wordOf } from "../lexer/words.ts";
import { readAddedField } from "./fields.ts";
import { readFromImport, readImport, readImportCall } from "./imports.ts";
import {
  isPermission,
  readContentType,
  readInclude,
  readModelByName,
  readPermission,
  readReverse,
  readRoute,
  readSchedule,
  readSignal,
  readTaskCall,
} from "./names.ts";
import { readEnvironment, readHosts, readSetting, readSettingByName, readSql } from "./outside.ts";
import { isQuery, readQuery } from "./queries.ts";
import { hide, placeOf, type Reading } from "./reading.ts";

type Reader = (reading: Reading, token: number, word: Word) => void;

const readers: Readonly<Partial<Record<Word, Reader>>> = {
  import: (reading, token) => isSuite(reading, token) && readImport(reading, token),
  from: (reading, token) => isSuite(reading, token) && readFromImport(reading, token),
  __import__: readImportCall,
  import_module: readImportCall,
  import_string: readImportCall,
  settings: readSetting,
  getattr: readSettingByName,
  hasattr: readSettingByName,
  environ: readEnvironment,
  getenv: readEnvironment,
  env: readEnvironment,
  config: readEnvironment,
  atomic: readTransaction,
  commit_on_success: readTransaction,
  commit_manually: readTransaction,
  receiver: (reading, token) => readSignal(reading, token, true),
  connect: (reading, token) => readSignal(reading, token, false),
  send: (reading, token) => readSignal(reading, token, false),
  send_robust: (reading, token) => readSignal(reading, token, false),
  send_task: readTaskCall,
  signature: readTaskCall,
  reverse: readReverse,
  reverse_lazy: readReverse,
  redirect: readReverse,
  resolve_url: readReverse,
  include: readInclude,
  path: readRoute,
  re_path: readRoute,
  url: readRoute,
  has_perm: readPermission,
  permission_required: readPermission,
  get_model: readModelByName,
  get_for_model: readModelByName,
  get_by_natural_key: readModelByName,
  ContentType: readContentType,
  add_to_class: readAddedField,
};

/** By the word's number. */
const byNumber: (Reader | undefined)[] = [];
for (let number = 0; number < 256; number++) {
  const word = wordOf(number);
  if (word !== undefined)
    byNumber[number] = readers[word] ?? (isQuery(word) ? readQuery : undefined);
}

/** The tokens from `start` to `end`, of one statement. */
export function readWords(reading: Reading, start: number, end: number): void {
  const { kind, detail } = reading.tokens;
  for (let token = start; token < end; token++) {
    const what = kind[token];
    const number = detail[token] ?? 0;
    if (number === 0) continue;
    if (what === NAME) {
      const word = wordOf(number);
      if (word !== undefined) byNumber[number]?.(reading, token, word);
    } else if (what === STRING || what === PIECE) {
      readText(reading, token, number);
    }
  }
}

/** `if x: import y`: after a colon a word that begins a statement does begin one. */
function isSuite({ tokens }: Reading, token: number): boolean {
  return isOperator(tokens, token - 1, sign.colon);
}

/** In a decorator, a `with`, or after `transaction.`; anywhere else `atomic` is some name. */
function readTransaction(reading: Reading, token: number): void {
  const { tokens } = reading;
  const isOfModule =
    isOperator(tokens, token - 1, sign.dot) && textOf(tokens, token - 2) === "transaction";
  const isDecorator = isOperator(tokens, token - 1, sign.at);
  const isBlock = wordOf(tokens.detail[token - 1] ?? 0) === "with";
  if (!isOfModule && !isDecorator && !isBlock) return;
  const name = textOf(tokens, token);
  const names: string[] = [];
  reading.transactions.push({ token, names });
  const what = isOfModule ? `transaction.${name}` : name;
  reading.hidden.push({ kind: "transaction", what, names, ...placeOf(reading, token) });
}

/** Longer text than a name or a path has is prose, or SQL. */
const NAME_MAX = 200;

function readText(reading: Reading, token: number, has: number): void {
  const { tokens } = reading;
  const { text, start, end, kind } = tokens;
  const length = (end[token] ?? 0) - (start[token] ?? 0);
  const isPiece = kind[token] === PIECE;
  if ((has & HAS_SLASH) !== 0) {
    const value = text.slice(start[token], end[token]);
    if (value.includes("://")) readHosts(reading, token, valueOf(tokens, token), isPiece);
  }
  if ((has & HAS_SPACE) !== 0) {
    if (length > 20) readSql(reading, token, valueOf(tokens, token));
    return;
  }
  if ((has & HAS_DOT) === 0 || length > NAME_MAX || isPiece) return;
  const value = valueOf(tokens, token);
  if ((has & HAS_UNDERSCORE) !== 0 && isPermission(value))
    hide(reading, "permission", value, token);
  readTaskOf(reading, token);
}

/** `"task": "a.b"`, also in pieces and in brackets: `("a.b" ".c")`. `token` is a piece with a dot. */
function readTaskOf(reading: Reading, token: number): void {
  const { tokens } = reading;
  const { kind, detail } = tokens;
  let first = token;
  while (kind[first - 1] === STRING) {
    first--;
    // Found already, with the piece before.
    if (((detail[first] ?? 0) & HAS_DOT) !== 0) return;
  }
  let before = first - 1;
  while (isOperator(tokens, before, sign.open)) before--;
  if (!isOperator(tokens, before, sign.colon) || kind[before - 1] !== STRING) return;
  if (valueOf(tokens, before - 1) !== "task") return;
  let end = token;
  while (kind[end] === STRING) end++;
  const what = stringOf(tokens, { start: first, end });
  if (what !== undefined) readSchedule(reading, first, what);
}
