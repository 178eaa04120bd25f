/** Which lines have to change for a version to be gone. Nothing is edited: a person reads them first. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { type About, aboutOf, type AnyContract, isServed } from "../../contract/contract.ts";
import { isTooDeep } from "../check/unfit.ts";

export interface Edit {
  /** `apps/faq/contract.ts:40`. */
  readonly place: string;
  readonly old: string;
  /** Undefined: the code goes. */
  readonly fresh: string | undefined;
}

export interface Removal {
  readonly edits: readonly Edit[];
  /** Endpoints that end with the version, because no later one has them. */
  readonly ended: readonly string[];
  /** Whether endpoints answered without a version in their path, `/create/`, which end too. */
  readonly isOldest: boolean;
}

export interface RemovalOf {
  readonly contracts: readonly AnyContract[];
  readonly version: string;
  /** The folder of the project, to which places are relative. */
  readonly project: string;
  /** The folder of the app. */
  readonly folder: string;
}

export function removalOf({ contracts, version, project, folder }: RemovalOf): Removal {
  const served = contracts.filter(isServed).map(aboutOf);
  const index = served.findIndex((about) => about.version === version);
  const later = new Set(served.slice(index + 1).flatMap(({ endpoints }) => endpoints.map(nameOf)));
  const ended = (served[index]?.endpoints ?? []).map(nameOf).filter((name) => !later.has(name));
  const isTimed = served[index]?.life.retired?.sunset !== undefined;
  const edits = sourcesOf(folder).flatMap((path): Edit[] => {
    const text = readFileSync(path, "utf8");
    const file = relative(project, path);
    return callsIn(path, text).flatMap(({ callee, first, start, end, lastOption }): Edit[] => {
      const place = `${file}:${text.slice(0, start).split("\n").length}`;
      const old = text.slice(start, end);
      const isEnded = ended.some((name) => first === `${version}.${name}`);
      if (callee === "view" && isEnded) return [{ place, old: firstLine(old), fresh: undefined }];
      if (callee !== "retire" || first !== version || lastOption === undefined) return [];
      const more = isTimed ? "" : `, sunset: "${lastDayOf(served[index])}"`;
      const fresh = `${text.slice(start, lastOption)}${more}, gone: true${text.slice(lastOption, end)}`;
      return [{ place, old, fresh }];
    });
  });
  return { edits, ended, isOldest: index === 0 };
}

/** A version that is gone had a sunset: today, for one that had none, and not before its deprecation. */
function lastDayOf(about: About | undefined): string {
  const today = new Date().toISOString().slice(0, 10);
  const deprecated = about?.life.retired?.deprecated ?? today;
  return deprecated > today ? deprecated : today;
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function firstLine(text: string): string {
  const [line = "", ...rest] = text.split("\n");
  return rest.length > 0 ? `${line} …` : line;
}

function sourcesOf(folder: string): string[] {
  const ownFiles = existsSync(folder) ? readdirSync(folder, { encoding: "utf8" }) : [];
  return ownFiles
    .filter((name) => /(?<!\.d)\.(?:ts|js)$/.test(name))
    .map((name) => join(folder, name));
}

interface Found {
  readonly callee: string;
  /** The first argument as it is written: `v1`, `v1.create`. */
  readonly first: string;
  readonly start: number;
  readonly end: number;
  /** Where the last property of the second argument ends. */
  readonly lastOption: number | undefined;
}

function callsIn(path: string, text: string): Found[] {
  if (isTooDeep(text)) return []; // of such a file `check` tells
  const found: Found[] = [];
  new Visitor({
    CallExpression({ callee, arguments: [first, options], start, end }) {
      if (callee.type !== "Identifier" || first === undefined) return;
      const last = options?.type === "ObjectExpression" ? options.properties.at(-1) : undefined;
      const written = text.slice(first.start, first.end);
      found.push({ callee: callee.name, first: written, start, end, lastOption: last?.end });
    },
  }).visit(parseSync(path, text).program);
  return found;
}
