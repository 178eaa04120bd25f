/** Where the processes of a database find the app: its row in `marcot.providers`. */
import type { Sql } from "postgres";
import { type Phase, PROVIDERS_CHANNEL } from "../../data/control.ts";
import { ownTable } from "../../data/own-tables.ts";
import type { Roles } from "../course.ts";
import type { OpenSide, Owner } from "../sides.ts";
import { literal } from "../tables.ts";
import { stillOurs } from "./mover.ts";

interface ProviderPatch {
  readonly app: string;
  readonly phase: Phase;
  readonly epoch: string;
  readonly address: string | null;
  /** Default: 1250. */
  readonly holdMs?: number;
  /** For `holding`: whether this side has the app until it is over. Default: true. */
  readonly isHolder?: boolean;
}

const DEFAULT_HOLD_MS = 1250;

/**
 * The statements that write the row and tell the processes, to be sent with others in one transaction: it fails with
 * MV002 where the move is not the owner's any more, or a later switch has written the row.
 */
export function providerStatements(owner: Owner, patch: ProviderPatch): string {
  const { app, phase, epoch, address, holdMs = DEFAULT_HOLD_MS, isHolder = true } = patch;
  const values = [
    literal(app),
    literal(phase),
    BigInt(epoch),
    literal(address),
    Math.round(holdMs),
    isHolder,
  ];
  return `${stillOurs(owner, epoch)}
    INSERT INTO marcot.providers (app, phase, epoch, address, hold_ms, holder)
    VALUES (${values.join(", ")})
    ON CONFLICT (app) DO UPDATE SET phase = excluded.phase, epoch = excluded.epoch,
      address = excluded.address, hold_ms = excluded.hold_ms, holder = excluded.holder, shadow = 0, changed_at = clock_timestamp();
    NOTIFY ${PROVIDERS_CHANNEL}, ${literal(app)};`;
}

export async function writeProvider({ sql, owner }: OpenSide, patch: ProviderPatch): Promise<void> {
  await sql.unsafe(providerStatements(owner, patch));
}

/** On both sides at once. */
export async function writeBoth(
  { holder, follower }: Roles,
  [ours, theirs]: readonly [ProviderPatch, ProviderPatch],
): Promise<void> {
  await Promise.all([writeProvider(holder, ours), writeProvider(follower, theirs)]);
}

export async function dropProvider({ app, sql, owner }: OpenSide): Promise<void> {
  await sql.unsafe(`${stillOurs(owner)}
    DELETE FROM marcot.providers WHERE app = ${literal(app)};
    DELETE FROM marcot.acks WHERE app = ${literal(app)};
    DELETE FROM marcot.rehearsals WHERE app = ${literal(app)};
    NOTIFY ${PROVIDERS_CHANNEL}, ${literal(app)};`);
}

/** How long ago the row came to say that the app is elsewhere since that switch, in ms; undefined: it does not. */
export async function sinceElsewhere(
  sql: Sql,
  app: string,
  epoch: string,
): Promise<number | undefined> {
  const [found] = await sql.unsafe<{ since: number }[]>(
    `SELECT (extract(epoch FROM clock_timestamp() - changed_at) * 1000)::float8 AS since
     FROM marcot.providers WHERE app = $1 AND epoch = $2 AND phase = 'elsewhere'`,
    [app, epoch],
  );
  return found?.since;
}

/** The last number that a switch of the app had, of a move before this one too: acks and markers carry it. */
export async function highestEpoch(sides: readonly OpenSide[]): Promise<string> {
  const found = await Promise.all(sides.map(epochIn));
  return String(found.reduce((highest, epoch) => (epoch > highest ? epoch : highest), 0n));
}

async function epochIn({ app, sql }: OpenSide): Promise<bigint> {
  const markers = ownTable(app, "move_markers");
  const [has] = await sql<{ has: boolean }[]>`select to_regclass(${markers}) is not null as has`;
  const [found] = await sql<{ epoch: string }[]>`
    select greatest(0, (select max(epoch) from marcot.providers where app = ${app}),
      (select max(epoch) from marcot.acks where app = ${app}),
      ${has?.has === true ? sql.unsafe(`(select max(epoch) from ${markers})`) : sql`0`})::text as epoch`;
  return BigInt(found?.epoch ?? 0);
}
