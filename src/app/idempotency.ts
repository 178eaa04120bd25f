/**
 * A call that may come again under the same key: its reply is stored in the transaction of the view, so
 * that either both are there or neither. After the IETF draft "The Idempotency-Key HTTP Header Field"
 * (draft-ietf-httpapi-idempotency-key-header-07): the same reply for a repeat, 409 while the first one
 * still runs, 422 for the same key with another body.
 */
import { createHash } from "node:crypto";
import { checkOf } from "../contract/compile.ts";
import { ownTable } from "../data/own-tables.ts";
import { type Atomic, PREPARED } from "../data/scope.ts";
import { type Issue, MarcotError } from "../errors.ts";
import type { Context, Route } from "./types.ts";

/** A UUID has 36 characters; longer ones are no keys, and would fill the table. What a header can carry. */
const KEY = /^[\x20-\x7e]{1,255}$/;

const HOURS = 24;

/** How long a reply is kept, as PostgreSQL writes it. */
export const KEPT = `${HOURS} hours`;

export interface Repeat {
  /** The reply of the first call, as JSON; undefined when this is the first. */
  readonly reply: unknown;
  /** Stores the reply of this call. It is sent with COMMIT. */
  keep(value: unknown): void;
}

interface Claimed {
  /** Whether another call with this key runs just now. */
  readonly busy: boolean;
  /** Whether the key is this call's own from now on. */
  readonly taken: boolean;
  readonly request: string | null;
  readonly reply: string | null;
}

/** Takes a key for this call, in the transaction of its view. `input` is what the check has accepted. */
export async function claim(
  route: Route,
  { caller, idempotencyKey: key = "" }: Context,
  input: unknown,
  transaction: Atomic,
): Promise<Repeat> {
  const where = `the key of this call to ${route.name}`;
  if (!KEY.test(key)) {
    const message = `${where} must have 1 to 255 characters, all of printable ASCII`;
    throw new MarcotError("MalformedBody", message, { fix: "Send a UUID as Idempotency-Key." });
  }
  const { endpoint, served } = route;
  const issues: Issue[] = [];
  const json = checkOf(endpoint.input, "write", `${route.name} input`)(input, issues);
  const request = createHash("sha256").update(JSON.stringify(json)).digest("base64url");
  const scope = await transaction.scope();
  const names = [caller, `${endpoint.version}.${endpoint.name}`, key] as const;
  const ask = () =>
    scope.unsafe<Claimed[]>(claimText(served.app.name), [...names, request], PREPARED);
  let [found] = await ask();
  // The first call has ended between the snapshot of this statement and its lock: the next one sees its reply.
  if (found !== undefined && !found.busy && !found.taken && found.request === null)
    [found] = await ask();
  if (found === undefined || found.busy)
    throw new MarcotError("CallRunning", `${where} belongs to a call that still runs`);
  if (found.request !== null && found.request !== request)
    throw new MarcotError("KeyReused", `${where} came before, with another input`);
  return {
    reply: found.reply === null ? undefined : (JSON.parse(found.reply) as unknown),
    keep: (value) => scope.later(keepText(served.app.name), [...names, JSON.stringify(value)]),
  };
}

/**
 * One round trip. The lock says at once whether another call with this key runs; the unique index would
 * make this one wait for it. A reply that is too old gives its place to a new one.
 */
function claimText(app: string): string {
  const table = ownTable(app, "idempotency_keys");
  return `WITH asked AS MATERIALIZED (
      SELECT NOT pg_try_advisory_xact_lock(hashtextextended('marcot/key/${app}/' || $1 || '/' || $2 || '/' || $3, 0)) AS busy),
    old AS (
      SELECT request, reply::text AS reply FROM ${table}
      WHERE consumer = $1::text AND endpoint = $2::text AND key = $3::text AND at > now() - interval '${KEPT}'),
    new AS (
      INSERT INTO ${table} AS known (consumer, endpoint, key, request)
      SELECT $1::text, $2::text, $3::text, $4::text FROM asked WHERE NOT busy AND NOT EXISTS (SELECT FROM old)
      ON CONFLICT (consumer, endpoint, key) DO UPDATE SET request = excluded.request, reply = NULL, at = now()
        WHERE known.at <= now() - interval '${KEPT}'
      RETURNING true)
    SELECT asked.busy, EXISTS (SELECT FROM new) AS taken, old.request, old.reply
    FROM asked LEFT JOIN old ON true`;
}

function keepText(app: string): string {
  return `UPDATE ${ownTable(app, "idempotency_keys")} SET reply = $4::text::json
    WHERE consumer = $1::text AND endpoint = $2::text AND key = $3::text`;
}
