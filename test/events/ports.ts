import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give to outgoing connections: one of those would take it before the server does. */
const FIRST = 20_000;
const COUNT = 10_000;

/** A port where nobody listens, and where nobody will but who asks for it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening"); // rejects where somebody has it
  } catch {
    return false;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
