/**
 * The stream that carries rows from the holder to the follower: PostgreSQL's own publication and subscription.
 * Dropping works without the other side: a subscription forgets its slot first.
 */
import { quoted } from "../data/identifier.ts";
import type { OpenSide } from "./sides.ts";
import { dropSlot, slotOf } from "./slot.ts";
import { literal, movedTables, nameIn } from "./tables.ts";
import type { SideName } from "./types.ts";

/** Names of apps have no underscores, names of slots no hyphens. */
function named(app: string): string {
  return app.replaceAll("-", "_");
}

export function publicationOf(app: string): string {
  return `marcot_move_${named(app)}`;
}

/** Of a subscription and its slot: rows come from this side. */
export function streamOf(app: string, from: SideName): string {
  return `marcot_${named(app)}_${from === "project" ? "out" : "home"}`;
}

/** From this version on a stream can leave out what came by another stream. */
const ORIGIN_VERSION = 16;

export async function publish({ app, sql }: OpenSide): Promise<void> {
  const name = quoted(publicationOf(app));
  const tables = (await movedTables(sql, app)).filter(({ isPartitioned }) => !isPartitioned);
  const list = tables.map((table) => nameIn(app, table.name)).join(", ");
  const [found] = await sql`select from pg_publication where pubname = ${publicationOf(app)}`;
  if (found === undefined) await sql.unsafe(`CREATE PUBLICATION ${name} FOR TABLE ${list}`);
  else await sql.unsafe(`ALTER PUBLICATION ${name} SET TABLE ${list}`);
}

export async function unpublish({ app, sql }: OpenSide): Promise<void> {
  const [found] = await sql`select from pg_publication where pubname = ${publicationOf(app)}`;
  if (found !== undefined) await sql.unsafe(`DROP PUBLICATION ${quoted(publicationOf(app))}`);
}

export interface Subscription {
  readonly oid: number;
  readonly enabled: boolean;
}

/** Not with its connection: only superusers may read that. */
export async function subscriptionOf(
  { sql }: OpenSide,
  name: string,
): Promise<Subscription | undefined> {
  const [found] = await sql<Subscription[]>`
    select oid, subenabled as enabled from pg_subscription
    where subname = ${name} and subdbid = (select oid from pg_database where datname = current_database())`;
  return found;
}

export interface SubscribeOptions {
  /** Whether the rows that are there already are copied, and it begins at once. */
  readonly copy: "rows" | "nothing";
}

/** The slot is there already. */
export async function subscribe(
  subscriber: OpenSide,
  publisher: OpenSide,
  { copy }: SubscribeOptions,
): Promise<void> {
  const { app, version } = subscriber;
  const name = streamOf(app, publisher.name);
  if ((await subscriptionOf(subscriber, name)) !== undefined) return;
  const isWhole = copy === "rows";
  const origin = canFilter(subscriber, publisher) && version >= ORIGIN_VERSION;
  await unlogged(
    subscriber,
    `CREATE SUBSCRIPTION ${quoted(name)} CONNECTION ${literal(connectionTo(publisher))}
     PUBLICATION ${quoted(publicationOf(app))}
     WITH (create_slot = false, slot_name = ${literal(name)}, copy_data = ${isWhole}, enabled = ${isWhole}
       ${origin ? ", origin = none" : ""})`,
  );
}

/** Whether both directions may live at once: rows that came by one stream do not go back by the other. */
export function canFilter(one: OpenSide, other: OpenSide): boolean {
  return Math.min(one.version, other.version) >= ORIGIN_VERSION;
}

export async function enable(subscriber: OpenSide, name: string): Promise<void> {
  const found = await subscriptionOf(subscriber, name);
  if (found?.enabled !== false) return;
  await subscriber.sql.unsafe(`ALTER SUBSCRIPTION ${quoted(name)} ENABLE`);
}

/** Takes up the tables that were published since, with the rows that they have. It must be enabled. */
export async function refresh({ sql }: OpenSide, name: string): Promise<void> {
  await sql.unsafe(
    `ALTER SUBSCRIPTION ${quoted(name)} REFRESH PUBLICATION WITH (copy_data = true)`,
  );
}

/**
 * A server that was started again may listen elsewhere, and its password may be another one. Where somebody reads
 * from the slot, the subscription has found it; nobody but a superuser could read where it looks.
 */
export async function correctConnection(subscriber: OpenSide, publisher: OpenSide): Promise<void> {
  const name = streamOf(subscriber.app, publisher.name);
  const found = await subscriptionOf(subscriber, name);
  if (found === undefined) return;
  const slot = await slotOf(publisher, name);
  if (found.enabled && typeof slot?.active === "number") return;
  await unlogged(
    subscriber,
    `ALTER SUBSCRIPTION ${quoted(name)} CONNECTION ${literal(connectionTo(publisher))}`,
  );
  // It may wait for an answer from where nobody of ours is any more.
  await subscriber.sql`
    select pg_terminate_backend(pid) from pg_stat_subscription where subname = ${name} and pid is not null`;
}

/**
 * A statement that has the owner's password in it. A server that writes down statements, as it does with those
 * that fail, would write it into its log; who is no superuser may not always forbid that.
 */
async function unlogged({ sql }: OpenSide, statement: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      select set_config(name, value, true) from (values ('log_min_error_statement', 'panic'),
        ('log_statement', 'none'), ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
        ('log_transaction_sample_rate', '0')) as quiet (name, value)
      where has_parameter_privilege(name, 'set')`;
    await tx.unsafe(statement);
  });
}

/** As libpq takes it. A dead machine is noticed, and a subscription that is dropped does not wait for it. */
function connectionTo({ ownerUrl }: OpenSide): string {
  const url = new URL(ownerUrl);
  const parameters = { connect_timeout: "10", keepalives_idle: "10", keepalives_interval: "5" };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Refused at once. Who is no superuser must name a password. */
const NOWHERE = "host=/dev/null dbname=none user=none password=none";

/** Leaves the slot, and those that its tables had while they were copied, to `dropSlot`. Answers their names. */
export async function dropSubscription(
  subscriber: OpenSide,
  name: string,
): Promise<readonly string[]> {
  const { sql } = subscriber;
  const found = await subscriptionOf(subscriber, name);
  if (found === undefined) return [name];
  const [place] = await sql<{ id: string }[]>`
    select system_identifier::text as id from pg_control_system()`;
  const tables = await sql<{ id: string }[]>`
    select srrelid::text as id from pg_subscription_rel where srsubid = ${found.oid} and srsubstate <> 'r'`;
  await sql.unsafe(`ALTER SUBSCRIPTION ${quoted(name)} DISABLE`);
  await sql.unsafe(`ALTER SUBSCRIPTION ${quoted(name)} SET (slot_name = NONE)`);
  // Else it drops the slots of its tables over there itself: in one server with it, such a slot that is just being
  // made would wait for this transaction, and this one for the slot.
  await sql.unsafe(`ALTER SUBSCRIPTION ${quoted(name)} CONNECTION ${literal(NOWHERE)}`);
  await sql.unsafe(`DROP SUBSCRIPTION ${quoted(name)}`);
  return [name, ...tables.map(({ id }) => `pg_${found.oid}_sync_${id}_${place?.id}`)];
}

/** Ends what flows from one side to the other. Each side is looked after by itself, so that one may be down. */
export async function dropStream(
  from: OpenSide | undefined,
  to: OpenSide | undefined,
  name: string,
): Promise<void> {
  const slots = to === undefined ? [name] : await dropSubscription(to, name);
  if (from === undefined) return;
  for (const slot of slots) await dropSlot(from, slot);
}
