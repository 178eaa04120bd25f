/** What a provider says that it serves now, at the address that the environment names. */
import { MarcotError } from "../errors.ts";
import { readLock, type StoredLock } from "../lock/stored.ts";
import { apiVariableOf, readAddress } from "../project/addresses.ts";
import type { Environment } from "../project/env.ts";
import type { Unknown } from "./apps-at.ts";

/** Long for an answer from memory, short for somebody who waits for a yes. */
const ANSWER_MS = 10_000;

/** Unknown where it has no address, does not answer, or is no app of Marcot's. */
export async function liveLock(
  app: string,
  environment: Environment,
): Promise<StoredLock | Unknown> {
  const variable = apiVariableOf(app);
  const address = readAddress(app, environment);
  if (address === undefined) {
    return {
      why: environment[variable] ? `${app} is fake (${variable})` : `${variable} is not set`,
    };
  }
  const url = `${address.href.replace(/\/$/, "")}/-/contract`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!response.ok) return { why: `${url} answered ${response.status}` };
    return readLock(await response.text(), url);
  } catch (error) {
    if (error instanceof MarcotError) return { why: error.message };
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { why: `${url} cannot be reached: ${reason}` };
  }
}
