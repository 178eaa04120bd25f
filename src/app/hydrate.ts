/** Rows of another app beside one's own, for people to see: one call for all of them. */
import type { AnyCall } from "../contract/endpoint.ts";
import { codeOf } from "../errors.ts";
import { listOf } from "./list-of.ts";

/** More ids in one call than this make an address too long; a list of the contract may allow fewer. */
const IDS_MAX = 200;

/**
 * An endpoint that gives rows by their ids: its input is `ids`, and its output has one list of objects with
 * an `id`. Ids that are not there are left out.
 */
export interface Many<Row> extends AnyCall {
  (input: { readonly ids: number[] }): Promise<{ readonly [name: string]: readonly Row[] }>;
}

export interface HydrateOptions {
  /**
   * What becomes of the rows when the other app cannot be reached: `"throw"`, or `"null"` for a page that
   * is worth showing without them. Default: throw.
   */
  readonly unreachable?: "throw" | "null";
}

type Hydrated<Own, Key extends keyof Own, Row> = Omit<Own, Key> & {
  readonly [K in Key]: Row | null;
};

/**
 * Puts the rows of another app in the place of their ids: `await hydrate(entries, "source", tickets.many)`.
 * What is not there, here or there, is null. One call for 200 different ids.
 */
export async function hydrate<
  Own extends object,
  Key extends keyof Own & string,
  Row extends { readonly id: number },
>(
  rows: readonly Own[],
  key: Key,
  many: Many<Row>,
  { unreachable = "throw" }: HydrateOptions = {},
): Promise<Hydrated<Own, Key, Row>[]> {
  const list = listOf(many);
  const ids = [...new Set(rows.map((row) => row[key]))].filter((id) => typeof id === "number");
  const found = new Map<unknown, Row>();
  for (let at = 0; at < ids.length; at += IDS_MAX) {
    try {
      const reply = await many({ ids: ids.slice(at, at + IDS_MAX) });
      for (const row of reply[list] ?? []) found.set(row.id, row);
    } catch (error) {
      const isGone = ["Unavailable", "TimedOut", "ConnectionLost"].includes(codeOf(error) ?? "");
      if (unreachable === "throw" || !isGone) throw error;
    }
  }
  return rows.map((row) => ({ ...row, [key]: found.get(row[key]) ?? null }) as never);
}
