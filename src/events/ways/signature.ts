/**
 * Events between services are signed, after Standard Webhooks (https://www.standardwebhooks.com, 1.0):
 * HMAC-SHA256 over id, time and body, by a secret that all services of a project share. The library of
 * that name computes SHA-256 in JavaScript, which costs more than the rest of a large batch.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { MarcotError } from "../../errors.ts";

/** Against old messages that somebody has recorded; clocks of machines differ by less. */
const TOLERANCE_S = 300;

export interface SignedHeaders {
  readonly "webhook-id": string;
  /** Seconds since 1970. */
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

export function sign(secret: string, id: string, body: string, now = Date.now()): SignedHeaders {
  const timestamp = String(Math.floor(now / 1000));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${mac(secret, id, timestamp, body)}`,
  };
}

/** Throws NotAllowed unless somebody who has the secret has signed this body, not long ago. */
export function verify(
  secret: string,
  headers: { readonly [Name in keyof SignedHeaders]: string | undefined },
  body: string,
  now = Date.now(),
): void {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (!/^\d{1,12}$/.test(timestamp)) throw refused("they carry no time");
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_S)
    throw refused(`their time differs from the time here by more than ${TOLERANCE_S} s`);
  const expected = Buffer.from(mac(secret, id, timestamp, body));
  // Several, while a secret is being replaced.
  const isSigned = (headers["webhook-signature"] ?? "").split(" ").some((given) => {
    const [version, code = ""] = given.split(",");
    const bytes = Buffer.from(code);
    return version === "v1" && bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
  if (!isSigned) throw refused("they are not signed with the EVENTS_SECRET of this process");
}

function mac(secret: string, id: string, timestamp: string, body: string): string {
  return createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64");
}

/** As the standard writes secrets: base64 after `whsec_`. Any other text stands for itself. */
function keyOf(secret: string): string | Buffer {
  const prefix = "whsec_";
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), "base64") : secret;
}

function refused(why: string): MarcotError {
  return new MarcotError("NotAllowed", `these events are refused: ${why}`, {
    fix: "Give the same EVENTS_SECRET to all services of the project, and set their clocks.",
  });
}
