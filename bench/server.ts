/** Our server for one app, as a service has it: `src/provider` on bare node:http. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Rows, serve } from "../src/app/served.ts";
import type { App, Provider, Running } from "../src/app/types.ts";
import { createRouter } from "../src/provider/router.ts";
import { handle, type Site } from "../src/provider/server.ts";

const quiet = () => {};

/** A project without a log, whose apps are all provided by `provider`. */
export function runningWith(provider: Provider): Running {
  return {
    deadlineMs: 2000,
    log: { info: quiet, warn: quiet, error: quiet },
    providers: { get: () => provider },
    onClose: quiet,
  };
}

/** Answers the address. Without `rows`, for an app whose views read none. */
export async function startServer(app: App, rows?: Rows): Promise<string> {
  const served = serve(app, rows);
  const others = () => process.exit(1); // a bench asks for endpoints alone
  const site: Site = {
    isOpen: true,
    running: runningWith({ is: "local", served }),
    mounts: [{ prefix: "", router: createRouter(served) }],
    others,
    refuse: others,
  };
  const server = createServer(handle.bind(undefined, site));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
