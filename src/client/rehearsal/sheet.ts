/** What rehearsals have found, summed by endpoint until it is written down. */
import type { Sql } from "postgres";

/** A larger example is left out but for its pointer: nobody reads it, and it is written every second. */
const EXAMPLE_CHARS_MAX = 50_000;

/** What came of a rehearsed read. */
export interface Compared {
  /** Both in milliseconds, of the first read. There the way is in it too. */
  readonly hereMs: number;
  readonly thereMs: number;
  /** Why nothing could be compared. */
  readonly failed?: string;
  readonly different?: Difference;
}

/** A difference that stayed. */
interface Difference {
  readonly input: unknown;
  readonly here: unknown;
  readonly there: unknown;
  /** Where they differ first: a JSON Pointer. */
  readonly pointer: string;
}

interface Sum {
  readonly app: string;
  readonly endpoint: string;
  compared: number;
  different: number;
  failed: number;
  here_ms: number;
  there_ms: number;
  example: unknown;
}

export interface Sheet {
  add(app: string, endpoint: string, compared: Compared): void;
  /** Adds what came since the last time to `marcot.rehearsals`. What cannot be written is kept. */
  write(): Promise<void>;
}

export function sheetOf(sql: Sql): Sheet {
  let sums = new Map<string, Sum>();
  const sumOf = (app: string, endpoint: string): Sum => {
    const key = `${app}.${endpoint}`;
    const nothing = {
      compared: 0,
      different: 0,
      failed: 0,
      here_ms: 0,
      there_ms: 0,
      example: null,
    };
    const sum = sums.get(key) ?? { app, endpoint, ...nothing };
    sums.set(key, sum);
    return sum;
  };
  return {
    add(app, endpoint, { hereMs, thereMs, failed, different }) {
      const sum = sumOf(app, endpoint);
      if (failed !== undefined) {
        sum.failed += 1;
        return;
      }
      sum.compared += 1;
      sum.here_ms += hereMs;
      sum.there_ms += thereMs;
      if (different === undefined) return;
      sum.different += 1;
      const isLarge = JSON.stringify(different).length > EXAMPLE_CHARS_MAX;
      sum.example = isLarge ? { pointer: different.pointer } : different;
    },
    async write() {
      if (sums.size === 0) return;
      const taken = sums;
      sums = new Map();
      try {
        await upsert(sql, [...taken.values()]);
      } catch (error) {
        for (const { app, endpoint, ...old } of taken.values()) {
          const sum = sumOf(app, endpoint);
          sum.compared += old.compared;
          sum.different += old.different;
          sum.failed += old.failed;
          sum.here_ms += old.here_ms;
          sum.there_ms += old.there_ms;
          sum.example ??= old.example;
        }
        throw error;
      }
    },
  };
}

async function upsert(sql: Sql, sums: readonly Sum[]): Promise<void> {
  await sql.unsafe(
    `INSERT INTO marcot.rehearsals AS known
       (app, endpoint, compared, different, failed, here_ms, there_ms, example)
     SELECT app, endpoint, compared, different, failed, here_ms, there_ms, example
     FROM jsonb_to_recordset($1::text::jsonb) AS new (app text, endpoint text, compared bigint,
       different bigint, failed bigint, here_ms float8, there_ms float8, example jsonb)
     ON CONFLICT (app, endpoint) DO UPDATE SET
       compared = known.compared + excluded.compared,
       different = known.different + excluded.different,
       failed = known.failed + excluded.failed,
       here_ms = known.here_ms + excluded.here_ms,
       there_ms = known.there_ms + excluded.there_ms,
       example = coalesce(excluded.example, known.example)`,
    [JSON.stringify(sums)],
  );
}
