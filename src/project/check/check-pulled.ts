/**
 * The part of `check` that looks at what was pulled: contract.ts, which callers are built with, is of the same
 * pull as contract.lock, which `can-i-deploy` believes. It may be looser than the lock, because fields
 * cannot say everything; it is never narrower.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { aboutOf, type AnyContract } from "../../contract/contract.ts";
import type { Endpoint } from "../../contract/endpoint.ts";
import { MarcotError } from "../../errors.ts";
import { type Change, compare, type Lock } from "../../lock/compared.ts";
import { toLock } from "../../lock/lock.ts";
import { LOCK, readLock } from "../../lock/stored.ts";
import type { AppFiles } from "../find.ts";
import { type Finding, toFinding } from "./findings.ts";

export function checkPulled(files: AppFiles, newest: AnyContract, project: string): Finding[] {
  const path = join(files.folder, LOCK);
  const where = { file: relative(project, path) };
  const hint = `Run \`marcot contract pull ${files.name}\` again, and commit both files.`;
  const find = (what: string) => [toFinding("contracts.E008", where, what, hint)];
  if (!existsSync(path)) return find(`what was pulled of ${files.name} has no lock`);
  try {
    const lock = readLock(readFileSync(path, "utf8"), path);
    const { endpoints } = aboutOf(newest);
    const isForeign = endpoints.some(({ foreign }) => foreign !== undefined);
    const wrong = isForeign ? missingIn(lock, endpoints) : differences(lock, toLock(newest));
    if (wrong.length === 0) return [];
    return find(
      `contract.ts of ${files.name} is of another pull than its lock: ${wrong.join(", ")}`,
    );
  } catch (error) {
    if (!(error instanceof MarcotError)) throw error;
    return find(
      `the lock of ${files.name} cannot be read${error.message.replace(/^.*cannot be read/s, "")}`,
    );
  }
}

/** What contract.ts would not send although the provider takes it, or not read although it is answered. */
function differences(lock: Lock, pulled: Lock): string[] {
  const only = Object.entries(lock.versions).filter(([name]) =>
    Object.hasOwn(pulled.versions, name),
  );
  const provider = { ...lock, versions: Object.fromEntries(only) };
  const found = [
    ...compare(provider, pulled).filter(({ side }) => side === "request"),
    ...compare(pulled, provider).filter(({ side }) => side !== "request"),
  ];
  return [...new Set(found.filter(({ isBreak }) => isBreak).map(nameOf))];
}

function nameOf({ version, endpoint, side, what }: Change): string {
  return `${[version, endpoint, side].filter(Boolean).join(" ")} (${what})`;
}

/** In the document of a service of others the fields of a call have other places. */
function missingIn({ versions }: Lock, endpoints: readonly Endpoint[]): string[] {
  const all = Object.values(versions).flatMap((version) => Object.values(version.endpoints));
  const known = new Set(all.map(placeOf));
  return endpoints
    .filter((one) => !known.has(placeOf(one)))
    .map(({ version, name }) => `${version} ${name}`);
}

function placeOf({ method, path }: Pick<Endpoint, "path"> & { readonly method: string }): string {
  return `${method} ${path.replaceAll(/:\w+/g, ":").replace(/\/$/, "")}`;
}
