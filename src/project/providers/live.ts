/** Whether somebody answers where an app is about to go, as this process reaches it. */

/** A service that takes longer to say that it lives is no place to send people to. */
const ANSWER_MS = 2_000;

/** What is wrong at an address, in one sentence; undefined where its process lives. */
export async function askLive(address: string): Promise<string | undefined> {
  const url = `${address.replace(/\/+$/, "")}/-/live`;
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
    await response.body?.cancel();
    return response.ok ? undefined : `${url} answered ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return `${url} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
