/**
 * The end of a version, declared beside it: `retire(v1, { deprecated: "2026-11-01", sunset: "2027-05-01" })`.
 * The declaration of the version itself never changes.
 */
import { helpers } from "./check.ts";
import { aboutOf, type AnyContract } from "./contract.ts";
import { invalid } from "./refuse.ts";

export interface RetireOptions {
  /** The day from which callers are told to leave, `"2026-11-01"`. */
  readonly deprecated: string;
  /** The day until which the version stays at least. Nothing ends by itself. Default: not said. */
  readonly sunset?: string;
  /** The version is served no more: it stays only as what later ones are built from. Default: false. */
  readonly gone?: boolean;
}

export function retire(version: AnyContract, options: RetireOptions): void {
  const { app, version: name, life } = aboutOf(version);
  const { deprecated, sunset, gone = false } = options;
  const where = `retire(${app}/${name})`;
  if (life.retired) throw invalid(where, "it is retired already");
  for (const [key, day] of Object.entries({ deprecated, sunset })) {
    if ((key === "deprecated" || day !== undefined) && !helpers.isDate(day))
      throw invalid(where, `${key} must be a day such as "2026-11-24", not ${JSON.stringify(day)}`);
  }
  if (sunset !== undefined && sunset < deprecated)
    throw invalid(where, `the sunset ${sunset} comes before ${deprecated} (RFC 8594, section 4)`);
  if (gone && sunset === undefined)
    throw invalid(where, "a version that is gone had a sunset: say which");
  life.retired = Object.freeze({ deprecated, sunset, gone });
}
