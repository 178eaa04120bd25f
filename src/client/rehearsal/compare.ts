/** Compares the answers of both sides to one read. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "undici";
import { newTraceId } from "../../app/context.ts";
import type { AnsweredRead, Outgoing, Route, Running } from "../../app/types.ts";
import { REHEARSAL } from "../../app/usage.ts";
import { answer } from "../../app/view.ts";
import { check } from "../../contract/check.ts";
import { checkOf } from "../../contract/compile.ts";
import { MarcotError } from "../../errors.ts";
import { toRequest } from "../request.ts";
import { firstDifference } from "./difference.ts";
import type { Compared } from "./sheet.ts";

/** How long one read may take there. */
export const ANSWER_MS = 2000;

/** How often a difference is read again, and after how long: replication is some milliseconds behind. */
const AGAIN_MAX = 3;
const AGAIN_MIN_MS = 100;
const AGAIN_SPREAD_MS = 200;

/** Each time in a quick series: of a row that changes all the time, one of them meets what was here before. */
const SERIES = 5;
const SERIES_PAUSE_MS = 15;

/** What one rehearsed read needs. */
export interface Scene {
  readonly read: AnsweredRead;
  readonly address: URL;
  readonly pool: Pool;
  readonly running: Running;
  readonly signal: AbortSignal;
}

/** A difference is read again, and counts when it stays. Rejects when it is given up. */
export async function compare(scene: Scene): Promise<Compared> {
  const { route, input: given, result, milliseconds: hereMs } = scene.read;
  const input = toJson(route, "input", given);
  // At once: what the view has returned may be changed when this waits.
  let here: Said = { value: toJson(route, "output", result) };
  const seen: unknown[] = [];
  const begun = performance.now();
  let there = await askThere(scene, input);
  const thereMs = performance.now() - begun;
  for (let again = 0; ; again += 1) {
    if ("failed" in there) return { hereMs, thereMs, failed: there.failed };
    if ("failed" in here) return { hereMs, thereMs, failed: here.failed };
    seen.push(here.value);
    const { value } = there;
    const pointer = firstDifference(here.value, value);
    // Also what it was here a moment ago: then the copy is only behind, and a row may change all the time.
    if (seen.some((old) => firstDifference(old, value) === undefined)) return { hereMs, thereMs };
    if (pointer !== undefined && again === AGAIN_MAX * SERIES) {
      const different = { input, here: here.value, there: value, pointer };
      return { hereMs, thereMs, different };
    }
    const isFirst = again % SERIES === 0;
    const pause = isFirst ? AGAIN_MIN_MS + Math.random() * AGAIN_SPREAD_MS : SERIES_PAUSE_MS;
    await sleep(pause, undefined, { signal: scene.signal, ref: false });
    [here, there] = await Promise.all([askHere(scene), askThere(scene, input)]);
  }
}

/** What a side said: an answer, or an error of the contract, which is one too. */
type Said = { readonly value: unknown } | { readonly failed: string };

/** As it would leave. */
function toJson(route: Route, side: "input" | "output", value: unknown): unknown {
  const where = `${route.name} ${side}`;
  const written = check(checkOf(route.endpoint[side], "write", where), value, (issues) => {
    return new MarcotError("ContractBroken", `${where} does not fit its contract`, {
      errors: issues,
    });
  });
  return JSON.parse(JSON.stringify(written)) as unknown;
}

async function askHere({ read, running }: Scene): Promise<Said> {
  const { route, input } = read;
  try {
    const way = { input: "copy", output: "write" } as const;
    const value = await answer(route, input, way, outgoingOf(running));
    return { value: JSON.parse(JSON.stringify(value)) as unknown };
  } catch (error) {
    if (!(error instanceof MarcotError) || error.status >= 500) return { failed: String(error) };
    return { value: { error: error.code } };
  }
}

async function askThere(
  { read, address, pool, running, signal }: Scene,
  input: unknown,
): Promise<Said> {
  const { endpoint } = read.route;
  const { path, headers } = toRequest(
    address,
    endpoint,
    input as Record<string, unknown>,
    outgoingOf(running),
  );
  try {
    const reply = await pool.request({
      method: "GET",
      path,
      headers: [...(headers as string[]), REHEARSAL, "1"], // as `toRequest` makes them
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    const text = await reply.body.text();
    if (reply.statusCode >= 500)
      return { failed: `${address.href} answered ${reply.statusCode}${reasonIn(text)}` };
    const value = JSON.parse(text) as unknown;
    if (reply.statusCode === endpoint.status) return { value };
    return { value: { error: (value as { code?: unknown }).code ?? reply.statusCode } };
  } catch (error) {
    signal.throwIfAborted();
    return { failed: `${address.href}: ${String(error)}` };
  }
}

/** What a problem document says; nothing where it is another text. */
function reasonIn(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === "string" ? `: ${detail}` : "";
  } catch {
    return "";
  }
}

function outgoingOf(running: Running): Outgoing {
  return {
    running,
    caller: REHEARSAL,
    deadline: performance.now() + ANSWER_MS,
    traceId: newTraceId(),
    idempotencyKey: undefined,
  };
}
