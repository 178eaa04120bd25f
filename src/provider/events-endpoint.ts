/** Where an app elsewhere brings its events: below `/-/` of the app that receives them. */
import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { Running, ServedApp } from "../app/types.ts";
import { MarcotError } from "../errors.ts";
import { BATCH_TYPE } from "../events/ways/http.ts";
import { readMessages } from "../events/message.ts";
import { receive } from "../events/receive.ts";
import { verify } from "../events/ways/signature.ts";
import { listedOf } from "../events/ways/transport.ts";
import { BODY_BYTES_MAX } from "./server.ts";

export interface EventsEndpoint {
  readonly running: Running;
  readonly prefix: string;
  readonly served: ServedApp;
  /** EVENTS_SECRET. Without it no events are taken. */
  readonly secret: string | undefined;
}

type Site = Hono<{ Bindings: HttpBindings }>;

export function addEventsEndpoint(hono: Site, endpoint: EventsEndpoint): void {
  const { prefix, served } = endpoint;
  if (served.app.receivers.length === 0) {
    hono.get(`${prefix}/-/receivers`, (c) => c.json({ receivers: [] }));
    return;
  }
  hono.get(`${prefix}/-/receivers`, (c) =>
    c.json({ receivers: listedOf(served, c.req.query("of") ?? "") }),
  );
  hono.post(`${prefix}/-/events/:receiver`, (c) => take(c, endpoint, c.req.param("receiver")));
}

async function take(c: Context, endpoint: EventsEndpoint, receiver: string): Promise<Response> {
  const { running, served, secret } = endpoint;
  const body = await readBody(c);
  if (secret === undefined) {
    const message = `${served.app.name} takes no events: EVENTS_SECRET is not set here`;
    throw new MarcotError("NotAllowed", message, {
      fix: "Give the same EVENTS_SECRET, 32 characters or more, to all services of the project.",
    });
  }
  const headers = {
    "webhook-id": c.req.header("webhook-id"),
    "webhook-timestamp": c.req.header("webhook-timestamp"),
    "webhook-signature": c.req.header("webhook-signature"),
  };
  verify(secret, headers, body);
  // What was signed for one receiver is not for another.
  if (!headers["webhook-id"]?.startsWith(`/-/events/${receiver}.`))
    throw new MarcotError(
      "NotAllowed",
      `these events are signed for another receiver than ${receiver}`,
    );
  const messages = readMessages(body);
  const is = running.providers.get(served.app.name)?.is;
  // Whoever sends them keeps them, and looks where the app is.
  if (is !== "local" && is !== "held")
    throw new MarcotError("Unavailable", `${served.app.name} has moved: it takes no events here`);
  return c.json({
    outcomes: await receive(running, served, { app: served.app.name, receiver, messages }),
  });
}

async function readBody(c: Context): Promise<string> {
  const type = c.req.header("content-type") ?? "";
  if (!type.startsWith(BATCH_TYPE))
    throw new MarcotError(
      "UnsupportedMediaType",
      `events come as ${BATCH_TYPE}, not ${JSON.stringify(type)}`,
    );
  if (Number(c.req.header("content-length") ?? Infinity) > BODY_BYTES_MAX)
    throw new MarcotError(
      "BodyTooLarge",
      `a batch has at most ${BODY_BYTES_MAX} bytes, and says how many`,
    );
  return c.req.text();
}
