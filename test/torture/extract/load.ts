/**
 * Users, at a steady rate: writes to the stock and to the shop that calls it, repeats of what has a key,
 * and reads of what was acknowledged. Requests are sent when they are due, whether earlier ones are
 * answered or not, up to a number under way.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { codeOf } from "../../../src/errors.ts";
import type { Keyed, Known, Record } from "./record.ts";

/** Shares of the writes. The rest are orders. An entry costs many writes: its event, its job, and what comes of them. */
const CHANGES = 0.6;
const CREATED = 0.3;

const TICK_MS = 5;
/** Code that has just started is slow: users come one by one. */
const RAMP_MS = 2500;
const UNDER_WAY_MAX = 400;
const CONNECTIONS = 96;
/** Longer than any hold and any deadline: what takes longer was forgotten. */
const ANSWER_MS = 30_000;
const REPEAT_AFTER_MS = 1500;
/** Users look at what is new more than at what is old. */
const RECENT = 2000;

/** A process to which users come. */
export interface Door {
  readonly name: string;
  readonly pool: Pool;
  /** Ended or frozen on purpose: a load balancer sends nobody there. */
  isDown: boolean;
  /** How often it was. */
  downs: number;
}

export interface Load {
  readonly doors: readonly Door[];
  /** Resolves when everything that is under way was answered. */
  stop(): Promise<void>;
  /** Sends every write with a key again, at most so many. */
  repeatAll(max: number): Promise<void>;
  close(): Promise<void>;
}

export interface LoadOptions {
  readonly ports: readonly number[];
  /** Per second. */
  readonly writes: number;
  readonly reads: number;
  readonly random: () => number;
  readonly record: Record;
}

export function startLoad({ ports, writes, reads, random, record }: LoadOptions): Load {
  const begun = performance.now();
  const users = newUsers(ports, random, record);
  const steady = [
    { rate: writes, send: () => write(users), sent: 0, underWay: new Set<Promise<void>>() },
    { rate: reads, send: () => read(users), sent: 0, underWay: new Set<Promise<void>>() },
  ];
  const timer = setInterval(() => {
    for (const kind of steady) {
      const passed = performance.now() - begun;
      const late = passed < RAMP_MS ? passed ** 2 / (2 * RAMP_MS) : passed - RAMP_MS / 2;
      const due = Math.floor((late * kind.rate) / 1000);
      for (; kind.sent < due; kind.sent += 1) {
        if (kind.underWay.size >= UNDER_WAY_MAX) {
          record.skipped += 1;
          continue;
        }
        const sent = kind.send();
        kind.underWay.add(sent);
        void sent.finally(() => kind.underWay.delete(sent));
      }
    }
  }, TICK_MS);
  return {
    doors: users.doors,
    async stop() {
      clearInterval(timer);
      const rest = steady.flatMap(({ underWay }) => [...underWay]);
      await Promise.race([Promise.all(rest), sleep(ANSWER_MS + 5000, undefined, { ref: false })]);
      record.unfinished = steady.reduce((sum, { underWay }) => sum + underWay.size, 0);
    },
    async repeatAll(max) {
      const all = record.keyed.slice(-max);
      for (let at = 0; at < all.length; at += 20)
        await Promise.all(all.slice(at, at + 20).map((keyed) => repeat(users, keyed)));
    },
    close: async () => void (await Promise.all(users.doors.map(({ pool }) => pool.destroy()))),
  };
}

interface Users {
  readonly doors: readonly Door[];
  readonly random: () => number;
  readonly record: Record;
  readonly begun: number;
  /** Writes with a key that are to come again, and when. */
  readonly repeats: { readonly at: number; readonly keyed: Keyed }[];
  count: number;
}

function newUsers(ports: readonly number[], random: () => number, record: Record): Users {
  const doors = ports.map((port, index) => ({
    name: `project-${index + 1}`,
    pool: new Pool(`http://127.0.0.1:${port}`, {
      connections: CONNECTIONS,
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    }),
    isDown: false,
    downs: 0,
  }));
  return { doors, random, record, begun: performance.now(), repeats: [], count: 0 };
}

function write(users: Users): Promise<void> {
  const { random, record, repeats } = users;
  const [next] = repeats;
  if (next !== undefined && next.at < performance.now()) {
    repeats.shift();
    return repeat(users, next.keyed);
  }
  const dice = random();
  if (dice < CHANGES && record.acknowledged.length > 0) return change(users);
  return create(users, dice > CHANGES + CREATED);
}

async function create(users: Users, isOrder: boolean): Promise<void> {
  const { record, random } = users;
  users.count += 1;
  const amount = Math.floor(random() * 1000);
  const token = `t${users.count}`;
  const known: Known = { token, amount, id: undefined, isOrder, changes: 0, openChanges: 0 };
  record.all.set(token, known);
  const body = JSON.stringify({ token, amount });
  const key = !isOrder && random() < 0.15 ? `key-${token}` : undefined;
  const path = isOrder ? "/shop/orders/" : "/stock/create/";
  const reply = await ask(users, { path, body, key, success: 201 });
  if (reply === undefined) return;
  const { id, entry } = JSON.parse(reply) as { id?: number; entry?: number };
  known.id = id ?? entry;
  record.acknowledged.push(known);
  record.acknowledgedWrites += 1;
  if (key === undefined) return;
  const keyed = { key, body, reply };
  record.keyed.push(keyed);
  users.repeats.push({ at: performance.now() + REPEAT_AFTER_MS * (0.5 + random()), keyed });
}

async function repeat(users: Users, { key, body, reply }: Keyed): Promise<void> {
  const again = await ask(users, { path: "/stock/create/", body, key, success: 201 });
  if (again !== undefined && again !== reply) users.record.keysWrong += 1;
}

async function change(users: Users): Promise<void> {
  const known = recent(users);
  const amount = Math.floor(users.random() * 1000);
  known.openChanges += 1;
  const path = `/stock/entries/${known.token}/change/`;
  const reply = await ask(users, { path, body: JSON.stringify({ amount }), success: 200 });
  if (reply === undefined) return;
  known.openChanges -= 1;
  known.changes += 1;
  users.record.acknowledgedWrites += 1;
}

/** What was acknowledged before the question was sent has to be in the answer. */
async function read(users: Users): Promise<void> {
  const { record, random } = users;
  const dice = random();
  if (dice < 0.1 || record.acknowledged.length === 0) {
    await ask(users, { path: dice < 0.01 ? "/stock/count/" : "/stock/newest/", success: 200 });
    return;
  }
  const known = recent(users);
  const { changes } = known;
  const reply = await ask(users, { path: `/stock/entries/${known.token}/`, success: [200, 404] });
  if (reply === undefined) return;
  const found = JSON.parse(reply) as { id?: number; changes?: number };
  if (found.id === known.id && (found.changes ?? 0) >= changes) return;
  record.stale += 1;
  note(record, users.begun, `stale: ${known.token} has ${changes} changes, not ${reply}`);
}

function recent({ record, random }: Users): Known {
  const { acknowledged } = record;
  const back = Math.floor(random() * random() * Math.min(RECENT, acknowledged.length));
  return acknowledged[acknowledged.length - 1 - back] as Known; // it was asked whether there is one
}

interface Question {
  readonly path: string;
  readonly body?: string;
  readonly key?: string | undefined;
  readonly success: number | readonly number[];
}

/** The text of the reply; undefined where it failed, which is counted. */
async function ask(users: Users, { path, body, key, success }: Question) {
  const { record, doors, random, begun } = users;
  const open = doors.filter(({ isDown }) => !isDown);
  const door = open[Math.floor(random() * open.length)];
  if (door === undefined) return undefined;
  const { downs } = door;
  const sent = performance.now();
  record.requests += 1;
  const fail = (why: string) => {
    if (door.isDown || door.downs !== downs) record.refusedByKill += 1;
    else {
      record.failed += 1;
      record.failures.set(why, (record.failures.get(why) ?? 0) + 1);
      note(record, begun, `${door.name} ${path.replace(/t\d+/, "…")}: ${why}`);
    }
    return undefined;
  };
  try {
    const headers: { [name: string]: string } = { "user-agent": "torture" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (key !== undefined) headers["idempotency-key"] = key;
    const method = body === undefined ? "GET" : "POST";
    const reply = await door.pool.request({ method, path, headers, body: body ?? null });
    const text = await reply.body.text();
    if (![success].flat().includes(reply.statusCode))
      return fail(`${reply.statusCode} ${codeIn(text)}`);
    record.times[body === undefined ? "reads" : "writes"].push(performance.now() - sent);
    return text;
  } catch (error) {
    return fail(codeOf(error) ?? String(error));
  }
}

function note({ examples }: Record, begun: number, what: string): void {
  if (examples.length < 20) examples.push(`${Math.round(performance.now() - begun)} ms ${what}`);
}

function codeIn(text: string): string {
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
    return `${code ?? ""}: ${(detail ?? "").replaceAll(/\bt\d+\b/g, "…").slice(0, 200)}`;
  } catch {
    return text.slice(0, 100);
  }
}
