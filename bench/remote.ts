/**
 * A call that leaves: `v1.create(…)` with its checks, deadline and trace, against a bare `Pool` of undici that
 * posts the same JSON to the same server and parses the reply. The caller's CPU is counted.
 *
 *     npm run bench:remote
 */
import { Pool } from "undici";
import { app } from "../src/app/app.ts";
import { current, newTraceId } from "../src/app/context.ts";
import { view } from "../src/app/view.ts";
import "../src/client/dispatch.ts";
import { contract, integer, post, text } from "../src/contract/index.ts";
import { beSide, compare, ownSide, type Side } from "./rounds.ts";
import { runningWith, startServer } from "./server.ts";

const v1 = contract("faq/v1", {
  create: post("/create/", {
    input: { question: text({ max: 300 }), source: integer() },
    output: { id: integer(), question: text(), source: integer() },
    status: 201,
  }),
});

const input = { question: "my question", source: 123 };

async function marcot(address: string): Promise<Side> {
  const outside = {
    running: runningWith({ is: "remote", app: "faq", address: new URL(address) }),
    app: "bench",
    caller: "",
    deadline: Infinity,
    traceId: newTraceId(),
    idempotencyKey: undefined,
  };
  return { call: () => current.run(outside, v1.create, input) };
}

async function undici(address: string): Promise<Side> {
  const pool = new Pool(address);
  const headers = { "content-type": "application/json", accept: "application/json" };
  return {
    async call() {
      const text = JSON.stringify(input);
      const sent = { path: "/v1/create/", method: "POST", headers, body: text } as const;
      const { statusCode, body } = await pool.request(sent);
      if (statusCode !== 201) throw new Error(`answered ${statusCode}`);
      return body.json();
    },
  };
}

const sides = { marcot, undici };
if (ownSide) await beSide(sides);
else {
  const create = view(v1.create, async ({ question, source }) => ({ id: 1, question, source }));
  const argument = await startServer(app("faq", { contract: v1, views: { create } }));
  await compare({ name: "remote", file: import.meta.filename, sides, argument });
  process.exit();
}
