/** Who answers at an address: a service of the app, nobody yet, or somebody else. */
import { codeOf, MarcotError } from "../../../../errors.ts";

/**
 *     service  a process of Marcot that provides the app
 *     other    something that lives, and is no service of the app
 *     silent   something listens there, and does not say that it lives: it may be on its way
 *     nobody   nothing listens
 */
export type Answer = "service" | "other" | "silent" | "nobody";

/** A machine that is busy needs a moment; a person waits. */
const ANSWER_MS = 2_000;

/** Never rejects. */
export async function whoAnswers(address: string, app: string): Promise<Answer> {
  const live = await ask(`${address}/-/live`);
  if (typeof live === "string") return live;
  if (!live.ok) return "silent";
  const contract = await ask(`${address}/-/contract`);
  if (typeof contract === "string") return "silent";
  // It passes the question on to where the app is, and nobody is there just now.
  if (contract.status === UNAVAILABLE) return "service";
  return contract.ok && appOf(contract.text) === app ? "service" : "other";
}

/** At a port of this machine that the service is to have, what does not speak is in the way too. */
export async function refuseOther(
  address: string,
  app: string,
  { isOwn }: { readonly isOwn: boolean },
): Promise<Answer> {
  const found = await whoAnswers(address, app);
  if (found !== "other" && (found !== "silent" || !isOwn)) return found;
  const message = `something else answers at ${address}: it is no service of ${app}`;
  throw new MarcotError("CommandInvalid", message, {
    fix: isOwn
      ? "Choose another --serve, or end what runs there."
      : "Choose another --service: the address of the service itself, below which /-/contract is the app's.",
  });
}

/** Whether a process of Marcot takes requests there. */
export async function answers(address: string): Promise<boolean> {
  const live = await ask(`${address}/-/live`);
  return typeof live !== "string" && live.ok;
}

const UNAVAILABLE = 503;
const CLOSED: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

interface Told {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

async function ask(url: string): Promise<Told | "silent" | "nobody"> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return CLOSED.has(codeOf(cause)) ? "nobody" : "silent";
  }
}

/** Of a contract as it is served. */
function appOf(text: string): unknown {
  try {
    const told: unknown = JSON.parse(text);
    return told instanceof Object && "app" in told ? told.app : undefined;
  } catch {
    return undefined;
  }
}
