/** How a batch of events reaches an app, wherever that is. */
import type { Provider, Running, ServedApp } from "../app/types.ts";
import { MarcotError } from "../errors.ts";
import type { Batch, Listed, Outcome } from "./message.ts";
import { receive } from "./receive.ts";

/** A way to one app. Both reject with Unavailable where the app cannot be reached. */
export interface Transport {
  /** What the app receives of the events of `source`. */
  receivers(source: string): Promise<readonly Listed[]>;
  /** Resolves when each event was handled and that is committed, or was not. */
  send(batch: Batch): Promise<readonly Outcome[]>;
}

/** Ways that leave this process; undefined where none leads to the app. */
export type Outward = (provider: Provider) => Transport | undefined;

/** The way to an app of the project. */
export function transportTo(running: Running, app: string, outward: Outward): Transport {
  const provider = running.providers.get(app);
  if (provider?.is === "local") return inProcess(running, provider.served);
  const way = provider && outward(provider);
  if (way !== undefined) return way;
  const why = provider?.is === "absent" ? provider.why : `${app} is not provided anywhere`;
  const fail = () => Promise.reject(new MarcotError("Unavailable", why));
  return { receivers: fail, send: fail };
}

function inProcess(running: Running, served: ServedApp): Transport {
  return {
    receivers: async (source) => listedOf(served, source),
    send: (batch) => receive(running, served, batch),
  };
}

/** What an app receives of the events of another one. */
export function listedOf({ app }: ServedApp, source: string): Listed[] {
  return app.receivers
    .filter(({ event }) => event.app === source)
    .map(({ name, event, attempts }) => {
      return { name, event: event.name, version: event.version, attempts };
    });
}
