/**
 * One schema and one login role per app, so that the database itself refuses what crosses apps.
 *
 * The role's password is derived from the owner's: HMAC-SHA256 keyed by the owner's password
 * over database and app. Nothing new has to be stored or handed round, every process that has
 * the owner's address comes to the same password, and nobody comes from an app's password to
 * the owner's or to another app's. The price: when the owner's password changes, `migrate` has
 * to run once, which sets the derived ones anew. The server receives a SCRAM verifier (as from
 * psql's \password), so that no password appears in its log.
 *
 * The owner is a superuser, or a role with CREATEROLE that owns the database (managed servers).
 * All of this is one transaction under an advisory lock: any number of processes may run it.
 */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import type { TransactionSql } from "postgres";
import { MarcotError } from "../errors.ts";
import { databaseOf, withConnection } from "./database.ts";
import { quoted } from "./identifier.ts";

/** NAMEDATALEN - 1: PostgreSQL cuts longer names silently, so that two roles could become one. */
const MAX_NAME_BYTES = 63;
/** PostgreSQL's own number of rounds; the password is 256 random bits, more adds nothing. */
const SCRAM_ROUNDS = 4096;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** The login role of an app in the database that the owner's URL names. */
export function roleOf(ownerUrl: string, app: string): string {
  const role = `${databaseOf(ownerUrl)}_${app}`;
  const bytes = Buffer.byteLength(role);
  if (bytes <= MAX_NAME_BYTES) return role;
  throw new MarcotError(
    "SettingInvalid",
    `The role of the app ${app} would be "${role}" with ${bytes} bytes; ` +
      `PostgreSQL allows ${MAX_NAME_BYTES}`,
    { fix: "Give the database or the app a shorter name." },
  );
}

/** The address of the database for the app's own role. */
export function appUrl(ownerUrl: string, app: string): string {
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(roleOf(ownerUrl, app));
  url.password = passwordOf(ownerUrl, app);
  return url.href;
}

/** Creates or corrects the app's schema and role. Changes nothing when all is as it should be. */
export async function provision(ownerUrl: string, app: string): Promise<void> {
  const role = roleOf(ownerUrl, app);
  const database = databaseOf(ownerUrl);
  const verifier = verifierOf(passwordOf(ownerUrl, app), `${database}/${app}`);
  await withConnection(ownerUrl, (sql) =>
    sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended('marcot/provision', 0))`;
      await provisionRole(tx, role, verifier);
      await tx.unsafe(`REVOKE ALL ON DATABASE ${quoted(database)} FROM PUBLIC`);
      await tx.unsafe(`GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(role)}`);
      await closePublic(tx);
      await provisionSchema(tx, app, role);
      await tx.unsafe(
        `ALTER ROLE ${quoted(role)} IN DATABASE ${quoted(database)} SET search_path = ${quoted(app)}`,
      );
    }),
  );
}

/** The verifier's alphabet is base64 and a few signs, so that it needs no escaping in quotes. */
async function provisionRole(tx: TransactionSql, role: string, verifier: string): Promise<void> {
  const [found] = await tx`
    select pg_has_role(current_user, oid, 'member') as member from pg_roles where rolname = ${role}`;
  const verb = found === undefined ? "CREATE" : "ALTER";
  await tx.unsafe(`${verb} ROLE ${quoted(role)} LOGIN PASSWORD '${verifier}'`);
  const [owner] = await tx`select rolsuper as super from pg_roles where rolname = current_user`;
  // Without being a member, an owner that is no superuser could not give the schema away (16+).
  if (owner?.["super"] !== true) await tx.unsafe(`GRANT ${quoted(role)} TO CURRENT_USER`);
}

/** The default since PostgreSQL 15, but not in a database that was upgraded to it. */
async function closePublic(tx: TransactionSql): Promise<void> {
  const [open] = await tx`
    select 1 from pg_namespace, aclexplode(nspacl) acl
    where nspname = 'public' and acl.grantee = 0 and acl.privilege_type = 'CREATE'`;
  if (open !== undefined) await tx`REVOKE CREATE ON SCHEMA public FROM PUBLIC`;
}

async function provisionSchema(tx: TransactionSql, app: string, role: string): Promise<void> {
  const [found] = await tx`
    select nspowner::regrole::oid as oid, pg_get_userbyid(nspowner) as owner
    from pg_namespace where nspname = ${app}`;
  if (found === undefined) {
    await tx.unsafe(`CREATE SCHEMA ${quoted(app)} AUTHORIZATION ${quoted(role)}`);
  } else if (found["owner"] !== role) {
    await moveOwnership(tx, app, String(found["owner"]), role);
  }
}

/**
 * The database was cloned from a template or restored under another name: its apps belong to the
 * roles of the old name. Only what lies in this schema and belonged to its owner moves; REASSIGN
 * OWNED would also move what that role owns elsewhere, and refuses when it is a superuser.
 */
async function moveOwnership(
  tx: TransactionSql,
  app: string,
  from: string,
  to: string,
): Promise<void> {
  const [known] = await tx`
    select rolsuper or pg_has_role(current_user, ${from}, 'member') as member
    from pg_roles where rolname = current_user`;
  if (known?.["member"] !== true) await tx.unsafe(`GRANT ${quoted(from)} TO CURRENT_USER`);
  await tx.unsafe(`ALTER SCHEMA ${quoted(app)} OWNER TO ${quoted(to)}`);
  const changes = await tx`
    with app as (select oid from pg_namespace where nspname = ${app}),
         old as (select oid from pg_roles where rolname = ${from})
    select format('ALTER TABLE %s OWNER TO %I', c.oid::regclass, ${to}::text) as statement
    from pg_class c where relnamespace = (table app) and relowner = (table old)
      and (relkind in ('r', 'p', 'v', 'm', 'f') or relkind = 'S' and not exists (
        select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid
          and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')))
    union all
    select format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, ${to}::text)
    from pg_proc p where pronamespace = (table app) and proowner = (table old)
    union all
    select format('ALTER TYPE %s OWNER TO %I', t.oid::regtype, ${to}::text)
    from pg_type t where typnamespace = (table app) and typowner = (table old)
      and (typtype in ('e', 'd', 'r') or typtype = 'c' and exists (
        select from pg_class c where c.oid = typrelid and relkind = 'c'))`;
  for (const change of changes) await tx.unsafe(String(change["statement"]));
}

/**
 * A secret for the events of a project that nobody has given one: whoever has the owner's address of the
 * database comes to the same.
 */
export function eventsSecretOf(ownerUrl: string): string {
  return derived(ownerUrl, "marcot/events");
}

function passwordOf(ownerUrl: string, app: string): string {
  return derived(ownerUrl, `marcot/role/${databaseOf(ownerUrl)}/${app}`);
}

function derived(ownerUrl: string, what: string): string {
  const secret = decodeURIComponent(new URL(ownerUrl).password);
  if (secret === "") {
    throw new MarcotError(
      "SettingInvalid",
      "The owner's address of the database has no password; the apps' passwords derive from it",
      { fix: "Write the owner's password into DATABASE_URL." },
    );
  }
  return createHmac("sha256", secret).update(what).digest("base64url");
}

/** RFC 5803. The salt is fixed by place, so that the same password always gives the same text. */
function verifierOf(password: string, place: string): string {
  const salt = createHash("sha256").update(`marcot/salt/${place}`).digest().subarray(0, SALT_BYTES);
  const salted = pbkdf2Sync(password, salt, SCRAM_ROUNDS, KEY_BYTES, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${SCRAM_ROUNDS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
