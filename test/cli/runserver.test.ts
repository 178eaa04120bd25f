import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { openDatabase, post } from "../company.ts";

const root = join(import.meta.dirname, "..", "..");

function marcot(args: readonly string[], environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [join(root, "src/cli/marcot.js"), ...args], {
    cwd: join(root, "example"),
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function ended(child: ChildProcess): Promise<{ code: unknown; stderr: string }> {
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as unknown[];
  return { code, stderr };
}

test("SIGTERM finishes the call in flight, and the process leaves with 0", async () => {
  const database = await openDatabase();
  let release = () => {};
  const asked = Promise.withResolvers<void>();
  const tickets = createServer((request, response) => {
    // It is asked which release it is, what it receives and what is resolved, and tells nothing.
    if (!request.url?.startsWith("/v1/")) return void response.writeHead(404).end();
    release = () => {
      const ticket = {
        id: 1,
        subject: "s",
        body: "b",
        answer: "a",
        status: "open",
        openedAt: new Date(),
      };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(ticket));
    };
    asked.resolve();
  });
  await new Promise<void>((resolve) => void tickets.listen(0, "127.0.0.1", resolve));
  const { port } = tickets.address() as AddressInfo;
  const child = marcot(["runserver", "--port", "0"], {
    DATABASE_URL: database.url,
    TICKETS_API: `http://127.0.0.1:${port}`,
  });
  try {
    const site = await addressOf(child);
    const inFlight = post(`${site}/faqcreator/v1/create/`, {
      ticket: 1,
      question: "?",
      answer: "",
    });
    await asked.promise;
    const end = ended(child);
    child.kill("SIGTERM");
    await assert.rejects(untilRefused(site), /refused/);
    release();
    assert.equal((await inFlight).status, 409);
    assert.equal((await end).code, 0);
  } finally {
    child.kill("SIGKILL");
    tickets.closeAllConnections();
    tickets.close();
    await database.drop();
  }
});

/** The process listens no more: a new connection is refused. */
async function untilRefused(site: string): Promise<never> {
  for (;;) {
    const response = await fetch(`${site}/-/health`).catch(() => undefined);
    if (response === undefined || response.status === 503) throw new Error("refused");
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [, address] = /"address":"(http:[^"]+)"/.exec(text) ?? [];
      if (address) resolve(address);
    });
    child.once("exit", () => reject(new Error(`it ended: ${text}`)));
  });
}
