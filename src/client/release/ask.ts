/** Asks an address which contract is provided there: `/-/contract`, by HTTP's own means against repetition. */
import { request } from "undici";
import { codeOf } from "../../errors.ts";
import type { Lock } from "../../lock/compared.ts";
import { readLock } from "../../lock/stored.ts";

export type Asked =
  /** It has the revision that was named. */
  | { readonly is: "same" }
  | { readonly is: "lock"; readonly lock: Lock; readonly revision: string }
  /** Something answers there that tells no contract. */
  | { readonly is: "none" }
  | { readonly is: "unreachable"; readonly why: string };

/** Longer would leave a project without an answer; shorter would take a busy provider for an absent one. */
const ASK_MS = 2_000;

/** As for a reply: more is no contract. */
const BYTES_MAX = 8 * 1024 * 1024;

/** `known`: the revision that needs no second copy. `signal` gives up. Never rejects. */
export async function askContract(
  address: URL,
  known: string | undefined,
  signal?: AbortSignal,
): Promise<Asked> {
  const base = address.href.replace(/\/$/, "");
  try {
    const { statusCode, headers, body } = await request(`${base}/-/contract`, {
      headers: {
        accept: "application/json",
        ...(known === undefined ? {} : { "if-none-match": `"${known}"` }),
      },
      // No connection is left behind: the next question is seconds or minutes away.
      reset: true,
      signal: AbortSignal.any([AbortSignal.timeout(ASK_MS), ...(signal ? [signal] : [])]),
    });
    if (statusCode === 200) {
      const lock = lockIn(await textOf(body));
      const revision = /^(?:W\/)?"([^"]+)"$/.exec(String(headers["etag"]))?.[1] ?? "";
      return lock === undefined ? { is: "none" } : { is: "lock", lock, revision };
    }
    await body.dump();
    if (statusCode === 304 && known !== undefined) return { is: "same" };
    // A proxy says that there is nobody behind it, or a process that it stops.
    if (statusCode >= 500) return { is: "unreachable", why: `it answered ${statusCode}` };
    return { is: "none" };
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    const why = isLate ? `no answer within ${ASK_MS} ms` : (codeOf(error) ?? String(error));
    return { is: "unreachable", why };
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > BYTES_MAX) return "";
  }
  return Buffer.concat(chunks).toString("utf8");
}

function lockIn(text: string): Lock | undefined {
  try {
    return readLock(text, "/-/contract");
  } catch {
    return undefined;
  }
}
