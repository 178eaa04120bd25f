/**
 * What a version costs: a caller of v1, taken up and down through the steps of two versions, against a
 * caller of the newest version. Both call one view in this process, in turn in one run; prints
 * microseconds of CPU per call, and the time on the way alone. At most 0.3 µs are allowed between them.
 *
 *     npm run bench:steps
 */
import { app } from "../src/app/app.ts";
import { current, newTraceId } from "../src/app/context.ts";
import { serve } from "../src/app/served.ts";
import { view } from "../src/app/view.ts";
import type { Running } from "../src/app/types.ts";
import "../src/client/dispatch.ts";
import * as c from "../src/contract/index.ts";
import { endpointOf } from "../src/contract/endpoint.ts";
import { downward, upward } from "../src/contract/steps/plan.ts";
import { median } from "./rounds.ts";

const CALLS = 50_000; // a round long enough for the clock, short enough to take turns often
const ROUNDS = 41;
const WARM_UP_MS = 6_000;
const ALLOWED_US = 0.3;

const v1 = c.contract("faq/v1", {
  create: c.post("/create/", {
    input: {
      question: c.text({ max: 300 }),
      source: c.integer(),
      state: c.choice(["open", "done"]),
    },
    output: { id: c.integer(), question: c.text(), source: c.integer() },
  }),
});
const v2 = c.change(v1, "faq/v2", {
  create: {
    input: [c.rename("question", "title"), c.add("language", c.text(), { old: "en" })],
    output: [c.rename("question", "title"), c.wrap("source", "sources")],
  },
});
const v3 = c.change(v2, "faq/v3", {
  create: {
    input: [c.nest(["title", "language"], "about"), c.map("state", { open: "new", done: "old" })],
    output: [c.nest(["title"], "about"), c.add("related", c.list(c.integer()))],
  },
});
const create = view(v3.create, async ({ about: { title }, source }) => ({
  id: 1,
  about: { title },
  sources: [source],
  related: [],
}));
const served = serve(app("faq", { contract: v3, views: { create } }));
const quiet = () => {};
const running: Running = {
  deadlineMs: 2000,
  log: { info: quiet, warn: quiet, error: quiet },
  providers: new Map([["faq", { is: "local", served }]]),
  onClose: quiet,
};

type Side = (source: number) => Promise<{ id: number }>;
const sides: Record<"old" | "newest", Side> = {
  old: (source) => v1.create({ question: "my question", source, state: "open" }),
  newest: (source) =>
    v3.create({ about: { title: "my question", language: "en" }, source, state: "new" }),
};

function microseconds(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start); // other work on the machine does not count
  return (user + system) / CALLS;
}

async function round(call: Side): Promise<number> {
  const start = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < CALLS; i += 1) sum += (await call(i)).id;
  if (sum !== CALLS) throw new Error("a call gave another answer");
  return microseconds(start);
}

const up = upward(endpointOf(v1.create), endpointOf(v3.create))?.carry;
const down = downward(endpointOf(v3.create), endpointOf(v1.create));

/** Up and down alone, without the checks that a version of other fields has anyway. */
function carryRound(): number {
  const start = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < CALLS; i += 1) {
    const risen = up?.({ question: "my question", source: i, state: "open" });
    const { title } = risen?.["about"] as { title: string };
    const fallen = down?.({ id: 1, about: { title }, sources: [i], related: [] });
    sum += fallen?.["source"] === i ? 1 : 0;
  }
  if (sum !== CALLS) throw new Error("the way up or down gave another value");
  return microseconds(start);
}

async function measure(): Promise<void> {
  const warm = performance.now() + WARM_UP_MS;
  while (performance.now() < warm) {
    for (const call of Object.values(sides)) await round(call);
    carryRound();
  }
  const old: number[] = [];
  const newest: number[] = [];
  const carry: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    newest.push(await round(sides.newest));
    old.push(await round(sides.old));
    carry.push(carryRound());
  }
  const [oldUs, newestUs, carryUs] = [median(old), median(newest), median(carry)];
  const moreUs = median(old.map((time, i) => time - (newest[i] ?? NaN)));
  console.log(
    `v1 through two versions ${oldUs.toFixed(2)} µs, v3 direct ${newestUs.toFixed(2)} µs: ${moreUs.toFixed(2)} µs more (allowed: ${ALLOWED_US}); up and down alone ${carryUs.toFixed(2)} µs`,
  );
  console.log(JSON.stringify({ bench: "steps", oldUs, newestUs, moreUs, carryUs }));
  if (moreUs > ALLOWED_US) process.exitCode = 1;
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
