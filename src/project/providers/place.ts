/**
 * Where one app is, for this process: by the settings, until its database says something else. Each change
 * puts another provider into the project's map at once; what has to end before the change counts is waited
 * for afterwards, and acknowledged.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { HeldProvider, Log, Provider, RemoteProvider, ServedApp } from "../../app/types.ts";
import type { AnyContract } from "../../contract/contract.ts";
import { askLive } from "./live.ts";
import { type Ack, isSame, type SeenRow } from "./row.ts";

/** What a place needs of the project. */
export interface PlaceOptions {
  readonly app: string;
  /** The newest version that callers here have. */
  readonly contract: AnyContract | undefined;
  /** Where the app is by the settings. */
  readonly home: Provider;
  readonly log: Log;
  readonly put: (provider: Provider) => void;
  readonly ack: (ack: Ack) => void;
  /** Stops what the app does beside its calls. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /** Writes down who has called the app. */
  readonly flush: () => Promise<void>;
  /** The same where the app's own tables are not to be written any more. */
  readonly leave: () => Promise<void>;
  /** Told of an address before calls go there, and when none go there any more. */
  readonly onRemote: (provider: RemoteProvider, isUsed: boolean) => void;
}

export interface Place {
  /** The row in force; undefined where the app is where the settings say. */
  readonly row: SeenRow | undefined;
  apply(row: SeenRow | undefined): void;
  /** Until the first row, or that there is none, is applied: nobody knows yet where the app is. */
  wait(): void;
}

/** Some end without telling: what is counted in one file may be uncounted in another. */
const IDLE_POLL_MS = 20;

interface State extends PlaceOptions {
  row: SeenRow | undefined;
  /** Before the first row is applied nobody has asked anything. */
  isNew: boolean;
  now: Provider;
  hold: Hold | undefined;
  /** Made before it is needed, so that its release is known by then. */
  remote: RemoteProvider | undefined;
  /** What was asked for is done one after the other. */
  work: Promise<void>;
}

interface Hold {
  /** What answers again when the hold has lasted too long. */
  readonly before: Provider;
  readonly open: () => void;
  readonly timer: NodeJS.Timeout | undefined;
}

export function createPlace(options: PlaceOptions): Place {
  const state: State = {
    ...options,
    row: undefined,
    isNew: true,
    now: options.home,
    hold: undefined,
    remote: undefined,
    work: Promise.resolve(),
  };
  return {
    get row() {
      return state.row;
    },
    apply(row) {
      if (state.isNew && row === undefined) turn(state, state.home);
      else if (!isSame(row, state.row)) {
        state.row = row;
        if (state.home.is === "local") applyHere(state, state.home.served, row);
        else if (row?.phase === "elsewhere") turn(state, elsewhere(state, row));
        else if (row === undefined || row.phase === "here") turn(state, state.home);
      }
      state.isNew = false;
    },
    wait() {
      const why = "the database has not said yet where it is";
      state.hold = { before: state.home, timer: undefined, ...held(state, why) };
    },
  };
}

function applyHere(state: State, served: ServedApp, row: SeenRow | undefined): void {
  const { home, log, app } = state;
  log.info({ app, phase: row?.phase ?? "here", epoch: row?.epoch }, `${app}: ${sentenceOf(row)}`);
  if (row === undefined || row.phase === "here") {
    turn(state, home);
    useRemote(state, undefined);
    doNext(state, row, async () => {
      await state.resume();
      return null;
    });
  } else if (row.phase === "leaving") {
    turn(state, home);
    if (row.address !== null) useRemote(state, row.address);
    doNext(state, row, async () => {
      const { address } = row;
      const [problem] = await Promise.all([address && askLive(address), state.pause()]);
      return problem ?? null;
    });
  } else if (row.phase === "holding") {
    hold(state, served, row);
    doNext(state, row, async () => {
      await state.pause();
      await untilIdle(state, served, row);
      const late = `a write has taken longer than ${row.hold_ms} ms`;
      if (state.hold === undefined) return late;
      // What has not arrived has counted nothing, and its tables are the other side's.
      if (state.hold.before.is === "local") await state.flush();
      // Whoever waited may have gone on meanwhile; another row has come then, or the hold was too long.
      return state.row === row && state.now.is !== "held" ? late : null;
    });
  } else {
    turn(state, elsewhere(state, row));
    doNext(state, row, () => Promise.resolve(null));
    // Nobody waits for these, least of all callers. What the background would still write is refused.
    doNext(state, undefined, () => state.leave().then(() => null));
    doNext(state, undefined, () => state.pause().then(() => null));
  }
}

function sentenceOf(row: SeenRow | undefined): string {
  if (row === undefined || row.phase === "here") return "it is answered here";
  if (row.phase === "leaving") return "it is about to move";
  if (row.phase === "holding") return `writes wait, at most ${row.hold_ms} ms`;
  return row.address === null
    ? "it is provided elsewhere, and not here"
    : `it is provided at ${row.address}`;
}

/** Another provider from now on; whoever waited goes there. */
function turn(state: State, provider: Provider): void {
  const { hold: ending } = state;
  state.hold = undefined;
  state.now = provider;
  state.put(provider);
  if (ending === undefined) return;
  clearTimeout(ending.timer);
  afterAck(ending.open);
}

/**
 * A switch waits for the ack, so those who have waited let it leave first: hundreds of calls at once keep a
 * process busy. The driver writes to its socket in the next turn of the event loop.
 */
function afterAck(work: () => void): void {
  setImmediate(() => setImmediate(work));
}

function elsewhere(state: State, { app, address }: SeenRow): Provider {
  if (address !== null && URL.canParse(address)) return useRemote(state, address);
  useRemote(state, undefined);
  return { is: "absent", app, why: `${app} has moved, and it is not known here where it is` };
}

function useRemote(state: State, address: string): RemoteProvider;
function useRemote(state: State, address: undefined): undefined;
function useRemote(state: State, address: string | undefined): RemoteProvider | undefined {
  const { remote: before, app, contract } = state;
  const url = address === undefined ? undefined : toUrl(address);
  if (before !== undefined && before.address.href === url?.href) return before;
  if (before !== undefined) state.onRemote(before, false);
  state.remote = url && { is: "remote", app, address: url, contract };
  if (state.remote !== undefined) state.onRemote(state.remote, true);
  return state.remote;
}

/** As the settings read an address. */
function toUrl(address: string): URL | undefined {
  const url = URL.parse(address);
  if (url === null) return undefined;
  url.pathname = url.pathname.replace(/\/+$/, "") || "/";
  return url;
}

function hold(state: State, served: ServedApp, row: SeenRow): void {
  const before = state.isNew ? placeIn(state, row) : (state.hold?.before ?? state.now);
  const { open } = held(state, "it is just moving", {
    served: before.is === "local" ? served : undefined,
    remote: before.is === "remote" ? before : undefined,
  });
  const timer = setTimeout(() => {
    const { app, log } = state;
    log.warn({ app, epoch: row.epoch }, `${app}: writes have waited ${row.hold_ms} ms, and go on`);
    turn(state, before);
  }, row.hold_ms);
  state.hold = { before, open, timer: timer.unref() };
}

/** What a process that starts just now would have been. */
function placeIn(state: State, row: SeenRow): Provider {
  return row.holder ? state.home : elsewhere(state, row);
}

/** Calls wait from now on, but for the reads that `answering` takes. Whoever waited already looks again. */
function held(
  state: State,
  why: string,
  answering: Partial<Pick<HeldProvider, "served" | "remote">> = {},
): Pick<Hold, "open"> {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const { served, remote } = answering;
  turn(state, { is: "held", app: state.app, why, served, remote, opened });
  return { open };
}

/** Does it in its turn, and acknowledges `row`, if there is one, unless another one has come meanwhile. */
function doNext(state: State, row: SeenRow | undefined, work: () => Promise<string | null>): void {
  state.work = state.work.then(async () => {
    if (row !== undefined && state.row !== row) return;
    let problem: string | null;
    try {
      problem = await work();
    } catch (error) {
      const { app, log } = state;
      log.error({ err: error, app }, `${app}: what a move asks for could not be done`);
      problem = error instanceof Error ? error.message : String(error);
    }
    if (state.row === row && row !== undefined) state.ack({ row, problem });
  });
}

async function untilIdle(state: State, { flight }: ServedApp, row: SeenRow): Promise<void> {
  while (flight.writes > 0 && state.row === row) {
    const idle = Promise.withResolvers<void>();
    flight.onIdle = idle.resolve;
    await Promise.race([idle.promise, sleep(IDLE_POLL_MS, undefined, { ref: false })]);
  }
  flight.onIdle = undefined;
}
