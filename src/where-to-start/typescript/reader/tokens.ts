/** Names by which a unit is reached without an import: what Nest provides, queues, events. */
import type { Declared, Import } from "../../types/source.ts";
import type { At } from "./lines.ts";

const NAME = String.raw`(?:["'\`]([^"'\`\n]{1,200})["'\`]|([A-Za-z_$][\w$.]{0,200}))`;
const PROVIDED = new RegExp(String.raw`\bprovide\s*:\s*${NAME}`, "g");
const PROCESSOR = new RegExp(String.raw`@Processor\(\s*${NAME}`, "g");
const EMITTED = new RegExp(String.raw`\.emit(?:Async)?\(\s*${NAME}\s*[,)]`, "g");
const STRATEGY = /\bPassportStrategy\(\s*([\w$]+)\s*(?:,\s*["']([\w-]+)["'])?/g;

/** By the words of those who ask: `Inject(MAILER)`, `AuthGuard(jwt)`, `InjectQueue(mail)`, `OnEvent(paid)`. */
export function declaredIn(at: At, imports: readonly Import[]): Declared[] {
  const found: Declared[] = [];
  const { text } = at;
  const add = (what: string, offset: number) => {
    found.push({ file: at.file, line: at.lineAt(offset), kind: "token", what });
  };
  const addAll = (pattern: RegExp, asked: string) => {
    for (const { 1: quoted, 2: named, index } of text.matchAll(pattern))
      add(`${asked}(${quoted ?? named ?? ""})`, index);
  };
  if (text.includes("provide")) addAll(PROVIDED, "Inject");
  if (text.includes("@Processor")) addAll(PROCESSOR, "InjectQueue");
  if (text.includes(".emit")) addAll(EMITTED, "OnEvent");
  if (text.includes("PassportStrategy"))
    for (const { 1: strategy = "", 2: name, index } of text.matchAll(STRATEGY))
      add(`AuthGuard(${name ?? usualName(strategy, imports)})`, index);
  return found;
}

/** A strategy without a name of its own has that of its package: `passport-jwt`. */
function usualName(strategy: string, imports: readonly Import[]): string {
  const from = imports.find(({ names, here = names }) => here.includes(strategy))?.from ?? "";
  return /passport-([\w-]+)$/.exec(from)?.[1] ?? strategy;
}
