/**
 * Two sides of a comparison, each in a process of its own, measured in turn. What counts is the CPU time
 * that a side's process says it has used, user and system, so that other work on the machine
 * shifts a figure little, and shifts both sides alike.
 *
 * A side is a server, and then this process loads it; or it is a caller, and calls by itself.
 * The file of a bench runs three times: as the one that measures, and once as each side.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";

/** Long enough for some ten thousand calls, short enough that both sides meet the same noise. */
const ROUND_MS = 2000;
const WARM_UP_MS = 6000;
const ROUNDS = Number(process.env["ROUNDS"] ?? 9);

/** Calls at the same time: enough to keep a server busy, few enough not to queue for long. */
const LANES = 100;

type Call = () => Promise<unknown>;

/** What a side is once it runs. */
export type Side = { readonly address: string } | { readonly call: Call };

export interface Request {
  readonly path: string;
  readonly body: string;
  readonly status: number;
}

export interface Comparison {
  readonly name: string;
  /** The file that is run as each side: `import.meta.filename`. */
  readonly file: string;
  /** Ours first. */
  readonly sides: Readonly<Record<string, (argument: string) => Promise<Side>>>;
  /** Handed to both sides, for what they share. Default: nothing. */
  readonly argument?: string;
  /** What a server is sent. Not needed for callers. */
  readonly request?: Request;
}

/** Which side this process has to be; undefined in the one that measures. */
export const ownSide = process.send === undefined ? undefined : process.argv[2];

/** Runs one side for its parent, until that leaves. */
export async function beSide(sides: Comparison["sides"]): Promise<void> {
  const side = await sides[ownSide ?? ""]?.(process.argv[3] ?? "");
  if (side === undefined) throw new Error(`there is no side ${ownSide}`);
  process.once("disconnect", () => process.exit());
  process.on("message", async (message: "cpu" | "call") => {
    if (message === "cpu") process.send?.(cpuSeconds());
    else if ("call" in side) process.send?.(await repeat(Array(LANES).fill(side.call)));
  });
  process.send?.("address" in side ? side.address : "");
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Calls on all lanes until the round is over; how many calls were answered. */
async function repeat(lanes: readonly Call[]): Promise<number> {
  const end = performance.now() + ROUND_MS;
  let calls = 0;
  const run = async (call: Call) => {
    for (; performance.now() < end; calls += 1) await call();
  };
  await Promise.all(lanes.map(run));
  return calls;
}

/** Measures both sides and prints the result, for people and for programs. */
export async function compare(comparison: Comparison): Promise<void> {
  const names = Object.keys(comparison.sides);
  const sides = await Promise.all(names.map((name) => start(comparison, name)));
  const rates = names.map((): number[] => []);
  for (let ms = 0; ms < WARM_UP_MS; ms += ROUND_MS) for (const side of sides) await side.measure();
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = [...sides.keys()];
    if (round % 2 === 1) order.reverse(); // so that neither always follows the other
    for (const index of order) rates[index]?.push((await sides[index]?.measure()) ?? NaN);
  }
  await Promise.all(sides.map((side) => side.stop()));
  report(comparison.name, names, rates);
}

interface Running {
  /** One round: calls per second of CPU time. */
  measure(): Promise<number>;
  stop(): Promise<void>;
}

async function start({ file, argument = "", request }: Comparison, name: string): Promise<Running> {
  const child = fork(file, [name, argument]);
  const [address] = (await once(child, "message")) as [string];
  return {
    async measure() {
      // New ones for each round: a server closes what stays idle while the other side is measured.
      const opened = request && Array.from({ length: LANES }, () => openLane(address, request));
      const lanes = opened && (await Promise.all(opened));
      const before = await ask(child, "cpu");
      const calls = lanes ? await repeat(lanes.map(({ call }) => call)) : await ask(child, "call");
      const seconds = (await ask(child, "cpu")) - before;
      for (const lane of lanes ?? []) lane.close();
      return calls / seconds;
    },
    async stop() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

async function ask(child: ChildProcess, question: "cpu" | "call"): Promise<number> {
  child.send(question);
  const [answer] = (await once(child, "message")) as [number];
  return answer;
}

/**
 * Sends the same request over and over, one at a time. A bare socket, because the load must cost less than
 * what it loads: HTTP clients cost more than these servers.
 */
async function openLane(address: string, { path, body, status }: Request) {
  const { hostname, port, host } = new URL(address);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json`;
  const bytes = Buffer.from(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  const socket = connect(Number(port), hostname).setNoDelay();
  await once(socket, "connect");
  socket.on("end", () => socket.destroy(new Error(`${path}: the connection was closed`)));
  let text = "";
  let answered: (() => void) | undefined;
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    const end = text.indexOf("\r\n\r\n") + 4;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
    if (end < 4 || text.length < end + length) return;
    if (!text.startsWith(`HTTP/1.1 ${status} `)) throw new Error(text);
    text = "";
    answered?.();
  });
  return {
    call: () =>
      new Promise<void>((resolve) => {
        answered = resolve;
        socket.write(bytes);
      }),
    close: () => socket.destroy(),
  };
}

function report(name: string, names: readonly string[], rates: readonly number[][]): void {
  const [ours = [], theirs = []] = rates;
  const ratios = ours.map((rate, round) => rate / (theirs[round] ?? NaN));
  const perSecond = names.map((side, index) => [side, Math.round(median(rates[index] ?? []))]);
  const [ratio, low, high] = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map(
    (value) => Math.round(value * 100) / 100,
  );
  const sides = perSecond.map(([side, rate]) => `${side} ${rate}`).join(", ");
  console.log(`${name}: ${sides} per CPU second, ratio ${ratio} (${low} to ${high})`);
  console.log(
    JSON.stringify({ bench: name, ...Object.fromEntries(perSecond), ratio, low, high, ROUNDS }),
  );
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
