/** The unit that somebody means. */
import { MarcotError } from "../errors.ts";
import { nearest } from "../project/name.ts";
import { cleanText } from "./report/clean.ts";

interface Named {
  readonly name: string;
  /** Its folder, from the root. */
  readonly path: string;
}

/**
 * By its name, its folder, the last part of its name where only one has it, or its name as it was printed.
 * @throws {MarcotError} `CommandInvalid`
 */
export function findUnit<T extends Named>(units: readonly T[], name: string): T {
  const path = name.replace(/\/$/, "");
  const lastOf = (one: T) => one.name.split(/[./]/).at(-1) ?? "";
  const named = units.filter((one) => lastOf(one) === name);
  const unit =
    units.find((one) => one.name === name) ??
    units.find((one) => one.path === path) ??
    onlyOne(named) ??
    onlyOne(units.filter((one) => cleanText(one.name) === name));
  if (unit !== undefined) return unit;
  const several = named.map((one) => one.name).toSorted();
  if (several.length > 1)
    throw new MarcotError("CommandInvalid", `${name} could be ${several.join(" or ")}`, {
      fix: "Give all of its name.",
    });
  const names = units.map((one) => one.name).toSorted();
  const near = nearest(name, names) ?? nearest(name, units.map(lastOf));
  throw new MarcotError("CommandInvalid", `there is no unit ${name}`, {
    fix: near
      ? `Did you mean ${near}? The report lists all ${names.length}.`
      : `Name one of these: ${names.join(", ") || "there are none"}.`,
  });
}

function onlyOne<T>(units: readonly T[]): T | undefined {
  return units.length === 1 ? units[0] : undefined;
}
