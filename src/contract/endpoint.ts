/** What an app promises, one endpoint or event at a time: frozen data, and the call that it is. */
import type { Fields, Flat } from "./field.ts";
import type { Read, Shape, Written } from "./guest.ts";
import type { ErrorStep, Link } from "./steps/step.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Name of a declared error -> its HTTP status. */
export type DeclaredErrors = Readonly<Record<string, number>>;

export interface EndpointOptions<I extends Shape, O extends Shape, E extends DeclaredErrors> {
  /** What the endpoint accepts. Default: nothing. */
  readonly input?: I;
  /** What it returns. Default: an empty object. */
  readonly output?: O;
  /** Status of a success. Default: 200. */
  readonly status?: number;
  /** Errors that a caller can meet and name, with their statuses (400 to 599). Default: none. */
  readonly errors?: E;
  /** Whether a repeat does no harm. Default: true for get, put and delete (RFC 9110, 9.2.2). */
  readonly idempotent?: boolean;
  /** How long a call may take, in milliseconds. Default: the project's deadline, 2,000. */
  readonly deadlineMs?: number;
  /** Where the fields travel. Only in `foreign`. Default: as in our own contracts, by path and method. */
  readonly foreign?: ForeignWay;
}

/** Where the fields of a call to a service of others travel. */
export interface ForeignWay {
  /** Fields of the query, where the method has a body. Default: none. */
  readonly query?: readonly string[];
  /** Fields that are headers of the same name. Default: none. */
  readonly headers?: readonly string[];
  /** The field that is the whole body. Default: the body is an object of all fields that are left. */
  readonly body?: string;
  /** The field that the whole reply becomes. Default: the reply is the output. */
  readonly reply?: string;
  /** How the secret of `GITHUB_API_TOKEN` is sent, for an app `github`. Default: it is not. */
  readonly credential?: Credential;
}

/** `bearer` (RFC 6750); `basic`, whose secret is `user:password` (RFC 7617); or a header, or a query's name. */
export type Credential =
  "bearer" | "basic" | { readonly header: string } | { readonly query: string };

/** An endpoint before it belongs to a contract. */
export interface Definition<
  I extends Shape = Shape,
  O extends Shape = Shape,
  E extends DeclaredErrors = DeclaredErrors,
> {
  readonly is: "endpoint";
  readonly method: Method;
  readonly path: string;
  readonly input: I;
  readonly output: O;
  readonly status: number;
  readonly errors: E;
  readonly idempotent: boolean;
  readonly deadlineMs: number | undefined;
  /** Set where the endpoint is of a service of others. */
  readonly foreign?: ForeignWay;
}

/** An endpoint of one version of an app. */
export interface Endpoint extends Definition {
  readonly app: string;
  readonly version: string;
  readonly name: string;
  /** The same endpoint one version earlier, and what leads from it to this one. */
  readonly previous: Endpoint | undefined;
  readonly steps: EndpointSteps;
}

export interface EndpointSteps {
  readonly input: readonly Link[];
  readonly output: readonly Link[];
  readonly errors: readonly ErrorStep[];
}

export const noSteps: EndpointSteps = Object.freeze({ input: [], output: [], errors: [] });

export interface CallOptions {
  /** How long the caller waits, in milliseconds. Default: what is left of its own deadline. */
  readonly deadlineMs?: number;
  /** Makes a repeat of the same call known to the provider. Default: a new UUID for every post. */
  readonly idempotencyKey?: string;
}

/** Survives two copies of this package in one process, which a `WeakMap` would not. */
export const endpointKey: unique symbol = Symbol.for("marcot.endpoint");
export const eventKey: unique symbol = Symbol.for("marcot.event");

type Arguments<W> = {} extends W
  ? [input?: W, options?: CallOptions]
  : [input: W, options?: CallOptions];

/** An endpoint, and the function that calls it. `K`: what its view must keep for older versions. */
export interface Call<
  I extends Shape = Shape,
  O extends Shape = Shape,
  E extends DeclaredErrors = DeclaredErrors,
  K extends Fields = {},
> {
  (...args: Arguments<Written<I>>): Promise<Read<O>>;
  readonly [endpointKey]: Endpoint;
  readonly types?: {
    readonly input: I;
    readonly output: O;
    readonly errors: E;
    readonly kept: K;
    readonly read: Read<I>;
    readonly answer: (value: Answer<O, K>) => Answer<O, K>;
    readonly names: keyof E & string;
  };
}

/** What a view returns: the output, and what it must keep for older versions. */
type Answer<O, K> = {} extends K ? Written<O> : Flat<Written<O> & Written<K>>;

/**
 * What a view needs of the endpoint that it answers. The finished types stand here and are not made in
 * the signature of `view`, because only then does the compiler keep `"open"` from becoming `string`.
 */
export interface Viewed<I, A, N extends string> extends AnyCall {
  readonly types?: { readonly read: I; readonly answer: (value: A) => A; readonly names: N };
}

/** Anything that carries an endpoint, whatever its types. */
export interface AnyCall {
  readonly [endpointKey]: Endpoint;
}

export interface EventDefinition<F extends Fields = Fields> {
  readonly is: "event";
  readonly fields: F;
  readonly key: string | undefined;
}

export interface EventOptions<F extends Fields> {
  /**
   * A field: events with the same value reach a receiver in the order in which they were told. Default:
   * none, and events may overtake each other.
   */
  readonly key?: keyof F & string;
}

/** An event of one version of an app. */
export interface EventData {
  readonly app: string;
  readonly version: string;
  readonly name: string;
  readonly fields: Fields;
  /** The field by whose value events stay in order. */
  readonly key: string | undefined;
  /** The same event one version earlier, and what leads from it to this one. */
  readonly previous: EventData | undefined;
  readonly steps: readonly Link[];
}

/**
 * A fact that an app tells: `published`. Receivers get it taken down to their version. `K`: what its
 * teller must keep for older versions.
 */
export interface AppEvent<F extends Fields = Fields, K extends Fields = {}> {
  readonly [eventKey]: EventData;
  readonly types?: {
    readonly fields: F;
    readonly kept: K;
    readonly heard: Read<F>;
    readonly told: (value: Answer<F, K>) => Answer<F, K>;
  };
}

/** What `emit` needs of the event that it tells. Finished types, as in `Viewed`. */
export interface Told<T> extends AnyEvent {
  readonly types?: { readonly told: (value: T) => T };
}

/** What a receiver needs of the event that it hears. */
export interface Heard<T> extends AnyEvent {
  readonly types?: { readonly heard: T };
}

/** Anything that carries an event, whatever its types. */
export interface AnyEvent {
  readonly [eventKey]: EventData;
}

export function eventOf(event: AnyEvent): EventData {
  return event[eventKey];
}

export function endpointOf(call: AnyCall): Endpoint {
  return call[endpointKey];
}

/** Whether the input of this method travels in the path and the query alone. */
export function hasNoBody(method: Method): boolean {
  return method === "GET" || method === "DELETE";
}

/** `faq.v1.create`, as in logs and errors. */
export function nameOf({ app, version, name }: { app: string; version: string; name: string }) {
  return `${app}.${version}.${name}`;
}

export const get = define("GET", true);
export const post = define("POST", false);
export const put = define("PUT", true);
export const patch = define("PATCH", false);
export const del = define("DELETE", true);

function define(method: Method, idempotent: boolean) {
  return function endpoint<
    const I extends Shape = {},
    const O extends Shape = {},
    const E extends DeclaredErrors = {},
  >(path: string, options: EndpointOptions<I, O, E> = {}): Definition<I, O, E> {
    const definition: Definition = {
      is: "endpoint",
      method,
      path,
      input: options.input ?? {},
      output: options.output ?? {},
      status: options.status ?? 200,
      errors: options.errors ?? {},
      idempotent: options.idempotent ?? idempotent,
      deadlineMs: options.deadlineMs,
      ...(options.foreign && { foreign: options.foreign }),
    };
    return Object.freeze(definition) as Definition<I, O, E>;
  };
}

/** A fact that the app tells: `event({ id: integer() }, { key: "id" })`. */
export function event<const F extends Fields>(
  fields: F,
  { key }: EventOptions<NoInfer<F>> = {},
): EventDefinition<F> {
  return Object.freeze({ is: "event", fields, key });
}
