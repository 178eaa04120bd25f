/**
 * "`FAQ_API=fake:` answers from the contract, so that a team can run one app alone": every answer is
 * within its contract, the same seed gives the same answers, and all but the view is real.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { v1 as faqcreatorV1 } from "../../apps/faqcreator/contract.ts";
import { v1 as faqV1, v2 as faqV2 } from "../../apps/faq/contract.ts";
import { v1 as ticketsV1 } from "../../apps/tickets/contract.ts";
import { z } from "zod";
import { current, newTraceId } from "../../src/app/context.ts";
import { serveFake } from "../../src/app/fake.ts";
import type { Running } from "../../src/app/types.ts";
import "../../src/client/dispatch.ts";
import { aboutOf, type AnyContract, versionsOf } from "../../src/contract/contract.ts";
import { type Endpoint, endpointKey, nameOf } from "../../src/contract/endpoint.ts";
import * as c from "../../src/contract/index.ts";
import { randomFrom, sampleOf } from "../../src/contract/law/sample.ts";
import { codeOf, type MarcotError } from "../../src/errors.ts";
import { get, openDatabase, type Part, post, start } from "../company.ts";

let database: Awaited<ReturnType<typeof openDatabase>>;
before(async () => {
  database = await openDatabase();
});
after(() => database.drop());

/** Runs code as a program that calls an app which is fake. */
function withFake<T>(newest: AnyContract, seed: string, run: () => T): T {
  const served = serveFake(newest, seed);
  const quiet = () => {};
  const running: Running = {
    deadlineMs: 2000,
    log: { info: quiet, warn: quiet, error: quiet },
    providers: new Map([[served.app.name, { is: "fake", served }]]),
    onClose: quiet,
  };
  const outside = { app: "", caller: "", deadline: Infinity, idempotencyKey: undefined };
  return current.run({ ...outside, running, traceId: newTraceId() }, run);
}

function callOf(version: AnyContract, { name }: Endpoint): (input: unknown) => Promise<unknown> {
  const members = version as AnyContract & Record<string, (input: unknown) => Promise<unknown>>;
  const call = members[name];
  assert.ok(call && endpointKey in call);
  return call;
}

const SEEDS = 100;

test("every endpoint of every app answers within its contract, whatever it is sent", async () => {
  const tried = new Set<string>();
  for (const newest of [faqV2, ticketsV1, faqcreatorV1]) {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      await withFake(newest, String(seed), async () => {
        const random = randomFrom(seed);
        for (const version of versionsOf(newest)) {
          for (const endpoint of aboutOf(version).endpoints) {
            const { input } = endpoint;
            assert.ok(!("~standard" in input));
            tried.add(nameOf(endpoint));
            // An answer outside the contract would be ContractBroken, as from a real provider.
            const failed = await callOf(
              version,
              endpoint,
            )(sampleOf(input, random)).then(
              () => undefined,
              (error: MarcotError) => error,
            );
            const isDeclared = failed !== undefined && failed.code in endpoint.errors;
            assert.ok(failed === undefined || isDeclared, failed);
          }
        }
      });
    }
  }
  assert.equal(tried.size, 15);
});

test("the same seed and input give the same answer, another seed another", async () => {
  const ask = (seed: string) =>
    withFake(faqV2, seed, async () => [await faqV2.entries({}), await faqV1.entry({ id: 7 })]);
  assert.deepEqual(await ask("a"), await ask("a"));
  assert.notDeepEqual(await ask("a"), await ask("b"));
});

test("what was sent comes back, filters hold, and people can read the rest", async () => {
  await withFake(faqV2, "", async () => {
    assert.equal((await faqV1.entry({ id: 7 })).id, 7);
    const made = await faqV2.create({ question: "Why?", source: 3, related: [1, 2] });
    assert.deepEqual(made, {
      id: made.id,
      question: "Why?",
      source: 3,
      answer: "",
      related: [1, 2],
    });
    assert.match((await faqV1.entry({ id: 8 })).question, /^question \d{1,3}$/);
  });
  await withFake(ticketsV1, "", async () => {
    const { tickets } = await ticketsV1.tickets({ status: "resolved" });
    assert.ok(tickets.length > 0 && tickets.every(({ status }) => status === "resolved"));
    const ids = await Promise.all([1, 2, 3, 4, 5].map((id) => ticketsV1.ticket({ id })));
    assert.deepEqual(
      ids.map(({ id }) => id),
      [1, 2, 3, 4, 5],
    );
  });
});

test("a number that is the status of a declared error asks for it; wrong input is refused", async () => {
  await withFake(ticketsV1, "", async () => {
    const absent = { code: "NoSuchTicket", status: 404, ran: "yes" };
    await assert.rejects(ticketsV1.ticket({ id: 404 }), absent);
    await assert.rejects(ticketsV1.resolve({ id: 409 }), { code: "NotAnswered" });
    assert.equal((await ticketsV1.ticket({ id: 409 })).id, 409);
    await assert.rejects(ticketsV1.ticket({ id: -1 }), { code: "InvalidInput", ran: "no" });
    const late = ticketsV1.ticket({ id: 1 }, { deadlineMs: 1000 });
    assert.equal((await late).id, 1);
  });
});

test("a field's examples come first, those of a guest schema too", async () => {
  const words = ["How do I pay?", "Where is my order?"];
  const shop = c.contract("shop/v1", {
    ask: c.get("/ask/:id/", {
      input: { id: c.integer() },
      output: {
        id: c.integer(),
        question: c.text({ examples: words }),
        note: c.nullable(c.text({ examples: ["note"] })),
        key: c.uuid({ examples: ["0190c5a0-0000-7000-8000-000000000000"] }),
        price: c.decimal({ examples: ["19.90"] }),
        tags: c.list(c.text({ examples: ["tag"] })),
      },
    }),
    guest: c.post("/guest/", {
      input: { id: c.integer() },
      output: z.object({ id: z.number().int(), colour: z.enum(["red", "blue"]), at: z.email() }),
    }),
    mark: c.post("/mark/", {
      input: { colour: c.nullable(c.text()), tags: c.list(c.text()) },
      output: { colour: c.nullable(c.text()), tags: c.list(c.text({ max: 3 })) },
    }),
    hard: c.post("/hard/", { output: { code: c.text({ pattern: /^(?=a)\w$/u }) } }),
  });
  assert.deepEqual(
    aboutOf(shop).endpoints[0]?.output["question" as never]["schema"]["examples"],
    words,
  );
  await withFake(shop, "", async () => {
    for (let id = 0; id < 20; id += 1) {
      const { question, note, key, price, tags } = await shop.ask({ id });
      assert.ok(words.includes(question));
      assert.ok(note === null || note === "note");
      assert.equal(key + price, "0190c5a0-0000-7000-8000-00000000000019.90");
      assert.ok(tags.every((tag) => tag === "tag"));
      const answer = await shop.guest({ id });
      assert.equal(answer.id, id);
    }
    // What was sent comes back where it fits: null does, a tag that is too long does not.
    for (let id = 0; id < 20; id += 1)
      assert.equal((await shop.mark({ colour: null, tags: [`tag ${id}`] })).colour, null);
    const { tags } = await shop.mark({ colour: "red", tags: ["long"] });
    assert.ok(tags.every((tag) => tag !== "long" && tag.length <= 3));
    await assert.rejects(shop.hard({}), (error) => {
      assert.equal(codeOf(error), "ContractBroken");
      assert.match(String(error), /is fake, and no value can be made for .*; give it examples/);
      return true;
    });
  });
});

async function withPart(
  fakes: Readonly<Record<string, string>>,
  only: readonly string[],
  run: (part: Part) => Promise<void>,
): Promise<void> {
  const part = await start({ DATABASE_URL: database.url, ...fakes }, only);
  try {
    await run(part);
  } finally {
    await part.stop();
  }
}

const bothFake = { FAQ_API: "fake:", TICKETS_API: "fake:" };

test("faqcreator runs alone, with both others fake, and says so", async () => {
  await withPart(bothFake, ["faqcreator"], async ({ address, logged }) => {
    const listed = async () => {
      const { body } = await get(`${address}/v1/candidates/`);
      return (body as { tickets: { id: number }[] }).tickets;
    };
    // Filled from the snapshot of the fake, soon after the start.
    const end = performance.now() + 15_000;
    while ((await listed()).length === 0) {
      assert.ok(performance.now() < end, "no candidate after 15 s");
      await sleep(50);
    }
    const codes = new Map<number, number>();
    for (let ticket = 1; ticket <= 30; ticket += 1) {
      const made = await post(`${address}/v1/create/`, { ticket, question: "Why?", answer: "So." });
      codes.set(made.status, (codes.get(made.status) ?? 0) + 1);
    }
    // The status of a ticket is seeded: some are resolved.
    assert.deepEqual([...codes.keys()].toSorted(), [201, 409]);
    const absent = await post(`${address}/v1/create/`, { ticket: 404, question: "?", answer: "" });
    assert.equal((absent.body as { code: string }).code, "NoSuchTicket");
    const warned = logged.filter((data) => "seed" in data);
    assert.deepEqual(warned, [
      { app: "tickets", seed: "" },
      { app: "faq", seed: "" },
    ]);
  });
});

test("below /faq/ its endpoints answer over HTTP, and its pages say politely that it is fake", async () => {
  await withPart({ FAQ_API: "fake:7" }, [], async ({ address }) => {
    const { status, body } = await get(`${address}/faq/v1/entries/12/`);
    assert.equal(status, 200);
    assert.equal((body as { id: number }).id, 12);
    assert.equal((await post(`${address}/faq/v2/create/`, { question: 7 })).status, 422);
    assert.equal((await get(`${address}/faq/v9/create/`)).status, 404);
    const problem = await get(`${address}/faq/`);
    assert.equal(problem.status, 503);
    assert.match((problem.body as { detail: string }).detail, /faq is fake here \(FAQ_API=fake:\)/);
    for (const path of ["/faq", "/faq/", "/faq/entries/7/edit/"]) {
      const page = await fetch(address + path, { headers: { accept: "text/html" } });
      assert.match(await page.text(), /The people who build this site run it without the real faq/);
    }
    assert.match(await (await fetch(`${address}/`)).text(), /href="\/faq\/">Faq<\/a>/);
  });
});

test("in production no app is fake", async () => {
  const wrong = start({ DATABASE_URL: database.url, ...bothFake, NODE_ENV: "production" });
  await assert.rejects(wrong, /FAQ_API is wrong: an app is not fake in production/);
});
