/** Events to an app elsewhere: signed batches of CloudEvents, posted to its provider. */
import { randomUUID } from "node:crypto";
import { Pool } from "undici";
import type { Running } from "../app/types.ts";
import { codeOf, errorTable, MarcotError } from "../errors.ts";
import type { Batch, Listed, Message, Outcome } from "./message.ts";
import { sign } from "./signature.ts";
import type { Transport } from "./transport.ts";

/** A provider reads bodies of 1 MiB; a batch must stay below that, whatever its events hold. */
const BODY_BYTES_MAX = 512 * 1024;
const MESSAGES_MAX = 250;

/** Receivers may take ten seconds for one event; what is not answered then is sent again. */
const ANSWER_MS = 60_000;

export const BATCH_TYPE = "application/cloudevents-batch+json";

/** The body of a request, below `/-/events/<receiver>`: CloudEvents 1.0.2, JSON Batch Format. */
export function httpTransport(
  running: Running,
  address: URL,
  secret: string | undefined,
): Transport {
  const pool = new Pool(address.origin, {
    connections: 4,
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  running.onClose(() => pool.close());
  const base = address.pathname.replace(/\/$/, "");
  const ask = async (method: "GET" | "POST", path: string, body?: string): Promise<unknown> => {
    const where = `${address.href.replace(/\/$/, "")}${path}`;
    const signed = body === undefined ? {} : sign(secret ?? "", randomUUID(), body);
    const headers = { ...signed, ...(body !== undefined && { "content-type": BATCH_TYPE }) };
    try {
      const reply = await pool.request({ method, path: base + path, headers, body: body ?? null });
      const text = await reply.body.text();
      if (reply.statusCode === 200) return JSON.parse(text) as unknown;
      throw problemOf(where, reply.statusCode, text);
    } catch (cause) {
      if (cause instanceof MarcotError) throw cause;
      const why = codeOf(cause) ?? String(cause);
      throw new MarcotError("Unavailable", `${where} cannot be reached (${why})`, { cause });
    }
  };
  return {
    async receivers(source) {
      const { receivers } = (await ask("GET", `/-/receivers?of=${source}`)) as {
        receivers: Listed[];
      };
      return receivers;
    },
    async send(batch) {
      if (secret === undefined) throw unsigned(batch);
      const outcomes: Outcome[] = [];
      for (const part of parts(batch.messages)) {
        const body = `[${part.join(",")}]`;
        const answer = await ask("POST", `/-/events/${batch.receiver}`, body);
        outcomes.push(...(answer as { outcomes: Outcome[] }).outcomes);
      }
      return outcomes;
    },
  };
}

function unsigned({ app }: Batch): MarcotError {
  return new MarcotError("SettingInvalid", `events for ${app} wait: EVENTS_SECRET is not set`, {
    fix: "Give the same EVENTS_SECRET, 32 characters or more, to all services of the project.",
  });
}

function problemOf(where: string, status: number, text: string): MarcotError {
  const { code, detail } = detailsOf(text);
  const message = `${where} answered ${status}: ${detail ?? text.slice(0, 200)}`;
  const known = code !== undefined && Object.hasOwn(errorTable, code);
  return new MarcotError(known ? (code as keyof typeof errorTable) : "Unavailable", message);
}

function detailsOf(text: string): { code?: string; detail?: string } {
  try {
    return JSON.parse(text) as { code?: string; detail?: string };
  } catch {
    return {};
  }
}

/** Splits by size. One event that is larger than a body goes alone, and is refused by itself. */
function* parts(messages: readonly Message[]): Generator<string[]> {
  let part: string[] = [];
  let size = 0;
  for (const message of messages) {
    const text = JSON.stringify(message);
    const bytes = Buffer.byteLength(text);
    if (part.length > 0 && (part.length === MESSAGES_MAX || size + bytes > BODY_BYTES_MAX)) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(text);
    size += bytes;
  }
  if (part.length > 0) yield part;
}
