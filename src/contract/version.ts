/**
 * The next version of a contract. `extend` adds, and nothing else need be written: older callers are
 * served by the same view. `change` does anything else, in steps. The version before never changes.
 */
import {
  type AnyCall,
  type AppEvent,
  type DeclaredErrors,
  type Definition,
  type Endpoint,
  endpointKey,
  type EventData,
  type EventDefinition,
  eventKey,
  noSteps,
} from "./endpoint.ts";
import {
  aboutOf,
  type AnyContract,
  assemble,
  bind,
  bindEvent,
  fromName,
  partsOfEvent,
  versionsOf,
} from "./contract.ts";
import { invalid } from "./refuse.ts";
import type { Fields } from "./field.ts";
import { isGuest, type Shape } from "./guest.ts";
import type { ErrorStep, Gone, Link, Side, Step } from "./steps/step.ts";
import { add } from "./steps/steps.ts";
import { linksOf } from "./steps/step-fields.ts";
import type {
  Changed,
  Changes,
  CheckedChanges,
  CheckedExtensions,
  Extended,
  Extension,
  Extensions,
} from "./version.types.ts";

/** Additions only. A field that is added to an input has a default or is optional. */
export function extend<V extends AnyContract, const D extends Extensions>(
  previous: V,
  name: string,
  additions: D & CheckedExtensions<V, D>,
): Extended<V, D> & AnyContract {
  return next(previous, name, additions, stepsOfExtension);
}

/** Anything else: for each endpoint the steps of its input and of its output, for an event of its fields. */
export function change<V extends AnyContract, const D extends Changes>(
  previous: V,
  name: string,
  changes: D & CheckedChanges<V, D>,
): Changed<V, D> & AnyContract {
  return next(previous, name, changes, (delta: Partial<Delta>) => delta);
}

/** What `extend` and `change` both come down to. */
interface Delta {
  readonly input: readonly Step[];
  readonly output: readonly Step[];
  /** Steps of an event. */
  readonly fields: readonly Step[];
  readonly errors: readonly ErrorStep[];
  readonly newErrors: DeclaredErrors;
  readonly status: number;
}

function stepsOfExtension(
  { input, output, fields, errors = {} }: Extension,
  where: string,
): Partial<Delta> {
  const required = Object.keys(input ?? {}).find((key) => input?.[key]?.presence === "required");
  if (required !== undefined) {
    throw invalid(
      where,
      `${required} needs a default, or optional(): older callers do not send it`,
    );
  }
  const toSteps = (more: Fields) => Object.entries(more).map(([key, field]) => add(key, field));
  return {
    ...(input ? { input: toSteps(input) } : {}),
    ...(output ? { output: toSteps(output) } : {}),
    ...(fields ? { fields: toSteps(fields) } : {}),
    newErrors: errors,
  };
}

type Member = AnyCall | AppEvent;

function next<T, D>(
  previous: AnyContract,
  name: string,
  deltas: Readonly<Record<string, unknown>>,
  toDelta: (delta: D, where: string) => Partial<Delta>,
): T {
  const identity = identityAfter(previous, name);
  const members = new Map(
    membersOf(previous).map(([key, member]) => [key, renewed(member, identity.version)]),
  );
  for (const [key, delta] of Object.entries(deltas)) {
    const where = `${name} ${key}`;
    const old = members.get(key);
    if (isMade(delta) && delta.is !== "gone") {
      if (old) throw invalid(where, "it exists already; say what changes");
      refuseGone(previous, key, where);
      members.set(key, fresh({ ...identity, name: key }, delta));
    } else if (!old) {
      throw invalid(where, "there is no such endpoint or event to change");
    } else if (isMade(delta)) {
      members.delete(key);
    } else {
      members.set(key, changed(old, toDelta(delta as D, where), where));
    }
  }
  return assemble<T>(identity, [...members]);
}

function identityAfter(previous: AnyContract, name: string) {
  const { app, version } = fromName(name);
  const before = aboutOf(previous);
  const expected = `${before.app}/v${Number(before.version.slice(1)) + 1}`;
  if (name !== expected)
    throw invalid(name, `the version after ${before.app}/${before.version} is ${expected}`);
  return { app, version, previous };
}

function membersOf(previous: AnyContract): [string, Member][] {
  return Object.entries(previous as object).filter(
    (entry): entry is [string, Member] =>
      (typeof entry[1] === "function" && endpointKey in entry[1]) ||
      (typeof entry[1] === "object" && entry[1] !== null && eventKey in entry[1]),
  );
}

/** An app has one view for a name, and the one that is gone still answers older callers. */
function refuseGone(previous: AnyContract, key: string, where: string): void {
  const before = versionsOf(previous).find((version) => key in version);
  if (before === undefined) return;
  const { version } = aboutOf(before);
  throw invalid(where, `${version} had another ${key}, which is still served; take another name`);
}

/** The same member under the new version's name. */
function renewed(member: Member, version: string): Member {
  if (eventKey in member) {
    const old = member[eventKey];
    return bindEvent({ ...old, version, previous: old, steps: [] });
  }
  const old = member[endpointKey];
  return bind({ ...old, version, previous: old, steps: noSteps });
}

function fresh(
  member: { app: string; version: string; name: string },
  definition: Definition | EventDefinition,
): Member {
  if (definition.is === "event")
    return bindEvent({ ...member, ...partsOfEvent(definition), previous: undefined, steps: [] });
  return bind({ ...definition, ...member, previous: undefined, steps: noSteps });
}

/** `member` is renewed already: its previous version is the one that changes. */
function changed(member: Member, delta: Partial<Delta>, where: string): Member {
  const { input = [], output = [], fields = [], errors = [], newErrors = {} } = delta;
  if (eventKey in member) {
    if (delta.input ?? delta.output) throw invalid(where, "an event has no input or output");
    const event = member[eventKey];
    const steps = linksFrom(event.fields, fields, { side: "output", where });
    refuseKept([...eventLinks(event), ...steps], where);
    return bindEvent({
      ...event,
      fields: steps.at(-1)?.after ?? event.fields,
      key: keyAfter(event.key, fields),
      steps,
    });
  }
  if (delta.fields) throw invalid(where, "only an event has fields: say input or output");
  const endpoint = member[endpointKey];
  const up = linksFrom(endpoint.input, input, { side: "input", where: `${where} input` });
  const down = linksFrom(endpoint.output, output, { side: "output", where: `${where} output` });
  refuseKept([...outputLinks(endpoint), ...down], `${where} output`);
  return bind({
    ...endpoint,
    path: pathAfter(endpoint.path, input),
    input: up.at(-1)?.after ?? endpoint.input,
    output: down.at(-1)?.after ?? endpoint.output,
    status: delta.status ?? endpoint.status,
    errors: { ...errorsAfter(endpoint.errors, errors, where), ...newErrors },
    steps: Object.freeze({ input: up, output: down, errors }),
  });
}

function linksFrom(
  shape: Shape,
  steps: readonly Step[],
  place: { side: Side; where: string },
): readonly Link[] {
  if (steps.length === 0) return [];
  if (isGuest(shape))
    throw invalid(place.where, "a guest schema has no steps; declare a new endpoint");
  return Object.freeze(linksOf(shape, steps, place));
}

function outputLinks({ previous, steps }: Endpoint): Link[] {
  return [...(previous ? outputLinks(previous) : []), ...steps.output];
}

function eventLinks({ previous, steps }: EventData): Link[] {
  return [...(previous ? eventLinks(previous) : []), ...steps];
}

/** The view returns what is kept under its old name, so that name cannot mean anything else. */
function refuseKept(links: readonly Link[], where: string): void {
  const newest = links.at(-1)?.after ?? {};
  for (const { step } of links) {
    if (step.step === "drop" && step.how === "keep" && Object.hasOwn(newest, step.name))
      throw invalid(where, `${step.name} is kept for older callers; take another name`);
  }
}

/** On the wire a parameter has no name: `/entries/:id/` follows a rename of `id`. */
function pathAfter(path: string, steps: readonly Step[]): string {
  return steps.reduce(
    (at, step) => (step.step === "rename" ? at.replaceAll(`/:${step.from}/`, `/:${step.to}/`) : at),
    path,
  );
}

/** Order is kept by the same values, whatever the field is called. */
function keyAfter(key: string | undefined, steps: readonly Step[]): string | undefined {
  return steps.reduce(
    (at, step) => (step.step === "rename" && step.from === at ? step.to : at),
    key,
  );
}

function errorsAfter(
  errors: DeclaredErrors,
  steps: readonly ErrorStep[],
  where: string,
): DeclaredErrors {
  return steps.reduce((now: DeclaredErrors, { from, to, status, keep }) => {
    const { [from]: old, ...rest } = now;
    if (old === undefined) throw invalid(where, `there is no error ${from}`);
    if (to in now) throw invalid(where, `the error ${to} exists already`);
    return { ...rest, ...(keep ? { [from]: old } : {}), [to]: status ?? old };
  }, errors);
}

function isMade(delta: unknown): delta is Definition | EventDefinition | Gone {
  return typeof delta === "object" && delta !== null && "is" in delta;
}
