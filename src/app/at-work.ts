/** What an app does that is no call, and that a move waits for as for one: its receivers. */
import type { Context } from "./types.ts";

const working = new Set<Context>();

/** Does it; meanwhile what it calls is known to belong to it. */
export async function atWork<T>(context: Context, work: () => Promise<T>): Promise<T> {
  working.add(context);
  try {
    return await work();
  } finally {
    working.delete(context);
  }
}

/** Whether an app does such work in this trace. Looks at all of it, so only where a call would be held. */
export function isAtWork(app: string, traceId: string): boolean {
  return [...working].some((context) => context.app === app && context.traceId === traceId);
}
