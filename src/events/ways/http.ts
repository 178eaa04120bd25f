/** Events to an app elsewhere: signed batches of CloudEvents, posted to its provider. */
import { randomUUID } from "node:crypto";
import { Pool } from "undici";
import type { Running } from "../../app/types.ts";
import { codeOf, errorTable, MarcotError } from "../../errors.ts";
import type { Batch, Listed, Outcome } from "../message.ts";
import { sign } from "./signature.ts";
import { sendParts, type Transport } from "./transport.ts";

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
    const signed = body === undefined ? {} : sign(secret ?? "", `${path}.${randomUUID()}`, body);
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
      return sendParts(batch.messages, async (body) => {
        const answer = await ask("POST", `/-/events/${batch.receiver}`, body);
        return (answer as { outcomes: Outcome[] }).outcomes;
      });
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
