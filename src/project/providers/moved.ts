/** Where apps are that have moved, for commands: read once from the databases of the project that run. */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasControl, type ProviderRow } from "../../data/control.ts";
import { connect } from "../../data/database.ts";
import { findEmbedded } from "../../data/embedded.ts";
import type { ReadSettings } from "../settings.ts";

/** Of a database that does not answer nothing is known; who waits for a list does not wait for it. */
const ANSWER_MS = 2_000;

/** The rows of `marcot.providers`, by app. Starts no server; what cannot be read is left out. */
export async function readMoved(
  folder: string,
  { apps, database, databases }: Pick<ReadSettings, "apps" | "database" | "databases">,
): Promise<ReadonlyMap<string, ProviderRow>> {
  const groups = Map.groupBy(apps, (app) => databases.get(app) ?? database);
  const found = await Promise.all(
    [...groups].map(async ([url, names]) => {
      const rows = await rowsOf(await runningUrl(folder, url));
      return rows.filter(({ app }) => names.includes(app));
    }),
  );
  return new Map(found.flat().map((row) => [row.app, row]));
}

async function runningUrl(folder: string, url: string): Promise<string | undefined> {
  if (!url.startsWith("embedded:")) return url;
  return findEmbedded(resolve(folder, url.slice("embedded:".length)));
}

async function rowsOf(url: string | undefined): Promise<readonly ProviderRow[]> {
  if (url === undefined) return [];
  const sql = connect(url);
  const read = async () => {
    if (!(await hasControl(sql))) return [];
    return sql<ProviderRow[]>`
      select app, phase, epoch::text as epoch, address, hold_ms, shadow from marcot.providers`;
  };
  const given = new AbortController();
  const late = sleep(ANSWER_MS, [], { signal: given.signal }).catch(() => []);
  try {
    return await Promise.race([read().catch(() => []), late]);
  } finally {
    given.abort();
    await sql.end({ timeout: 0 });
  }
}
