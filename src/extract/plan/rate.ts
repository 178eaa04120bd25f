/** How fast rows would be copied: guessed from how fast this server gives them away. */
import postgres from "postgres";
import { codeOf } from "../../errors.ts";
import { nameOf, type Table } from "../verify/catalog.ts";

export interface CopyRate {
  readonly bytesPerSecond: number;
  /** `measured`: the largest table was read for a moment. `assumed`: there was too little to measure. */
  readonly from: "measured" | "assumed";
}

export interface RateOptions {
  readonly ownerUrl: string;
  readonly app: string;
  readonly tables: readonly Table[];
}

/** Of a small machine with its database beside it (`npm run bench:extract`). */
const ASSUMED = 30_000_000;
/** Storing a row with its index takes so much longer than reading it (`npm run bench:extract`). */
const STORING = 4;
/** Less and the start of the statement is measured; more and people wait for a guess. */
const LONGEST_MS = 500;
const SMALLEST_BYTES = 4_000_000;
const CANCELED = "57014";

/** Reads rows of the largest table for half a second at most, and forgets them. */
export async function copyRate({ ownerUrl, app, tables }: RateOptions): Promise<CopyRate> {
  const largest = tables.toSorted((a, b) => b.bytes - a.bytes)[0];
  if (largest === undefined || largest.bytes < SMALLEST_BYTES)
    return { bytesPerSecond: ASSUMED, from: "assumed" };
  const sql = postgres(ownerUrl, { max: 1, fetch_types: false, onnotice() {} });
  let bytes = 0;
  let begun = performance.now();
  try {
    await sql.unsafe(`SET statement_timeout = ${LONGEST_MS}`);
    begun = performance.now();
    const rows = await sql.unsafe(`COPY ${nameOf(app, largest.name)} TO STDOUT`).readable();
    // Read until the server ends it: the driver never closes a connection with rows that nobody has taken.
    for await (const chunk of rows) bytes += (chunk as Buffer).length;
  } catch (error) {
    if (codeOf(error) !== CANCELED) throw error;
  } finally {
    await sql.end({ timeout: 0 });
  }
  if (bytes === 0) return { bytesPerSecond: ASSUMED, from: "assumed" };
  const seconds = Math.max(performance.now() - begun, 1) / 1000;
  return { bytesPerSecond: Math.round(bytes / seconds / STORING), from: "measured" };
}
