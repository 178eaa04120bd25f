/**
 * A contract is frozen data, and the client: `v1.create` describes an endpoint and is the function
 * that calls it. What a call does is in `client/dispatch`, which puts itself into the slot below;
 * this folder imports nothing of the framework but its errors, so that a contract can be published,
 * read or tested alone.
 */
import { MarcotError } from "../errors.ts";
import {
  type AppEvent,
  type Call,
  type CallOptions,
  type Definition,
  type Endpoint,
  endpointKey,
  type EventData,
  type EventDefinition,
  eventKey,
  noSteps,
  type AnyCall,
} from "./endpoint.ts";
import { invalid, refuseKey, refuseMistakes, refuseNames, refuseSamePath } from "./refuse.ts";

/**
 * Deliberately loose: were it `Definition`, the compiler would take the types of what an endpoint leaves
 * out from here, and an endpoint without input would accept anything.
 */
export type Definitions = { readonly [name: string]: { readonly is: "endpoint" | "event" } };

/** Data about a contract as a whole, under a symbol so that no endpoint's name can hide it. */
export interface About {
  readonly app: string;
  readonly version: string;
  readonly previous: AnyContract | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly events: readonly EventData[];
  /** What `retire` says later. All else about a contract is there when it is declared. */
  readonly life: Life;
}

export interface Life {
  retired: Retirement | undefined;
}

/** The end of a version: days as `"2026-11-01"`. */
export interface Retirement {
  readonly deprecated: string;
  readonly sunset: string | undefined;
  readonly gone: boolean;
}

export const aboutKey: unique symbol = Symbol.for("marcot.contract");

export interface AnyContract {
  readonly [aboutKey]: About;
}

type Bound<T> = T extends Call | AppEvent
  ? T
  : T extends Definition<infer I, infer O, infer E>
    ? Call<I, O, E>
    : T extends EventDefinition<infer F>
      ? AppEvent<F>
      : never;

export type Contract<D> = { readonly [K in keyof D]: Bound<D[K]> } & AnyContract;

/** The one slot: who carries out a call. Global by symbol, so that two copies of this file agree. */
export type Caller = (
  endpoint: Endpoint,
  input: unknown,
  options?: CallOptions,
) => Promise<unknown>;
const slot = Symbol.for("marcot.caller");
const slots = globalThis as unknown as { [slot]?: Caller }; // the global object has no type for a symbol

export function setCaller(caller: Caller): void {
  slots[slot] = caller;
}

/**
 * Declares the first version of an app's contract: `contract("faq/v1", { … })`. A contract that begins
 * later says that the versions before are gone.
 */
export function contract<const D extends Definitions>(name: string, definitions: D): Contract<D> {
  return declare(name, definitions, false);
}

/**
 * Declares what a service of others answers, which knows nothing of Marcot: its paths stand as they are,
 * and `foreign` of an endpoint says where the fields travel. `marcot contract pull` writes such contracts.
 */
export function foreign<const D extends Definitions>(name: string, definitions: D): Contract<D> {
  return declare(name, definitions, true);
}

function declare<D extends Definitions>(
  name: string,
  definitions: D,
  isForeign: boolean,
): Contract<D> {
  const { app, version } = fromName(name);
  const members = Object.entries(
    definitions as unknown as Readonly<Record<string, Definition | EventDefinition>>,
  ).map(([key, definition]) => {
    const member = { app, version, name: key };
    return [
      key,
      definition.is === "event"
        ? bindEvent({ ...member, ...partsOfEvent(definition), previous: undefined, steps: [] })
        : bind(
            {
              ...definition,
              ...member,
              ...(isForeign ? { foreign: definition.foreign ?? {} } : {}),
              previous: undefined,
              steps: noSteps,
            },
            isForeign,
          ),
    ] as const;
  });
  return assemble<Contract<D>>({ app, version, previous: undefined }, members);
}

/** `faq/v1` -> app and version. */
export function fromName(name: string): { app: string; version: string } {
  const parts = /^([a-z][a-z0-9-]{0,39})\/(v[1-9]\d{0,3})$/.exec(name);
  if (parts === null) throw invalid(name, 'a contract is named like "faq/v1"');
  return { app: parts[1] ?? "", version: parts[2] ?? "" };
}

/** Puts the members of a version together. The types are what `contract`, `extend` and `change` promise. */
export function assemble<T>(
  identity: Pick<About, "app" | "version" | "previous">,
  members: readonly (readonly [string, AnyCall | AppEvent])[],
): T {
  const endpoints = members.flatMap(([, member]) =>
    endpointKey in member ? [member[endpointKey]] : [],
  );
  const events = members.flatMap(([, member]) => (eventKey in member ? [member[eventKey]] : []));
  refuseSamePath(endpoints);
  const about: About = Object.freeze({
    ...identity,
    endpoints: Object.freeze(endpoints),
    events: Object.freeze(events),
    life: Object.seal({ retired: undefined }),
  });
  const data = { ...Object.fromEntries(members), [aboutKey]: about };
  return Object.freeze(data) as T;
}

/** Makes the function that an endpoint is. */
export function bind(endpoint: Endpoint, isForeign = false): AnyCall {
  refuseMistakes(endpoint, isForeign);
  const frozen = Object.freeze(endpoint);
  function call(input: unknown = {}, options?: CallOptions): Promise<unknown> {
    const caller = slots[slot];
    if (caller === undefined) return Promise.reject(outside(endpoint));
    return caller(frozen, input, options);
  }
  Object.defineProperty(call, "name", { value: endpoint.name });
  return Object.freeze(Object.assign(call, { [endpointKey]: frozen }));
}

/** What of an event's definition is its own. */
export function partsOfEvent({ fields, key }: EventDefinition): Pick<EventData, "fields" | "key"> {
  return { fields, key };
}

export function bindEvent(event: EventData): AppEvent {
  const where = `${event.app}/${event.version} ${event.name}`;
  refuseNames(event.fields, where);
  refuseKey(event, where);
  return Object.freeze({ [eventKey]: Object.freeze(event) });
}

function outside({ app, version, name }: Endpoint): MarcotError {
  return new MarcotError(
    "NoProject",
    `${app}.${version}.${name} was called, but no project is running`,
  );
}

/** All versions of a contract, oldest first. */
export function versionsOf(newest: AnyContract): AnyContract[] {
  const versions: AnyContract[] = [];
  for (let at: AnyContract | undefined = newest; at; at = at[aboutKey].previous)
    versions.unshift(at);
  return versions;
}

/** The versions that have callers to serve, oldest first. */
export function servedVersions(newest: AnyContract): AnyContract[] {
  return versionsOf(newest).filter(isServed);
}

export function isServed(version: AnyContract): boolean {
  return aboutOf(version).life.retired?.gone !== true;
}

/** Every endpoint in the last version that has it: the one that a view answers. */
export function lastEndpoints(newest: AnyContract): ReadonlyMap<string, Endpoint> {
  const endpoints = servedVersions(newest).flatMap((version) => aboutOf(version).endpoints);
  return new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
}

/** Whether it is of a service of others. */
export function isForeign(anyContract: AnyContract): boolean {
  return aboutOf(anyContract).endpoints.some((endpoint) => endpoint.foreign !== undefined);
}

export function aboutOf(anyContract: AnyContract): About {
  return anyContract[aboutKey];
}

export function isContract(value: unknown): value is AnyContract {
  return typeof value === "object" && value !== null && aboutKey in value;
}
