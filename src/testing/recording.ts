/** What the apps of a test have logged, kept until a test fails and somebody wants to know why. */
import { inspect } from "node:util";
import type { Log } from "../app/types.ts";

/** More would bury the failure itself; fewer would lose its beginning. */
const LINES_MAX = 60;

export interface Recording extends Log {
  /** A line that another process has logged. */
  add(line: string): void;
  /** What has come since it was last taken, or the last of it. */
  take(): readonly string[];
}

export function createRecording(): Recording {
  let lines: string[] = [];
  const add = (line: string) => void lines.push(line);
  const write = (level: string) => (data: object, message: string) => {
    const details = Object.keys(data).length === 0 ? "" : ` ${inspect(data, { depth: 5 })}`;
    add(`${level}: ${message}${details}`);
  };
  return {
    info: write("info"),
    warn: write("warning"),
    error: write("error"),
    add,
    take() {
      const taken = lines.slice(-LINES_MAX);
      lines = [];
      return taken;
    },
  };
}
