/**
 * "v1 is STILL VALID": an app of five versions that uses every step, with one view for each endpoint.
 * It is called at every version, in this process and over HTTP, and answers the same both ways.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { app } from "../../src/app/app.ts";
import { current, newTraceId } from "../../src/app/context.ts";
import { serve } from "../../src/app/served.ts";
import { view } from "../../src/app/view.ts";
import type { Provider, Running } from "../../src/app/types.ts";
import "../../src/client/dispatch.ts";
import { type AnyCall, endpointOf, eventKey } from "../../src/contract/endpoint.ts";
import type { Fields } from "../../src/contract/field.ts";
import * as c from "../../src/contract/index.ts";
import { breachesOf } from "../../src/contract/law/law.ts";
import { downwardEvent } from "../../src/contract/steps/plan.ts";
import { MarcotError } from "../../src/errors.ts";
import { replyProblem } from "../../src/provider/reply.ts";
import { createRouter } from "../../src/provider/router.ts";
import { handle, type Site } from "../../src/provider/server.ts";
import { written } from "../contract/arbitrary.ts";

const v1 = c.contract("shop/v1", {
  order: c.post("/orders/", {
    input: {
      title: c.text({ min: 1, max: 20 }),
      amount: c.integer({ min: 1, max: 99 }),
      street: c.text(),
      city: c.optional(c.text()),
      state: c.choice(["open", "paid"]),
      tags: c.list(c.text(), { min: 1, max: 3 }),
      colour: c.text(),
      note: c.optional(c.text()),
    },
    output: {
      id: c.integer(),
      title: c.text({ max: 20 }),
      amount: c.integer(),
      street: c.text(),
      state: c.choice(["open", "paid"]),
      tags: c.list(c.text()),
      colour: c.text(),
      price: c.number(),
      label: c.text(),
    },
    errors: { SoldOut: 404 },
  }),
  find: c.get("/orders/:id/", {
    input: { id: c.integer({ min: 0 }) },
    output: { id: c.integer(), state: c.choice(["open", "paid"]) },
  }),
  count: c.get("/count/", { output: { count: c.integer() } }),
  ordered: c.event({ id: c.integer(), title: c.text({ max: 20 }), city: c.text() }),
});

const v2 = c.change(v1, "shop/v2", {
  order: {
    input: [
      c.rename("title", "subject"),
      c.add("language", c.choice(["en", "fr"]), { old: "en" }),
      c.wrap("amount", "amounts"),
      c.drop("colour"),
      c.tighten("note", c.text({ max: 9 }), { old: "" }),
    ],
    output: [
      c.rename("title", "subject"),
      c.wrap("amount", "amounts"),
      c.drop("colour", { keep: true }),
      c.drop("label", { was: ({ subject }: { subject: string }) => `<${subject}>` }),
    ],
    errors: [c.error("SoldOut", "Missing", { status: 410 })],
    status: 201,
  },
  find: { input: [c.rename("id", "order")], output: [c.add("place", c.text())] },
  ordered: { fields: [c.rename("title", "subject"), c.add("state", c.text())] },
});

const v3 = c.change(v2, "shop/v3", {
  order: {
    input: [
      c.nest(["street", "city"], "address"),
      c.map("state", { open: "todo", paid: "done" }),
      c.unwrap("tags", "tag"),
      c.loosen("subject", c.text({ max: 40 })),
    ],
    output: [
      c.nest(["street"], "address"),
      c.map("state", { open: "todo", paid: "done" }, { down: { late: "open" } }),
      c.unwrap("tags", "tag"),
      c.convert("price", c.decimal(), {
        up: (old: number) => old.toFixed(2),
        down: (now) => Number(now),
        loses: { reply: "zeros at the end of price" },
      }),
      c.loosen("subject", c.text({ max: 40 }), { down: (now) => [...now].slice(0, 20).join("") }),
    ],
    errors: [c.error("Missing", "Reserved", { status: 409, keep: true })],
  },
  count: c.gone(),
  ordered: {
    fields: [
      c.nest(["id", "subject"], "order"),
      c.drop("city", { was: ({ state }: { state: string }) => `city of ${state}` }),
    ],
  },
});

const v4 = c.change(v3, "shop/v4", {
  order: {
    input: [
      c.flat("address"),
      c.add("code", c.text(), {
        old: ({ subject, city = "?" }: { subject: string; city?: string }) => `${subject}/${city}`,
      }),
    ],
    output: [c.flat("address"), c.add("code", c.text()), c.tighten("tag", c.text({ max: 50 }))],
  },
  cancel: c.del("/orders/:order/", { input: { order: c.integer({ min: 0 }) } }),
});

const v5 = c.extend(v4, "shop/v5", { cancel: { errors: { Shipped: 409 } } });

const order = view(v5.order, async (input, { fail }) => {
  const { subject, amounts, street, city, state, tag, language, note, code } = input;
  if (subject === "sold") throw fail("Missing", "there is none left");
  if (subject === "kept") throw fail("Reserved", "somebody else has it");
  return {
    id: 7,
    subject: `${subject} ${language}`.padEnd(30, "."),
    amounts: [...amounts, 5],
    street: `${street}|${city ?? ""}|${note}`,
    state: state === "todo" ? ("late" as const) : state,
    tag: tag.slice(0, 50),
    price: "12.50",
    code,
    colour: "red",
  };
});
const find = view(v5.find, async ({ order: id }) => ({
  id,
  state: "paid" as const,
  place: "here",
}));
const count = view(v2.count, async () => ({ count: 3 }));
const cancel = view(v5.cancel, async ({ order: id }, { fail }) => {
  if (id === 13) throw fail("Shipped", "it is on its way");
  return {};
});

const served = serve(app("shop", { contract: v5, views: { order, find, count, cancel } }));
const closing: (() => Promise<void>)[] = [];

function running(provider: Provider): Running {
  const quiet = () => {};
  return {
    deadlineMs: 2000,
    log: { info: quiet, warn: quiet, error: quiet },
    providers: new Map([["shop", provider]]),
    onClose: (work) => void closing.push(work),
  };
}

const local = running({ is: "local", served });
const site: Site = {
  isOpen: true,
  running: local,
  mounts: [{ prefix: "", router: createRouter(served) }],
  others: () => {},
  refuse: (_request, response, error) => replyProblem(response, error),
};
const server = createServer((request, response) => handle(site, request, response));
let remote: Running;
let address: string;

before(async () => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  remote = running({ is: "remote", app: "shop", address: new URL(address) });
});
after(async () => {
  for (const close of closing) await close();
  server.close();
});

async function outcome(where: Running, call: AnyCall, input: unknown): Promise<unknown> {
  const traceId = newTraceId();
  const run = call as unknown as (input: unknown) => Promise<unknown>; // its version is not known here
  const outside = { app: "test", caller: "", deadline: Infinity, idempotencyKey: undefined };
  try {
    return await current.run({ ...outside, running: where, traceId }, () => run(input));
  } catch (error) {
    assert.ok(error instanceof MarcotError, String(error));
    const { code, status, ran, errors, fix, message } = error;
    return { code, status, ran, errors, fix, message: message.replaceAll(traceId, "…") };
  }
}

/** In this process; and over HTTP the same. */
async function bothWays(call: AnyCall, input: unknown): Promise<unknown> {
  const here = await outcome(local, call, input);
  assert.deepEqual(await outcome(remote, call, input), here);
  return here;
}

const old = {
  title: "my question",
  amount: 3,
  street: "Rue 1",
  state: "open",
  tags: ["a", "b"],
  colour: "blue",
};

test("a caller of v1 gets what v1 promised, three versions later", async () => {
  assert.deepEqual(await bothWays(v1.order, old), {
    id: 7,
    title: "my question en......",
    amount: 3,
    street: "Rue 1||",
    state: "open",
    tags: ["a"],
    colour: "red",
    price: 12.5,
    label: "<my question en......>",
  });
  assert.deepEqual(await bothWays(v1.find, { id: 4 }), { id: 4, state: "paid" });
  assert.deepEqual(await bothWays(v1.count, {}), { count: 3 });
});

test("each later version gets its own", async () => {
  const { title: subject, amount, colour: _, ...rest } = old;
  const second = { ...rest, subject, amounts: [amount], language: "fr", note: "n" };
  assert.deepEqual(await bothWays(v2.order, second), {
    id: 7,
    subject: "my question fr......",
    amounts: [3, 5],
    street: "Rue 1||n",
    state: "open",
    tags: ["a"],
    price: 12.5,
  });
  const { street, tags: __, ...more } = second;
  const third = { ...more, address: { street, city: "Paris" }, tag: "t", state: "done" };
  assert.deepEqual(await bothWays(v3.order, third), {
    id: 7,
    subject: "my question fr................",
    amounts: [3, 5],
    address: { street: "Rue 1|Paris|n" },
    state: "done",
    tag: "t",
    price: "12.50",
  });
  assert.deepEqual(await bothWays(v4.find, { order: 4 }), { id: 4, state: "paid", place: "here" });
  assert.ok(!("count" in v3), "count ends with v2");
  assert.deepEqual(await bothWays(v4.cancel, { order: 1 }), {});
});

test("a script that knows v1 still works, and gets v1's status", async () => {
  const body = new URLSearchParams({ ...old, amount: "3", tags: "a" });
  for (const path of ["/orders/", "/v1/orders/"]) {
    const response = await fetch(address + path, { method: "POST", body });
    assert.equal(response.status, 200);
    assert.equal(((await response.json()) as { title: string }).title, "my question en......");
  }
  const created = await fetch(`${address}/v2/orders/`, {
    method: "POST",
    body: new URLSearchParams({
      subject: "s",
      amounts: "3",
      street: "x",
      state: "open",
      tags: "a",
      language: "en",
      note: "",
    }),
  });
  assert.equal(created.status, 201);
  assert.equal((await fetch(`${address}/v3/count/`)).status, 404);
  assert.equal((await fetch(`${address}/v2/count/`)).status, 200);
});

test("an error has the name and the status that the caller's version knows", async () => {
  const codes = async (call: AnyCall, input: object) => {
    const { code, status } = (await bothWays(call, input)) as { code: string; status: number };
    return `${code} ${status}`;
  };
  assert.equal(await codes(v1.order, { ...old, title: "sold" }), "SoldOut 404");
  assert.equal(await codes(v1.order, { ...old, title: "kept" }), "SoldOut 404");
  const second = { ...old, amounts: [1], language: "en", note: "" };
  assert.equal(await codes(v2.order, { ...second, subject: "kept" }), "Missing 410");
  const third = { ...second, address: { street: "" }, tag: "", state: "todo" };
  assert.equal(await codes(v3.order, { ...third, subject: "kept" }), "Reserved 409");
  assert.equal(await codes(v3.order, { ...third, subject: "sold" }), "Missing 410");
});

test("an error that a version has no name for is no error of that version", async () => {
  const named = (await bothWays(v5.cancel, { order: 13 })) as { code: string; status: number };
  assert.deepEqual([named.code, named.status], ["Shipped", 409]);
  const unnamed = (await bothWays(v4.cancel, { order: 13 })) as { code: string; message: string };
  assert.equal(unnamed.code, "ContractBroken");
  assert.equal(
    unnamed.message,
    "shop.v4.cancel failed with Shipped, which v4 does not name: it is on its way",
  );
});

test("each version keeps its own limits at the edge, and the view takes what older ones allow", async () => {
  const note = "longer than nine";
  const answer = (await bothWays(v1.order, { ...old, note })) as { street: string };
  assert.equal(answer.street, `Rue 1||${note}`);
  const second = { ...old, subject: "s", amounts: [1], language: "en", note };
  const refused = (await bothWays(v2.order, second)) as { code: string };
  assert.equal(refused.code, "InvalidInput");
});

test("generated requests of every version are answered, the same both ways", async () => {
  const calls = [v1, v2, v3, v4, v5].map((version) => version.order);
  for (const call of calls) {
    await fc.assert(
      fc.asyncProperty(written(endpointOf(call).input as Fields), async (input) => {
        const answer = (await bothWays(call, input)) as { id?: number; code?: string };
        assert.ok(answer.id === 7, JSON.stringify(answer));
      }),
      { numRuns: 150, seed: 3 },
    );
  }
});

test("an event of v4 goes down to a receiver of v1", () => {
  const event = { order: { id: 1, subject: "s" }, state: "open" };
  const carried = (older: { [eventKey]: (typeof v1.ordered)[typeof eventKey] }) =>
    downwardEvent(v4.ordered[eventKey], older[eventKey])?.(event);
  assert.deepEqual(carried(v1.ordered), { id: 1, title: "s", city: "city of open" });
  assert.deepEqual(carried(v2.ordered), {
    id: 1,
    subject: "s",
    state: "open",
    city: "city of open",
  });
  assert.equal(carried(v3.ordered), undefined, "nothing to do");
});

test("the law holds for all of it", () => {
  assert.deepEqual(breachesOf(v5), []);
});
