/**
 * A wire that can be cut. Of a wire to PostgreSQL it knows who speaks: the coordinator, or the other
 * database (a walsender is asked for by `replication` in the startup message).
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What travels on a wire: `replication` and `coordinator` to PostgreSQL, `web` to a process. */
export type Traffic = "replication" | "coordinator" | "web";

export interface Proxy {
  readonly port: number;
  /** `silence`: nothing arrives any more, and nobody is told. `reset`: connections break, and none can be made. */
  cut(traffic: Traffic, how: "silence" | "reset"): void;
  /** After silence what was on its way arrives. */
  heal(traffic: Traffic): void;
  close(): Promise<void>;
}

interface Wire {
  readonly near: Socket;
  readonly far: Socket;
  readonly traffic: Traffic;
}

/** SSLRequest and GSSENCRequest; the proxy says no itself, so that it can read what follows. */
const ENCRYPTION = new Set([80_877_103, 80_877_104]);

export async function openProxy(is: "postgres" | "web", to: number): Promise<Proxy> {
  const wires = new Set<Wire>();
  const cuts = new Map<Traffic, "silence" | "reset">();
  const server: Server = createServer({ pauseOnConnect: true }, (near) => {
    near.on("error", () => near.destroy());
    const join = (traffic: Traffic, first: Buffer) => {
      const far = connect(to, "127.0.0.1");
      const wire = { near, far, traffic };
      wires.add(wire);
      link(wire, first);
      for (const socket of [near, far]) socket.once("close", () => wires.delete(wire));
      const cut = cuts.get(traffic);
      if (cut !== undefined) apply(wire, cut);
    };
    if (is === "web") join("web", Buffer.alloc(0));
    else readStartup(near, join);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const of = (traffic: Traffic) => [...wires].filter((wire) => wire.traffic === traffic);
  return {
    port: (server.address() as AddressInfo).port, // it is on a port
    cut(traffic, how) {
      cuts.set(traffic, how);
      for (const wire of of(traffic)) apply(wire, how);
    },
    heal(traffic) {
      cuts.delete(traffic);
      for (const { near, far } of of(traffic)) {
        near.pipe(far);
        far.pipe(near);
      }
    },
    async close() {
      for (const { near, far } of wires) for (const socket of [near, far]) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function link({ near, far }: Wire, first: Buffer): void {
  far.on("error", () => far.destroy());
  near.setNoDelay(true);
  far.setNoDelay(true);
  if (first.length > 0) far.write(first);
  near.pipe(far);
  far.pipe(near);
  near.once("close", () => far.destroy());
  far.once("close", () => near.destroy());
}

function apply({ near, far }: Wire, how: "silence" | "reset"): void {
  if (how === "reset") {
    near.resetAndDestroy();
    far.destroy();
    return;
  }
  near.unpipe(far).pause();
  far.unpipe(near).pause();
}

/** Reads until the startup message is there; what was read is handed on. */
function readStartup(near: Socket, done: (traffic: Traffic, first: Buffer) => void): void {
  let read = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    read = Buffer.concat([read, chunk]);
    if (read.length < 8) return;
    if (ENCRYPTION.has(read.readInt32BE(4))) {
      read = read.subarray(8);
      near.write("N");
      return;
    }
    if (read.length < read.readInt32BE(0)) return;
    near.off("data", onData).pause();
    const isReplication = read.subarray(8).toString("latin1").includes("replication\0database");
    done(isReplication ? "replication" : "coordinator", read);
  };
  near.on("data", onData).resume();
}
