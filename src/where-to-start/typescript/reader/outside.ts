/** What a file uses of the world outside: packages, variables of the environment, hosts. */
import { builtinModules } from "node:module";
import type { Import, Outside } from "../../types/source.ts";
import type { At } from "./lines.ts";

const builtins = new Set(builtinModules);

/** Everybody has them: their names say nothing about a unit. */
const USUAL_SETTINGS =
  /^(NODE_ENV|PORT|HOST|TZ|CI|DEBUG|PATH|HOME|LOG_LEVEL|DATABASE_URL|NODE_OPTIONS)$/;
const USUAL_HOSTS =
  /^(localhost|127\.|0\.0\.0\.0|.*\.?example\.(com|org|net)$|.*w3\.org$|.*schema\.org$|.*json-schema\.org$|.*xmlsoap\.org$|.*ietf\.org$)/;

export function outsideOf(imports: readonly Import[], at: At): Outside[] {
  const found = new Map<string, Outside>();
  const add = (kind: Outside["kind"], what: string, line: number) => {
    const key = `${kind} ${what}`;
    if (!found.has(key)) found.set(key, { file: at.file, line, kind, what });
  };
  for (const { from, isType, line } of imports) {
    const name = isType ? undefined : packageOf(from);
    if (name !== undefined) add("library", name, line);
  }
  for (const { what, offset } of settingsIn(at.text)) add("setting", what, at.lineAt(offset));
  for (const { what, offset } of hostsIn(at.text)) add("host", what, at.lineAt(offset));
  return [...found.values()];
}

/** `@scope/name/deeper` -> `@scope/name`; undefined for what is no package. */
export function packageOf(specifier: string): string | undefined {
  if (/^[./#~]|^node:|^[a-z]+:\/\//.test(specifier) || specifier === "") return undefined;
  const [first = "", second] = specifier.split("/");
  if (builtins.has(first)) return undefined;
  return first.startsWith("@") ? (second === undefined ? undefined : `${first}/${second}`) : first;
}

interface Found {
  readonly what: string;
  readonly offset: number;
}

const SETTING =
  /\b(?:process\.env|import\.meta\.env)(?:\.([A-Z][A-Z0-9_]*)|\[\s*["']([A-Z][A-Z0-9_]*)["']\s*\])|\b(?:config|configService|configurationService)\.(?:get|getOrThrow)(?:<[^<>]*>)?\(\s*["']([A-Za-z][\w.]*)["']/g;

function settingsIn(text: string): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(SETTING)) {
    const what = match[1] ?? match[2] ?? match[3];
    if (what !== undefined && !USUAL_SETTINGS.test(what)) found.push({ what, offset: match.index });
  }
  return text.includes("env") ? [...found, ...takenApart(text)] : found;
}

const ENVIRONMENT =
  /\{([^{}]{0,2000})\}\s*(?::[^={};]{0,200})?=\s*(?:process|import\.meta)\.env\b(?!\s*[.[(])/g;
const COMMENTS = /\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g;

/** `const { STRIPE_KEY, STRIPE_HOOK: hook = "" } = process.env` */
function takenApart(text: string): Found[] {
  return [...text.matchAll(ENVIRONMENT)].flatMap(({ 1: inside = "", index }) => {
    const names = inside.replaceAll(COMMENTS, ({ length }) => " ".repeat(length));
    return [...names.matchAll(/(?<=^|,)\s*([A-Z][A-Z0-9_]*)\s*(?=[:=,]|$)/g)].flatMap((match) => {
      const [all, what = ""] = match;
      const offset = index + 1 + match.index + all.indexOf(what);
      return USUAL_SETTINGS.test(what) ? [] : [{ what, offset }];
    });
  });
}

const HOST = /["'`]https?:\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]{2,})(?=[/:?"'`])/gi;

function hostsIn(text: string): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(HOST)) {
    const what = match[1]?.toLowerCase();
    if (what !== undefined && !USUAL_HOSTS.test(what)) found.push({ what, offset: match.index });
  }
  return found;
}
