/**
 * The coordinator that is tortured: one command of `openExtract` in a process of its own. It says on its
 * standard output at which point it is, and waits there until it is told to go on, so that it can be ended,
 * or something else be broken, exactly there.
 *
 *     node driver.ts '{"folder": "…", "command": "switch", "to": "service", "waitAt": ["…"], "options": {}}'
 */
import { readSync, writeSync } from "node:fs";
import { codeOf, MarcotError } from "../../../src/errors.ts";
import { openExtract } from "../../../src/extract/extract.ts";
import { readProject } from "../../../src/project/plan.ts";
import { APP } from "./facts.ts";

export interface Order {
  readonly folder: string;
  readonly command: "start" | "switch" | "complete" | "cancel" | "resume" | "status" | "startHome";
  readonly to?: "project" | "service";
  readonly options?: object;
  /** Points at which it waits for a byte on its standard input. */
  readonly waitAt?: readonly string[];
}

/** A line of its output. */
export type Said =
  | { readonly is: "at"; readonly point: string; readonly waits: boolean }
  | { readonly is: "step"; readonly text: string }
  | { readonly is: "done"; readonly result: unknown }
  | { readonly is: "failed"; readonly code: string; readonly message: string };

function tell(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`);
}

/** Nothing of this process runs meanwhile, as nothing would in one that is frozen. */
function waitForByte(): void {
  const byte = Buffer.alloc(1);
  for (;;) {
    try {
      if (readSync(0, byte) === 0) process.exit(1);
      return;
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

async function obey(order: Order): Promise<unknown> {
  const plan = await readProject({ folder: order.folder });
  const waitAt = new Set(order.waitAt);
  const extract = await openExtract({
    plan,
    app: APP,
    say: ({ step, note }) => tell({ is: "step", text: [step, note].filter(Boolean).join(": ") }),
    at(point: string) {
      const waits = waitAt.has(point);
      tell({ is: "at", point, waits });
      if (waits) waitForByte();
    },
  });
  try {
    const options = order.options as never;
    if (order.command === "switch") return await extract.switch(order.to ?? "service", options);
    return await extract[order.command](options);
  } finally {
    await extract.close();
  }
}

try {
  tell({ is: "done", result: await obey(JSON.parse(process.argv[2] ?? "") as Order) });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof MarcotError ? "" : (error as Error).stack;
  tell({ is: "failed", code: codeOf(error) ?? "", message: stack || message });
  process.exitCode = 1;
}
