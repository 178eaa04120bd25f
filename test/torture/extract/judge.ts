/** Counts what is on the side that holds the app by now, and compares it with what the users know. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import type { Known, Record } from "./record.ts";

/** A backlog is handled at some hundreds a second here; what takes longer is a defect. */
const SETTLE_MS = 90_000;

/** Rows that were there before the users came. */
export const OLD = "old-";

export interface Verdict {
  /** Acknowledged and not there, or not as it was acknowledged. */
  readonly lost: number;
  /** There more than once, or changed more often than asked, or never asked for. */
  readonly doubled: number;
  readonly counterWrong: number;
  readonly eventsLost: number;
  readonly eventsDoubled: number;
  readonly jobsLost: number;
  readonly jobsDoubled: number;
  /** Events and jobs that were not done in time. */
  readonly open: number;
  readonly settleMs: number;
}

export interface JudgeOptions {
  /** The owner's address of the database in which the stock is written now. */
  readonly stockUrl: string;
  readonly shopUrl: string;
  readonly record: Record;
  readonly oldRows: number;
}

export async function judge({ stockUrl, shopUrl, record, oldRows }: JudgeOptions) {
  const stock = postgres(stockUrl, { max: 2, onnotice() {} });
  const shop = postgres(shopUrl, { max: 2, onnotice() {} });
  try {
    const begun = Date.now();
    const open = await settle(stock, shop);
    const settleMs = Date.now() - begun;
    return { ...(await compare(stock, shop, record, oldRows)), open, settleMs } satisfies Verdict;
  } finally {
    await stock.end({ timeout: 1 });
    await shop.end({ timeout: 1 });
  }
}

async function settle(stock: Sql, shop: Sql): Promise<number> {
  const end = Date.now() + SETTLE_MS;
  for (;;) {
    const open =
      (await openEvents(stock, "stock")) +
      (await openEvents(shop, "shop")) +
      (await openJobs(stock));
    if (open === 0 || Date.now() > end) return open;
    await sleep(100);
  }
}

async function openEvents(sql: Sql, app: string): Promise<number> {
  const [found] = await sql<{ open: number }[]>`
    select (select count(*) from ${sql(app)}.event_deliveries
        where state not in ('completed', 'dropped'))::int
      + (select count(*) from ${sql(app)}.event_outbox where not spread)::int as open`;
  return found?.open ?? 0;
}

async function openJobs(sql: Sql): Promise<number> {
  const [found] = await sql<{ open: number }[]>`
    select count(*)::int as open from stock.job_queue where state not in ('done', 'dropped')`;
  return found?.open ?? 0;
}

interface Row {
  readonly id: number;
  readonly token: string;
  readonly amount: number;
  readonly changes: number;
}

async function compare(stock: Sql, shop: Sql, record: Record, oldRows: number) {
  const rows = await stock<Row[]>`
    select id, token, amount, changes from stock.entries where not starts_with(token, ${OLD})`;
  const [old] = await stock<{ count: number; shelves: number; all: number }[]>`
    select count(distinct token)::int as count,
      (select coalesce(sum(entries), 0) from stock.counters)::int as shelves,
      (select count(*) from stock.entries)::int as all
    from stock.entries where starts_with(token, ${OLD})`;
  const orders = await tokensOf(shop, "shop", "orders");
  const found = new Map(rows.map((row) => [row.token, row]));
  const entries = [...found.keys()];
  const isOrdered = [...new Set(orders)];
  const count = { lost: oldRows - (old?.count ?? 0), doubled: rows.length - found.size };
  count.doubled += orders.length - isOrdered.length;
  for (const token of entries) if (!record.all.has(token)) count.doubled += 1;
  for (const known of record.acknowledged)
    if (!isAsAcknowledged(known, found.get(known.token), isOrdered)) count.lost += 1;
  let counterWrong = Math.abs((old?.shelves ?? 0) - (old?.all ?? 0));
  for (const { token, changes } of rows) {
    const known = record.all.get(token);
    if (known && (changes < known.changes || changes > known.changes + known.openChanges))
      counterWrong += 1;
  }
  const heard = onceEach(entries, await tokensOf(shop, "shop", "heard"));
  const notes = onceEach(isOrdered, await tokensOf(stock, "stock", "notes"));
  const marks = onceEach(entries, await tokensOf(stock, "stock", "marks"));
  return {
    ...count,
    counterWrong,
    eventsLost: heard.lost + notes.lost,
    eventsDoubled: heard.doubled + notes.doubled,
    jobsLost: marks.lost,
    jobsDoubled: marks.doubled,
  };
}

/** The amount of an entry that was changed is that of any of its changes, which come in no order. */
function isAsAcknowledged(known: Known, row: Row | undefined, orders: readonly string[]): boolean {
  if (row === undefined || row.id !== known.id) return false;
  if (row.changes === 0 && row.amount !== known.amount) return false;
  return !known.isOrder || setOf(orders).has(known.token);
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

function setOf(list: readonly string[]): ReadonlySet<string> {
  const set = sets.get(list) ?? new Set(list);
  sets.set(list, set);
  return set;
}

async function tokensOf(sql: Sql, schema: string, table: string): Promise<string[]> {
  const rows = await sql<{ token: string }[]>`select token from ${sql(schema)}.${sql(table)}`;
  return rows.map(({ token }) => token);
}

/** Each of `causes` has one effect; an effect without a cause counts as doubled. */
function onceEach(causes: readonly string[], effects: readonly string[]) {
  const seen = new Set(effects);
  const known = new Set(causes);
  const lost = causes.filter((token) => !seen.has(token)).length;
  const strange = [...seen].filter((token) => !known.has(token)).length;
  return { lost, doubled: effects.length - seen.size + strange };
}
