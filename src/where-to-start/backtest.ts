/** Would this have said what was done? Code and history as they stood before a unit left. */
import { MarcotError } from "../errors.ts";
import { findUnit } from "./find-unit.ts";
import { folderAt, openTree } from "./git/open.ts";
import { commitOf, locate } from "./git/repository.ts";
import type { Unit } from "./types/report.ts";
import { whereToStart, type WhereToStartOptions } from "./where-to-start.ts";

export interface BacktestOptions extends Omit<WhereToStartOptions, "at"> {
  /** The commit that took the unit out; what stood before it is looked at. */
  readonly rev: string;
  /** The unit that left, by its name or its folder then. */
  readonly unit: string;
}

export interface Backtest {
  readonly unit: Unit;
  /** How many units were ranked. */
  readonly ranked: number;
  readonly units: number;
  /** From 0 for the first to 1 for the last of those that were ranked; undefined behind a gate. */
  readonly position: number | undefined;
  /** Best first. */
  readonly first: readonly Unit[];
  /** Files of its folder that the commit left there. */
  readonly left: number;
}

/** So many of the best are told. */
const FIRST = 3;

/**
 * @throws {MarcotError} `CodeUnreadable` when there is no such commit; `CommandInvalid` when there was nothing before
 * it, or no such unit
 */
export async function backtest(
  path: string,
  { rev, unit: name, ...options }: BacktestOptions,
): Promise<Backtest> {
  await refuseFirst(path, rev);
  const { report } = await whereToStart(path, { ...options, at: `${rev}^` });
  const { units } = report;
  const unit = findUnit(units, name);
  const ranked = units.filter(({ rank }) => rank !== undefined);
  const { rank } = unit;
  return {
    unit,
    ranked: ranked.length,
    units: units.length,
    position: rank === undefined ? undefined : (rank - 1) / Math.max(1, ranked.length - 1),
    first: ranked.slice(0, FIRST),
    left: await leftOf(path, rev, unit),
  };
}

async function leftOf(path: string, rev: string, unit: Unit): Promise<number> {
  const opened = await openTree(path, { at: rev }).catch((error: unknown) => {
    if (error instanceof MarcotError) return undefined; // it left nothing at all
    throw error;
  });
  return opened?.tree.files.filter((file) => file.startsWith(`${unit.path}/`)).length ?? 0;
}

async function refuseFirst(path: string, rev: string): Promise<void> {
  const location = await locate(folderAt(path));
  if ("refused" in location) return; // what is to be said of that is said when it is read
  await commitOf(location, rev);
  if (location.isShallow) return;
  await commitOf(location, `${rev}^`).catch(() => {
    throw new MarcotError(
      "CommandInvalid",
      `${rev} is the first commit: there is nothing before it`,
      {
        fix: "Name the commit that took the unit out.",
      },
    );
  });
}
