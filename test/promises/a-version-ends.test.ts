/**
 * A version ends in the open: every reply says until when, errors too; who calls it is told in the log;
 * and when it is gone, its address answers 410 and names the successor. Local and remote alike.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { app } from "../../src/app/app.ts";
import { current, newTraceId } from "../../src/app/context.ts";
import { serve } from "../../src/app/served.ts";
import { view } from "../../src/app/view.ts";
import type { App, Provider, Running } from "../../src/app/types.ts";
import "../../src/client/dispatch.ts";
import { aboutOf } from "../../src/contract/contract.ts";
import * as c from "../../src/contract/index.ts";
import { codeOf, MarcotError } from "../../src/errors.ts";
import { createPassage } from "../../src/provider/passage.ts";
import { replyProblem } from "../../src/provider/reply.ts";
import { createRouter } from "../../src/provider/router.ts";
import { handle, type Site } from "../../src/provider/server.ts";

const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
});

interface Started {
  readonly address: string;
  readonly local: Running;
  readonly remote: Running;
  /** Messages of all warnings, of both. */
  readonly warnings: string[];
}

async function start(apps: App, prefix = ""): Promise<Started> {
  const served = serve(apps);
  const warnings: string[] = [];
  const running = (provider: Provider): Running => ({
    deadlineMs: 2000,
    log: { info() {}, warn: (_, message) => void warnings.push(message), error() {} },
    providers: new Map([[served.app.name, provider]]),
    onClose: (work) => void closing.push(work),
  });
  const local = running({ is: "local", served });
  const mounts = [{ prefix, router: createRouter(served) }];
  const others: Site["others"] = (_, response) => response.end("a page");
  const refuse: Site["refuse"] = (_request, response, ...rest) => replyProblem(response, ...rest);
  const site: Site = { isOpen: true, running: local, mounts, others, refuse };
  const server = createServer((request, response) => handle(site, request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
  const remote = running({ is: "remote", app: served.app.name, address: new URL(address) });
  return { address, local, remote, warnings };
}

function as<T>(running: Running, caller: string, run: () => T): T {
  const outside = { caller: "", deadline: Infinity, idempotencyKey: undefined };
  return current.run({ ...outside, app: caller, running, traceId: newTraceId() }, run);
}

interface Notice {
  readonly status: number;
  readonly deprecation: string | null;
  readonly sunset: string | null;
  /** The successor's address as a client finds it. */
  readonly successor: string | undefined;
  readonly body: { readonly code?: string; readonly detail?: string };
}

async function noticeOf(url: string, init: RequestInit = {}): Promise<Notice> {
  const response = await fetch(url, init);
  const [, link] =
    /^<([^>]+)>; rel="successor-version"$/.exec(response.headers.get("link") ?? "") ?? [];
  const text = await response.text();
  return {
    status: response.status,
    deprecation: response.headers.get("deprecation"),
    sunset: response.headers.get("sunset"),
    successor: link === undefined ? undefined : new URL(link, response.url).href,
    body: text.startsWith("{") ? (JSON.parse(text) as Notice["body"]) : {},
  };
}

const form = (body: string) => ({ method: "POST", body: new URLSearchParams(body) });

function contracts() {
  const v1 = c.contract("faq/v1", {
    create: c.post("/create/", { input: { question: c.text() }, output: { id: c.integer() } }),
    entry: c.get("/entries/:id/", { input: { id: c.integer() }, output: { id: c.integer() } }),
    count: c.get("/count/", { output: { count: c.integer() } }),
  });
  const v2 = c.change(v1, "faq/v2", {
    create: { input: [c.rename("question", "title")] },
    count: c.gone(),
  });
  const v3 = c.extend(v2, "faq/v3", {});
  return { v1, v2, v3 };
}

function faq({ v1, v3 }: ReturnType<typeof contracts>, withCount = true): App {
  return app("faq", {
    contract: v3,
    views: {
      create: view(v3.create, async () => ({ id: 1 })),
      entry: view(v3.entry, async ({ id }) => ({ id })),
      ...(withCount ? { count: view(v1.count, async () => ({ count: 2 })) } : {}),
    },
  });
}

const told = { deprecation: "@1793491200", sunset: "Sat, 01 May 2027 00:00:00 GMT" };
const untold = { deprecation: null, sunset: null, successor: undefined };

test("every reply of a version that is to end says so, errors too, and no other reply", async () => {
  const all = contracts();
  c.retire(all.v1, { deprecated: "2026-11-01", sunset: "2027-05-01" });
  for (const prefix of ["", "/faq"]) {
    const { address } = await start(faq(all), prefix);
    const expect = async (path: string, init: RequestInit, notice: Partial<Notice>) => {
      const { body: _, ...found } = await noticeOf(address + path, init);
      assert.deepEqual(found, notice, path);
    };
    const successor = `${address}/v2/create/`;
    await expect("/v1/create/", form("question=q"), { status: 200, ...told, successor });
    await expect("/v1/create/?a=1", form(""), { status: 422, ...told, successor });
    await expect("/v1/create", form("question=q"), { status: 200, ...told, successor: successor });
    await expect("/create/", form("question=q"), { status: 200, ...told, successor });
    const malformed = { ...form(""), body: "{", headers: { "content-type": "application/json" } };
    await expect("/v1/create/", malformed, { status: 400, ...told, successor });
    await expect("/v1/create/", {}, { status: 405, ...told, successor });
    const row = `${address}/v2/entries/7/`;
    await expect("/v1/entries/7/", {}, { status: 200, ...told, successor: row });
    await expect("/v1/count/", {}, { status: 200, ...told, successor: undefined });
    await expect("/v1/nothing/", {}, { status: 404, ...told, successor: undefined });
    await expect("/v2/create/", form("title=q"), { status: 200, ...untold });
    await expect("/v9/create/", {}, { status: 404, ...untold });
    await expect("/a-page/", {}, { status: 200, ...untold });
  }
});

test("the successor is the next version that stays", async () => {
  const all = contracts();
  c.retire(all.v1, { deprecated: "2026-11-01" });
  c.retire(all.v2, { deprecated: "2026-11-01" });
  const { address } = await start(faq(all));
  const { successor, sunset } = await noticeOf(`${address}/v1/create/`, form("question=q"));
  assert.equal(successor, `${address}/v3/create/`);
  assert.equal(sunset, null);
});

test("through a project that passes requests on, the successor is at the project's own address", async () => {
  const all = contracts();
  c.retire(all.v1, { deprecated: "2026-11-01", sunset: "2027-05-01" });
  const { address } = await start(faq(all));
  const passage = createPassage({ app: "faq", prefix: "/faq", address: new URL(address) });
  closing.push(() => passage.close());
  const server = createServer((request, response) => {
    const passing = { request, response, since: performance.now(), body: undefined };
    void passage.pass(passing, (_request, reply, error) => replyProblem(reply, error));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => void server.close());
  const front = `http://127.0.0.1:${(server.address() as AddressInfo).port}/faq`;
  const { body: _, ...notice } = await noticeOf(`${front}/v1/create/`, form("question=q"));
  assert.deepEqual(notice, { status: 200, ...told, successor: `${front}/v2/create/` });
});

test("each caller in the project is named in the log once a day, local or remote", async () => {
  const all = contracts();
  c.retire(all.v1, { deprecated: "2026-11-01", sunset: "2027-05-01" });
  for (const where of ["local", "remote"] as const) {
    const { [where]: running, warnings } = await start(faq(all));
    for (const caller of ["tickets", "mail", "tickets"]) {
      await as(running, caller, () => all.v1.create({ question: "q" }));
    }
    await as(running, "tickets", () => all.v2.create({ title: "q" }));
    const rest = "calls faq/v1, which is deprecated from 2026-11-01 on, and stays until 2027-05-01";
    assert.deepEqual(warnings, [`tickets ${rest}`, `mail ${rest}`], where);
  }
});

test("a version that is gone answers 410 and names the successor, and needs no view", async () => {
  const all = contracts();
  c.retire(all.v1, { deprecated: "2026-11-01", sunset: "2027-05-01", gone: true });
  const { address, local, remote } = await start(faq(all, false), "/faq");
  for (const path of ["/v1/create/", "/create/", "/create"]) {
    const { body, ...notice } = await noticeOf(address + path, form("question=q"));
    assert.deepEqual(notice, { status: 410, ...told, successor: `${address}/v2/create/` }, path);
    assert.equal(body.code, "VersionGone");
    assert.equal(body.detail, "faq v1 is gone; faq serves v2, v3");
  }
  assert.equal((await noticeOf(`${address}/v2/create/`, form("title=q"))).status, 200);
  assert.equal((await noticeOf(`${address}/v9/create/`)).body.code, "UnknownVersion");
  const failure = async (running: Running, input: { question: string }) => {
    const call = as(running, "tickets", () => all.v1.create(input));
    const error: unknown = await call.then(() => undefined).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof MarcotError);
    const { code, message, status, ran, fix } = error;
    return { code, message, status, ran, fix };
  };
  const here = await failure(local, { question: "q" });
  assert.equal(here.code, "VersionGone");
  assert.deepEqual(await failure(remote, { question: "q" }), here);
  const wrong = { question: 1 } as unknown as { question: string };
  assert.deepEqual(await failure(remote, wrong), await failure(local, wrong));
});

test("a contract may begin later: the versions before it are gone", async () => {
  const v2 = c.contract("faq/v2", {
    create: c.post("/create/", { input: { title: c.text() }, output: { id: c.integer() } }),
  });
  const create = view(v2.create, async () => ({ id: 1 }));
  const { address } = await start(app("faq", { contract: v2, views: { create } }));
  for (const path of ["/v1/create/", "/create/"]) {
    const { body, ...notice } = await noticeOf(address + path, form("question=q"));
    const successor = `${address}/v2/create/`;
    assert.deepEqual(notice, { status: 410, ...untold, successor }, path);
    assert.equal(body.code, "VersionGone");
  }
  assert.equal((await noticeOf(`${address}/v2/create/`, form("title=q"))).status, 200);
  assert.equal((await noticeOf(`${address}/other/`)).status, 200, "pages are where they were");
});

test("a version is retired with right days, and once", () => {
  const { v1, v2, v3 } = contracts();
  const refuses = (options: object, words: RegExp) =>
    assert.throws(
      () => c.retire(v1, options as c.RetireOptions),
      (error: Error) => codeOf(error) === "ContractInvalid" && words.test(error.message),
    );
  refuses({ deprecated: "2026-02-30" }, /deprecated must be a day/);
  refuses({ deprecated: "tomorrow" }, /not "tomorrow"/);
  refuses({}, /deprecated must be a day/);
  refuses({ deprecated: "2026-11-01", sunset: "2027" }, /sunset must be a day/);
  refuses({ deprecated: "2026-11-01", sunset: "2026-10-31" }, /comes before 2026-11-01/);
  refuses({ deprecated: "2026-11-01", gone: true }, /had a sunset: say which/);
  assert.equal(aboutOf(v1).life.retired, undefined);
  c.retire(v1, { deprecated: "2026-11-01", sunset: "2026-11-01" });
  refuses({ deprecated: "2026-11-01" }, /retired already/);
  assert.deepEqual(aboutOf(v1).life.retired, {
    deprecated: "2026-11-01",
    sunset: "2026-11-01",
    gone: false,
  });
  c.retire(v3, { deprecated: "2026-11-01", sunset: "2026-11-01", gone: true });
  assert.throws(() => faq({ v1, v2, v3 }), /v3 is the newest version and cannot be gone/);
});

test("a view for what is gone is refused, so that it does not stay unseen", () => {
  const all = contracts();
  c.retire(all.v1, { deprecated: "2026-11-01", sunset: "2027-05-01", gone: true });
  assert.throws(() => faq(all), /the view of count answers v1, which is gone; take it out/);
});
