/** Would this have said what was done? Code and history as they stood before a unit left. */
import { MarcotError } from "../errors.ts";
import { nearest } from "../project/name.ts";
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
}

/** So many of the best are told. */
const FIRST = 3;

/** @throws {MarcotError} `CodeUnreadable` when there is no such commit, `CommandInvalid` for another unit */
export async function backtest(
  path: string,
  { rev, unit: name, ...options }: BacktestOptions,
): Promise<Backtest> {
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
  };
}

/** @throws {MarcotError} `CommandInvalid` */
export function findUnit(units: readonly Unit[], name: string): Unit {
  const path = name.replace(/\/$/, "");
  const unit =
    units.find((one) => one.name === name) ??
    units.find((one) => one.path === path) ??
    onlyOne(units.filter((one) => one.name.split(/[./]/).at(-1) === name));
  if (unit !== undefined) return unit;
  const names = units.map((one) => one.name).toSorted();
  const near = nearest(name, names);
  throw new MarcotError("CommandInvalid", `there is no unit ${name}`, {
    fix: near
      ? `Did you mean ${near}? The report without --cuts and --why lists all ${names.length}.`
      : `Name one of these: ${names.join(", ") || "there are none"}.`,
  });
}

function onlyOne(units: readonly Unit[]): Unit | undefined {
  return units.length === 1 ? units[0] : undefined;
}
