/** What one server can do, and may do for the owner: what replication needs, on both sides, for both ways. */
import type { Asked } from "../verify/catalog.ts";
import { check, type Check, found, type PlanFinding } from "./check.ts";

export interface ServerFacts {
  /** `server_version_num` / 10000. */
  readonly major: number;
  readonly version: string;
  /** The server and the database: the same for the same one. */
  readonly place: string;
  readonly isStandby: boolean;
  readonly wal: string;
  readonly slotsFree: number;
  readonly sendersFree: number;
  readonly workersFree: number;
  readonly originsFree: number;
  readonly mayPublish: boolean;
  readonly maySubscribe: boolean;
  /** Make the app's role and schema. */
  readonly mayProvision: boolean;
  readonly encoding: string;
  readonly locale: string;
}

/** Managed PostgreSQL gives rights by membership in a role of its own. */
const isMember = (role: string): string =>
  `EXISTS (SELECT FROM pg_roles m WHERE m.rolname = '${role}' AND pg_has_role(r.oid, m.oid, 'member'))`;

const QUESTION = `
  SELECT current_setting('server_version_num')::int / 10000 AS major,
    current_setting('server_version') AS version,
    (SELECT system_identifier::text FROM pg_control_system()) || '/' || d.oid AS place,
    pg_is_in_recovery() AS "isStandby", current_setting('wal_level') AS wal,
    current_setting('max_replication_slots')::int - (SELECT count(*)::int FROM pg_replication_slots) AS "slotsFree",
    current_setting('max_wal_senders')::int - (SELECT count(*)::int FROM pg_stat_replication) AS "sendersFree",
    current_setting('max_logical_replication_workers')::int - (SELECT count(*)::int FROM pg_stat_subscription WHERE pid IS NOT NULL) AS "workersFree",
    coalesce(current_setting('max_active_replication_origins', true), current_setting('max_replication_slots'))::int
      - (SELECT count(*)::int FROM pg_replication_origin) AS "originsFree",
    (r.rolsuper OR r.rolreplication OR ${isMember("rds_replication")})
      AND has_database_privilege(d.oid, 'CREATE') AS "mayPublish",
    r.rolsuper OR ${isMember("rds_superuser")}
      OR ${isMember("pg_create_subscription")} AND has_database_privilege(d.oid, 'CREATE') AS "maySubscribe",
    r.rolsuper OR r.rolcreaterole AND has_database_privilege(d.oid, 'CREATE') AS "mayProvision",
    pg_encoding_to_char(d.encoding) AS encoding,
    concat_ws(' ', d.datlocprovider::text, to_jsonb(d) ->> 'datcollate',
      coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'), d.datcollversion) AS locale
  FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user`;

export async function factsOf(sql: Asked): Promise<ServerFacts> {
  const [facts] = await sql.unsafe<ServerFacts[]>(QUESTION);
  if (facts === undefined) throw new TypeError("the database has no row of itself");
  return Object.freeze(facts);
}

const LOWEST = 15;
/** From here on a stream leaves out what came by another stream, and the way back may be live at once. */
const ORIGINS = 16;
/** A slot and an origin for the way there, and for the way back; the copying of tables takes two more for a while. */
const SLOTS = 3;
const WORKERS = 2;

interface ServerCheck extends Check {
  readonly fails: (facts: ServerFacts) => boolean;
  readonly tell: (facts: ServerFacts) => { readonly what: string; readonly fix: string };
}

function judge(kind: Check, fails: ServerCheck["fails"], tell: ServerCheck["tell"]): ServerCheck {
  return Object.freeze({ ...kind, fails, tell });
}

/** Each for both sides, since every move has a way back. */
export const serverChecks: readonly ServerCheck[] = Object.freeze([
  judge(
    check("server.version", "blocker", "The server is older than PostgreSQL 15."),
    ({ major }) => major < LOWEST,
    ({ version }) => ({
      what: `it is PostgreSQL ${version}`,
      fix: `Upgrade it to PostgreSQL ${LOWEST} or newer.`,
    }),
  ),
  judge(
    check("server.standby", "blocker", "The server is a standby, which takes no writes."),
    ({ isStandby }) => isStandby,
    () => ({ what: "it is a standby", fix: "Name the primary server." }),
  ),
  judge(
    check("server.provision", "blocker", "The owner may not make a role and a schema for the app."),
    ({ mayProvision }) => !mayProvision,
    () => ({
      what: "the owner may not make the app's role and schema",
      fix: "Give the owner CREATEROLE, and CREATE on the database; or name a superuser.",
    }),
  ),
  judge(
    check("server.wal", "copy", "The server does not write its log for logical replication."),
    ({ wal }) => wal !== "logical",
    ({ wal }) => ({
      what: `wal_level is ${wal}`,
      fix: "Run ALTER SYSTEM SET wal_level = logical, and start the server again.",
    }),
  ),
  judge(
    check("server.slots", "copy", "The server has no replication slots, senders or workers left."),
    ({ slotsFree, sendersFree, workersFree, originsFree }) =>
      Math.min(slotsFree, sendersFree, originsFree) < SLOTS || workersFree < WORKERS,
    ({ slotsFree, sendersFree, workersFree, originsFree }) => ({
      what: `too little is free for replication: ${slotsFree} slots, ${sendersFree} senders, ${originsFree} origins, ${workersFree} workers`,
      fix:
        "Raise max_replication_slots, max_wal_senders or max_logical_replication_workers " +
        `(${SLOTS} slots, senders and origins and ${WORKERS} workers are needed), and start the server again.`,
    }),
  ),
  judge(
    check("server.publish", "copy", "The owner may not send rows by replication."),
    ({ mayPublish }) => !mayPublish,
    () => ({
      what: "the owner may not publish rows",
      fix: "Give the owner REPLICATION, and CREATE on the database.",
    }),
  ),
  judge(
    check("server.subscribe", "copy", "The owner may not receive rows by replication."),
    ({ maySubscribe }) => !maySubscribe,
    ({ major }) => ({
      what: "the owner may not subscribe to rows",
      fix:
        major < ORIGINS
          ? "Name a superuser: PostgreSQL 15 allows it to nobody else."
          : "Run GRANT pg_create_subscription TO the owner, and give CREATE on the database.",
    }),
  ),
  judge(
    check("server.origin", "warning", "PostgreSQL 15 cannot tell copied rows from others."),
    ({ major }) => major === LOWEST,
    () => ({
      what: "it is PostgreSQL 15, whose streams cannot leave out what came by another one",
      fix: "Upgrade to 16 or newer if you can; the way back is enabled later here.",
    }),
  ),
]);

export function checkServer(facts: ServerFacts, where: string): readonly PlanFinding[] {
  return serverChecks
    .filter(({ fails }) => fails(facts))
    .map((kind) => found(kind, { where, ...kind.tell(facts) }));
}

const pairs = {
  same: check("target.same", "blocker", "The target is the database that the app lies in."),
  encoding: check("target.encoding", "blocker", "Both databases have another encoding."),
  older: check("target.older", "warning", "The target's PostgreSQL is older than the source's."),
  locale: check("target.locale", "warning", "Both databases sort texts differently."),
} as const;

export const pairChecks: readonly Check[] = Object.freeze(Object.values(pairs));

export function checkPair(source: ServerFacts, target: ServerFacts, where: string): PlanFinding[] {
  const findings: PlanFinding[] = [];
  const tell = (kind: Check, what: string, fix: string) =>
    findings.push(found(kind, { what, where, fix }));
  if (source.place === target.place)
    tell(pairs.same, "the app lies in this database already", "Name another database with --to.");
  if (source.encoding !== target.encoding)
    tell(
      pairs.encoding,
      `its encoding is ${target.encoding}, the project's is ${source.encoding}`,
      `Create the database with ENCODING '${source.encoding}'.`,
    );
  if (target.major < source.major)
    tell(
      pairs.older,
      `it is PostgreSQL ${target.version}, older than the project's ${source.version}`,
      "Take a server that is not older, or try the app's tests against it before.",
    );
  if (source.locale !== target.locale)
    tell(
      pairs.locale,
      `it sorts texts by "${target.locale}", the project's database by "${source.locale}"`,
      "See that no page or key depends on the order; or create the database with the same locale.",
    );
  return findings;
}
