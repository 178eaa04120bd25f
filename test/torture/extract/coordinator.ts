/** Runs the coordinator, and listens at which point it is. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Order, Said } from "./driver.ts";

/** A copy of some hundred thousand rows takes seconds, a wait for a process that does not answer 30. */
const GIVE_UP_MS = 120_000;

export type Outcome =
  | { readonly is: "done"; readonly result: unknown }
  | { readonly is: "failed"; readonly code: string; readonly message: string }
  | { readonly is: "killed" }
  | { readonly is: "hangs" };

export interface Coordinator {
  run(order: Omit<Order, "folder" | "waitAt">): Promise<Outcome>;
  /** Ends the one that runs, at once. */
  kill(): void;
  /** Freezes the one that runs for so long. */
  freeze(milliseconds: number): void;
}

export interface CoordinatorOptions {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Points at which it waits until `onWait` is done. */
  readonly waitAt: readonly string[];
  readonly onWait: (point: string) => Promise<void>;
  readonly say: (what: string) => void;
}

const driver = join(import.meta.dirname, "driver.ts");

export function coordinatorOf(options: CoordinatorOptions): Coordinator {
  const { folder, environment, waitAt, onWait, say } = options;
  let child: ChildProcess | undefined;
  process.once("exit", () => child?.kill("SIGKILL"));
  return {
    async run(order) {
      const words = JSON.stringify({ ...order, folder, waitAt } satisfies Order);
      const { PATH, HOME } = process.env;
      const started = spawn(process.execPath, [driver, words], {
        cwd: folder,
        env: { PATH, HOME, ...environment },
        stdio: ["pipe", "pipe", "inherit"],
      });
      child = started;
      started.stdin.on("error", () => {}); // it was ended
      let outcome: Outcome = { is: "killed" };
      createInterface(started.stdout).on("line", (line) => {
        const said = JSON.parse(line) as Said;
        if (said.is === "done" || said.is === "failed") outcome = said;
        else say(`${order.command} ${said.is === "at" ? `at ${said.point}` : said.text}`);
        if (said.is !== "at" || !said.waits) return;
        void onWait(said.point).finally(() => started.stdin.write("."));
      });
      const timer = setTimeout(() => {
        outcome = { is: "hangs" };
        started.kill("SIGKILL");
      }, GIVE_UP_MS);
      await once(started, "close");
      clearTimeout(timer);
      say(`${order.command} ${order.to ?? ""}: ${JSON.stringify(outcome)}`);
      return outcome;
    },
    kill: () => void child?.kill("SIGKILL"),
    freeze(milliseconds) {
      const frozen = child;
      frozen?.kill("SIGSTOP");
      setTimeout(() => frozen?.kill("SIGCONT"), milliseconds);
    },
  };
}
