/**
 * Keeps an eye on the release of each remote app: asked at the start, again when a reply names another
 * revision, soon while something is wrong, and now and then otherwise. Calls never wait for it, but for the
 * very first answer: until then nothing is known.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Guard, Log, RemoteProvider, Running } from "../../app/types.ts";
import { isForeign } from "../../contract/contract.ts";
import { headerOf } from "../../lock/revision.ts";
import type { Project } from "../../project/project.ts";
import { type Asked, askContract } from "./ask.ts";
import { hold } from "./objection.ts";
import { objectionsTo, type Objections, ownRevision, standingOf, unasked } from "./standing.ts";
import type { Standing } from "./standing.ts";
import { usersIn, type UsersOf } from "./uses.ts";

/** Replies tell sooner of another release; this is for providers that nobody calls. */
const NOW_AND_THEN_MS = 600_000;

/** Longer would keep calls refused after the provider was upgraded; shorter would burden it. */
const SOON_MS = 3_000;

/** The first wait for an address where nobody answered; each next one is twice as long, up to the other. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 30_000;

/** What calls wait for at most, once, at the start. */
const FIRST_MS = 500;

/** In a rolling deploy two releases answer in turn. */
const AGAIN_MS = 1_000;

interface WatchOptions {
  readonly running: Running;
  /** Who needs what. Asked for where a release does not fit. */
  readonly users: () => Promise<UsersOf>;
}

export interface Watch {
  readonly provider: RemoteProvider;
  /** As of the last answer. */
  standing(): Standing;
  /** Asks, unless the last answer is younger. */
  refresh(olderThanMs: number): Promise<void>;
  /** Asks no more. */
  end(): void;
}

/**
 * Watches what is remote by the settings until the project ends, and what apps move to for as long as calls may
 * go there. Answers those of now.
 */
export function watchAll(project: Project): () => readonly Watch[] {
  let read: Promise<UsersOf> | undefined;
  const users = () => (read ??= usersIn(project.plan));
  const watches = new Map<RemoteProvider, Watch>();
  const add = (provider: RemoteProvider) =>
    watches.set(provider, watch(provider, { running: project, users }));
  for (const { name, versions } of project.plan.apps) {
    const provider = project.providers.get(name);
    // A service of others tells no contract, and what we are is nothing to it.
    if (provider?.is !== "remote" || versions.some(isForeign) || project.moves.rowOf(name))
      continue;
    add(provider);
  }
  project.moves.onRemote((provider, isUsed) => {
    if (isUsed) add(provider);
    else watches.get(provider)?.end();
    if (!isUsed) watches.delete(provider);
  });
  return () => [...watches.values()];
}

interface State {
  readonly provider: RemoteProvider;
  readonly log: Log;
  readonly users: WatchOptions["users"];
  standing: Standing;
  last: Asked | undefined;
  objections: Objections;
  /** Apps that were refused a call: they need it, whatever their sources say. `v1.create` -> names. */
  readonly refused: Map<string, Set<string>>;
  /** In milliseconds of `performance.now()`. */
  askedAt: number;
  failures: number;
  asking: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
  readonly closing: AbortController;
}

function watch(provider: RemoteProvider, { running, users }: WatchOptions): Watch {
  const state: State = {
    provider,
    log: running.log,
    users,
    standing: unasked(provider),
    last: undefined,
    objections: new Map(),
    refused: new Map(),
    askedAt: -Infinity,
    failures: 0,
    asking: undefined,
    timer: undefined,
    closing: new AbortController(),
  };
  provider.onRevision = () => schedule(state, Math.max(0, state.askedAt + AGAIN_MS - performance.now())); // prettier-ignore
  const first = ask(state);
  provider.guard = async (endpoint, input, outgoing) => {
    const left = Math.min(FIRST_MS, outgoing.deadline - performance.now());
    await Promise.race([first, sleep(Math.max(0, left), undefined, { ref: false })]);
    if (provider.guard === waiting) provider.guard = undefined;
    await provider.guard?.(endpoint, input, outgoing);
  };
  const waiting = provider.guard;
  const end = () => {
    state.closing.abort();
    clearTimeout(state.timer);
  };
  running.onClose(async () => {
    end();
    await state.asking;
  });
  return {
    provider,
    standing: () => state.standing,
    async refresh(olderThanMs) {
      if (performance.now() - state.askedAt >= olderThanMs) await ask(state);
      else await state.asking;
    },
    end,
  };
}

function ask(state: State): Promise<void> {
  clearTimeout(state.timer);
  state.asking ??= askOnce(state).finally(() => {
    state.asking = undefined;
    schedule(state, waitOf(state));
  });
  return state.asking;
}

function schedule(state: State, milliseconds: number): void {
  if (state.closing.signal.aborted || state.asking !== undefined) return;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => void ask(state), milliseconds).unref();
}

function waitOf({ standing, failures }: State): number {
  if (standing.state === "incompatible") return SOON_MS;
  if (standing.state !== "unreachable") return NOW_AND_THEN_MS;
  return Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (failures - 1));
}

/** Never rejects: what goes wrong here is no reason to end a process that serves. */
async function askOnce(state: State): Promise<void> {
  const { provider, log, last, closing } = state;
  state.askedAt = performance.now();
  try {
    const known = last?.is === "lock" ? last.revision : ownRevision(provider);
    const answer = await askContract(provider.address, known, closing.signal);
    if (closing.signal.aborted) return;
    // What was known of the contract holds while its provider restarts.
    state.failures = answer.is === "unreachable" ? state.failures + 1 : 0;
    if (answer.is === "unreachable") return await settle(state, answer);
    const asked = answer.is === "same" && last?.is === "lock" ? last : answer;
    if (asked !== last) {
      state.objections = await objectionsTo(provider, asked);
      state.refused.clear();
    }
    state.last = asked;
    const revision = asked.is === "lock" ? asked.revision : ownRevision(provider);
    provider.revision = asked.is === "none" || revision === undefined ? undefined : headerOf(revision); // prettier-ignore
    provider.guard = state.objections.size === 0 ? undefined : guardOf(state);
    await settle(state, asked);
  } catch (error) {
    log.error({ err: error, app: provider.app }, "the provider's release could not be looked at");
    // Replies are checked all the same.
    state.standing = { ...unasked(provider), state: "unknown" };
  }
}

async function settle(state: State, asked: Asked): Promise<void> {
  const { provider, objections, refused, log, standing: before } = state;
  const users: UsersOf = objections.size === 0 ? () => [] : await state.users();
  const usersOf: UsersOf = (app, version, endpoint) => [
    ...new Set([
      ...users(app, version, endpoint),
      ...(refused.get(`${version}.${endpoint}`) ?? []),
    ]),
  ];
  state.standing = standingOf(provider, asked, objections, usersOf);
  tell(before, state.standing, log);
}

function guardOf(state: State): Guard {
  return async (endpoint, input, outgoing) => {
    const key = `${endpoint.version}.${endpoint.name}`;
    const objection = state.objections.get(key);
    if (objection === undefined) return;
    if (objection.refusal !== undefined) {
      const callers = state.refused.get(key) ?? new Set();
      const isNew = !callers.has(outgoing.caller);
      state.refused.set(key, callers.add(outgoing.caller));
      if (isNew && state.last !== undefined) void settle(state, state.last);
      if (performance.now() - state.askedAt > SOON_MS) void ask(state);
    }
    hold(objection, ` at ${state.provider.address.href}`, { endpoint, input, outgoing });
  };
}

/** A line when something becomes wrong, or right again. */
function tell(before: Standing, { app, address, state, problems }: Standing, log: Log): void {
  const known = new Set(before.problems.map(({ message }) => message));
  // A field is told of when it is sent.
  for (const { level, code, message, fix } of problems)
    if (level === "error" && !known.has(message)) log.warn({ app, code, fix }, message);
  const wasWrong = before.state === "unreachable" || before.state === "incompatible";
  const isWrong = state === "unreachable" || state === "incompatible";
  if (wasWrong && !isWrong) log.info({ app, state }, `${app} at ${address} can be called`);
}
