/** `deploy/<env>.lock`: which commits of which apps run in an environment. Git keeps its history. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MarcotError } from "../errors.ts";
import { canonical } from "../lock/lock.ts";

/** One commit of an app that runs. */
export interface Running {
  /** The whole hash. */
  readonly commit: string;
  /** `2026-11-24T10:00:00.000Z` */
  readonly at: string;
}

/** By the name of the app. Several while a deploy rolls: oldest first. */
export type Deployed = Readonly<Record<string, readonly Running[]>>;

/** `project` is the folder of settings.ts. */
export function deployedFile(project: string, environment: string): string {
  return join(project, "deploy", `${environment}.lock`);
}

/** Undefined where nothing was ever written down. */
export function readDeployed(path: string): Deployed | undefined {
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw unreadable(path, "it is no JSON", cause);
  }
  if (!isDeployed(value)) throw unreadable(path, "it is not { app: [{ commit, at }] }");
  return value;
}

function unreadable(path: string, why: string, cause?: unknown): MarcotError {
  return new MarcotError("CommandInvalid", `${path} cannot be read: ${why}`, {
    cause,
    fix: "Resolve it as what runs there now, or restore it from git.",
  });
}

function isDeployed(value: unknown): value is Deployed {
  if (!isObject(value)) return false;
  return Object.values(value).every(
    (list) =>
      Array.isArray(list) &&
      list.every(
        (one) =>
          isObject(one) && /^[0-9a-f]{40}$/.test(String(one["commit"])) && Boolean(one["at"]),
      ),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export interface Recorded {
  readonly apps: readonly string[];
  /** Undefined: they run there no more. */
  readonly running: Running | undefined;
  /** Whether what ran before still does. */
  readonly isRolling: boolean;
}

/** Writes down what runs now. */
export function record(path: string, { apps, running, isRolling }: Recorded): void {
  const before = readDeployed(path) ?? {};
  const after: Record<string, readonly Running[]> = { ...before };
  for (const app of apps) {
    const others = (before[app] ?? []).filter(({ commit }) => commit !== running?.commit);
    after[app] = [...(isRolling ? others : []), ...(running ? [running] : [])];
  }
  const kept = Object.entries(after).filter(([, list]) => list.length > 0);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, canonical(Object.fromEntries(kept)));
}
