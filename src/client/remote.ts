/**
 * A call that leaves: HTTP with JSON to the address of the provider. It ends as a local call would:
 * the same checks against the caller's own version, the same errors.
 *
 * It uses undici's `dispatch` and not `request` or `fetch`: no streams and no AbortSignal are needed
 * for a reply that is read whole, and global `fetch` costs several times the CPU.
 */
import { type Dispatcher, Pool } from "undici";
import { noteRetired } from "../app/retired.ts";
import { timedOut, unwatch, type Timed, watch } from "../app/view.ts";
import type { Outgoing, RemoteProvider, Running } from "../app/types.ts";
import { check, invalidInput } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import { type Endpoint, type ForeignWay, nameOf } from "../contract/endpoint.ts";
import { codeOf, MarcotError } from "../errors.ts";
import { withCredential } from "./credential.ts";
import { fromForeign, fromProblem, type Reply } from "./problem.ts";
import { repeat } from "./repeat.ts";
import { toRequest } from "./request.ts";
import { answeredOutside } from "./skew.ts";

/** Fewer would queue calls of a busy project behind each other; more would crowd out other projects. */
const CONNECTIONS_MAX = 128;

/** A larger reply is more likely a mistake than an answer, and would have to be held in memory. */
const REPLY_BYTES_MAX = 8 * 1024 * 1024;

/** The connections of a running project, by origin. They close with it. */
const poolsOf = new WeakMap<Running, Map<string, Pool>>();

/** Calls an endpoint at an address, and repeats where the contract allows it. */
export async function callRemote(
  provider: RemoteProvider,
  endpoint: Endpoint,
  input: unknown,
  outgoing: Outgoing,
): Promise<unknown> {
  const { address } = provider;
  const name = nameOf(endpoint);
  const checked = check<Record<string, unknown>>(
    checkOf(endpoint.input, "write", `${name} input`),
    input,
    (issues) => invalidInput(name, issues),
  );
  if (provider.guard !== undefined) await provider.guard(endpoint, checked, outgoing);
  const { foreign } = endpoint;
  const plain = toRequest(address, endpoint, checked, outgoing);
  const request = foreign?.credential ? withCredential(plain, foreign.credential, provider) : plain;
  const send = () => exchange({ address, endpoint, outgoing, name }, request);
  const reply = await (endpoint.idempotent ? repeat(send, outgoing.deadline) : send());
  if (reply.revision !== provider.revision && reply.revision !== undefined)
    provider.onRevision?.(reply.revision);
  if (reply.deprecation !== undefined) noteDeprecation(outgoing, endpoint, reply);
  const isAnswer = foreign ? isSuccess(reply) : reply.status === endpoint.status;
  if (!isAnswer) throw (foreign ? fromForeign : fromProblem)(reply, endpoint, address);
  return check(
    checkOf(endpoint.output, "read", `${name} output`),
    foreign ? valueOf(foreign, reply, name, address) : parse(reply, name, address),
    (issues) => answeredOutside(`${name} at ${address.href}`, issues),
  );
}

/** Here too the caller's own log says it: the provider's may be another team's. */
function noteDeprecation(outgoing: Outgoing, endpoint: Endpoint, reply: Reply): void {
  const { deprecation = "", sunset } = reply;
  const deprecated = dayOf(Number(deprecation.slice(1)) * 1000) ?? deprecation;
  const until = sunset === undefined ? undefined : (dayOf(Date.parse(sunset)) ?? sunset);
  noteRetired(outgoing, endpoint, { deprecated, sunset: until });
}

function dayOf(milliseconds: number): string | undefined {
  const at = new Date(milliseconds);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString().slice(0, 10);
}

/** Services of others answer with nothing, or with something that is no object. */
function valueOf(foreign: ForeignWay, reply: Reply, name: string, address: URL): unknown {
  if (reply.body === "") return {};
  const value = parse(reply, name, address);
  return foreign.reply === undefined ? value : { [foreign.reply]: value };
}

function isSuccess({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}

function parse(reply: Reply, name: string, address: URL): unknown {
  try {
    return JSON.parse(reply.body);
  } catch (cause) {
    const message = `${name} at ${address.href} answered ${reply.status} with a body that is not JSON`;
    throw new MarcotError("ContractBroken", message, { cause });
  }
}

interface Target {
  readonly address: URL;
  readonly endpoint: Endpoint;
  readonly outgoing: Outgoing;
  readonly name: string;
}

function exchange(target: Target, request: Dispatcher.DispatchOptions): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const handler = new Exchange(target, resolve, reject);
    watch(handler);
    poolFor(target.address, target.outgoing.running).dispatch(request, handler);
  });
}

function poolFor({ origin }: URL, running: Running): Pool {
  let pools = poolsOf.get(running);
  if (pools === undefined) poolsOf.set(running, (pools = new Map()));
  let pool = pools.get(origin);
  if (pool === undefined) {
    // The deadline of the call is the only timeout: undici's own are coarser.
    const opened = new Pool(origin, {
      connections: CONNECTIONS_MAX,
      bodyTimeout: 0,
      headersTimeout: 0,
    });
    running.onClose(() => opened.close());
    pools.set(origin, (pool = opened));
  }
  return pool;
}

class Exchange implements Dispatcher.DispatchHandler, Timed {
  readonly deadline: number;
  before: Timed | undefined = undefined;
  after: Timed | undefined = undefined;
  readonly #target: Target;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (error: MarcotError) => void;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #size = 0;
  #status = 0;
  #contentType = "";
  #deprecation: string | undefined;
  #sunset: string | undefined;
  #revision: string | undefined;

  constructor(
    target: Target,
    resolve: (reply: Reply) => void,
    reject: (error: MarcotError) => void,
  ) {
    this.deadline = target.outgoing.deadline;
    this.#target = target;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status;
    this.#contentType = String(headers["content-type"] ?? "");
    const { contract, deprecation, sunset } = headers;
    if (contract !== undefined) this.#revision = String(contract);
    if (deprecation !== undefined) this.#deprecation = String(deprecation);
    if (sunset !== undefined) this.#sunset = String(sunset);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > REPLY_BYTES_MAX) controller.abort(new Error("the reply is too large"));
  }

  onResponseEnd(): void {
    unwatch(this);
    const [only] = this.#chunks;
    const whole = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
    this.#resolve({
      status: this.#status,
      contentType: this.#contentType,
      body: whole.toString("utf8"),
      deprecation: this.#deprecation,
      sunset: this.#sunset,
      revision: this.#revision,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    unwatch(this);
    this.#reject(this.#failure(error));
  }

  expire(): void {
    const { name, outgoing, address } = this.#target;
    const error = timedOut(name, outgoing.traceId, address.href);
    this.#reject(error);
    this.#controller?.abort(error);
  }

  #failure(error: Error): MarcotError {
    const { name, address } = this.#target;
    const cause = codeOf(error) ?? error.message;
    const details = { cause: error };
    if (this.#size > REPLY_BYTES_MAX) {
      const message = `${name} at ${address.href} answered more than ${REPLY_BYTES_MAX} bytes`;
      return new MarcotError("ContractBroken", message, details);
    }
    if (this.#controller === undefined) {
      return new MarcotError(
        "Unavailable",
        `${name}: ${address.href} cannot be reached (${cause})`,
        details,
      );
    }
    const message = `${name}: the connection to ${address.href} broke before the answer (${cause})`;
    return new MarcotError("ConnectionLost", message, details);
  }
}
