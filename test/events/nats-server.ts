/**
 * A real nats-server on a port and in a folder of its own. Started as a program, this file says whether
 * there is one: at the end of `npm test`, where people look.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./ports.ts";

/** Debian puts it where only root looks. */
const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` };

/** For `skip` of a test: why there is no NATS server, or false when there is one. */
export const withoutNats: string | false = hasNats()
  ? false
  : "nats-server is not installed (apt-get install nats-server)";

function hasNats(): boolean {
  try {
    execFileSync("nats-server", ["--version"], { stdio: "ignore", env });
    return true;
  } catch {
    return false;
  }
}

export interface NatsServer {
  /** With the credentials that it wants. */
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL: what it has not written is lost. */
  kill(): Promise<void>;
  /** Loses all that it has stored. To be called while it does not run. */
  wipe(): Promise<void>;
  /** Ends it, and deletes its folder. */
  drop(): Promise<void>;
}

/** Not started yet. */
export async function natsServer(): Promise<NatsServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "marcot-nats-"));
  const store = join(folder, "store");
  let running: ChildProcess | undefined;
  const wipe = () => rm(store, { recursive: true, force: true });
  const kill = async () => {
    if (running === undefined) return;
    const ended = once(running, "exit");
    running.kill("SIGKILL");
    running = undefined;
    await ended;
  };
  return {
    url: `nats://marcot:p%40ss@127.0.0.1:${port}`,
    async start() {
      const words = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", store];
      const child = spawn("nats-server", [...words, "--user", "marcot", "--pass", "p@ss"], {
        stdio: "ignore",
        env,
      });
      running = child;
      for (let tries = 0; !(await isListening(port)); tries += 1) {
        if (tries === 200 || child.exitCode !== null) throw new Error("nats-server did not start");
        await sleep(25);
      }
    },
    kill,
    wipe,
    async drop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

if (import.meta.main && withoutNats !== false)
  console.log(`\nSKIPPED: the tests of events through NATS: ${withoutNats}`);
