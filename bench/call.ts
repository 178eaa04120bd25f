/**
 * A call between two apps in one process, checked and copied on both sides, against oRPC's in-process
 * caller doing the same checks with zod. Both in one run, in turn; prints microseconds of CPU per call.
 *
 *     npm run bench:call
 */
import { createRouterClient, os } from "@orpc/server";
import { z } from "zod";
import { app } from "../src/app/app.ts";
import { current, newTraceId } from "../src/app/context.ts";
import { serve } from "../src/app/served.ts";
import { view } from "../src/app/view.ts";
import type { Running } from "../src/app/types.ts";
import "../src/client/dispatch.ts";
import { contract, integer, post, text } from "../src/contract/index.ts";

const CALLS = 50_000; // a round long enough for the clock, short enough to take turns often
const ROUNDS = 21;
const WARM_UP_MS = 6_000;

const v1 = contract("faq/v1", {
  create: post("/create/", {
    input: { question: text({ max: 300 }), source: integer() },
    output: { id: integer(), question: text(), source: integer() },
  }),
});
const create = view(v1.create, async ({ question, source }) => ({ id: 1, question, source }));
const served = serve(app("faq", { contract: v1, views: { create } }));
const quiet = () => {};
const running: Running = {
  deadlineMs: 2000,
  log: { info: quiet, warn: quiet, error: quiet },
  providers: new Map([["faq", { is: "local", served }]]),
  onClose: quiet,
};

const procedure = os
  .input(z.object({ question: z.string().max(300), source: z.int() }))
  .output(z.object({ id: z.int(), question: z.string(), source: z.int() }))
  .handler(async ({ input: { question, source } }) => ({ id: 1, question, source }));
const client = createRouterClient({ create: procedure });

type Side = (input: { question: string; source: number }) => Promise<{ id: number }>;
const sides: Record<string, Side> = { marcot: v1.create, orpc: client.create };

async function round(call: Side): Promise<number> {
  const start = process.cpuUsage(); // other work on the machine does not count
  let sum = 0;
  for (let i = 0; i < CALLS; i += 1) sum += (await call({ question: "my question", source: i })).id;
  if (sum !== CALLS) throw new Error("a call gave another answer");
  const { user, system } = process.cpuUsage(start);
  return (user + system) / CALLS;
}

async function measure(): Promise<void> {
  const warm = performance.now() + WARM_UP_MS;
  while (performance.now() < warm) for (const call of Object.values(sides)) await round(call);
  const times: Record<string, number[]> = { marcot: [], orpc: [] };
  for (let i = 0; i < ROUNDS; i += 1) {
    for (const [name, call] of Object.entries(sides)) times[name]?.push(await round(call));
  }
  const median = (name: string) =>
    (times[name] ?? []).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
  const [marcot, orpc] = [median("marcot"), median("orpc")];
  console.log(
    `marcot ${marcot.toFixed(2)} µs, oRPC ${orpc.toFixed(2)} µs, ratio ${(orpc / marcot).toFixed(1)}`,
  );
  console.log(
    JSON.stringify({ bench: "call", marcotUs: marcot, orpcUs: orpc, ratio: orpc / marcot }),
  );
}

const outside = {
  running,
  app: "bench",
  caller: "",
  deadline: Infinity,
  traceId: newTraceId(),
  idempotencyKey: undefined,
};
await current.run(outside, measure);
