/** How far long work is: one line on a terminal, written over; elsewhere nothing. */
import { type OnRead } from "../../where-to-start/scan.ts";

/** Oftener nobody sees. */
const EVERY_MS = 100;

/** Shorter work ends before anybody reads. */
const FIRST_MS = 500;

export interface OneLine {
  readonly onRead: OnRead;
  /** Takes the line away. */
  end(): void;
}

export function oneLine(stream: NodeJS.WriteStream = process.stderr): OneLine {
  if (!stream.isTTY) return { onRead: () => undefined, end: () => undefined };
  const start = performance.now();
  let last = start + FIRST_MS - EVERY_MS;
  let isShown = false;
  return {
    onRead(read, of) {
      const now = performance.now();
      if (now - last < EVERY_MS) return;
      last = now;
      isShown = true;
      stream.write(
        `\r\u001B[Kreading ${read.toLocaleString("en")} of ${of.toLocaleString("en")} files`,
      );
    },
    end() {
      if (isShown) stream.write("\r\u001B[K");
    },
  };
}

/** Shown while something is read. */
export async function withProgress<T>(work: (onRead: OnRead) => Promise<T>): Promise<T> {
  const line = oneLine();
  try {
    return await work(line.onRead);
  } finally {
    line.end();
  }
}
