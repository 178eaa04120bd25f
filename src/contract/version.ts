/**
 * The next version of a contract. `extend` adds, and nothing else need be written: older callers are
 * served by the same view. `change` does anything else, in steps. The version before never changes.
 */
import {
  type AnyCall,
  type AppEvent,
  type Definition,
  type Endpoint,
  endpointKey,
  type EventDefinition,
  eventKey,
} from "./endpoint.ts";
import {
  aboutOf,
  type AnyContract,
  assemble,
  bind,
  bindEvent,
  fromName,
  invalid,
} from "./contract.ts";
import type { Fields } from "./field.ts";
import { isGuest, type Shape } from "./guest.ts";
import { add, applyStep, type Step } from "./step.ts";
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

/** Anything else: for each endpoint the steps of its input and of its output. */
export function change<V extends AnyContract, const D extends Changes>(
  previous: V,
  name: string,
  changes: D & CheckedChanges<V, D>,
): Changed<V, D> & AnyContract {
  return next(previous, name, changes, (delta: StepLists) => ({
    input: delta.input ?? [],
    output: delta.output ?? [],
    errors: {},
  }));
}

interface StepLists {
  readonly input?: readonly Step[];
  readonly output?: readonly Step[];
}

type Delta = { input: readonly Step[]; output: readonly Step[]; errors: Record<string, number> };

function stepsOfExtension(
  { input = {}, output = {}, errors = {} }: Extension,
  where: string,
): Delta {
  const required = Object.keys(input).find((key) => input[key]?.presence === "required");
  if (required !== undefined) {
    throw invalid(
      where,
      `${required} needs a default, or optional(): older callers do not send it`,
    );
  }
  const toSteps = (fields: Fields) => Object.entries(fields).map(([key, field]) => add(key, field));
  return { input: toSteps(input), output: toSteps(output), errors };
}

function next<T, D>(
  previous: AnyContract,
  name: string,
  deltas: Readonly<Record<string, unknown>>,
  toDelta: (delta: D, where: string) => Delta,
): T {
  const identity = identityAfter(previous, name);
  const members = new Map(
    membersOf(previous).map(([key, member]) => [key, renewed(member, identity.version)]),
  );
  for (const [key, delta] of Object.entries(deltas)) {
    const where = `${name} ${key}`;
    const old = members.get(key);
    if (isDefinition(delta)) {
      if (old) throw invalid(where, "it exists already; say what changes");
      members.set(key, fresh({ ...identity, name: key }, delta));
    } else {
      if (!old || !(endpointKey in old))
        throw invalid(where, "there is no such endpoint to change");
      members.set(key, bind(changed(old[endpointKey], toDelta(delta as D, where), where)));
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

function membersOf(previous: AnyContract): [string, AnyCall | AppEvent][] {
  return Object.entries(previous as object).filter(
    (entry): entry is [string, AnyCall | AppEvent] =>
      (typeof entry[1] === "function" && endpointKey in entry[1]) ||
      (typeof entry[1] === "object" && entry[1] !== null && eventKey in entry[1]),
  );
}

/** The same member under the new version's name. */
function renewed(member: AnyCall | AppEvent, version: string): AnyCall | AppEvent {
  if (eventKey in member) {
    const { app, name, fields } = member[eventKey];
    return bindEvent({ app, version, name }, fields);
  }
  const old = member[endpointKey];
  return bind({ ...old, version, previous: old, steps: { input: [], output: [] } });
}

function fresh(
  member: { app: string; version: string; name: string },
  definition: Definition | EventDefinition,
): AnyCall | AppEvent {
  const { app, version, name } = member;
  if (definition.is === "event") return bindEvent({ app, version, name }, definition.fields);
  return bind({
    ...definition,
    app,
    version,
    name,
    previous: undefined,
    steps: { input: [], output: [] },
  });
}

function changed(renewedEndpoint: Endpoint, delta: Delta, where: string): Endpoint {
  return {
    ...renewedEndpoint,
    input: applyAll(renewedEndpoint.input, delta.input, `${where} input`),
    output: applyAll(renewedEndpoint.output, delta.output, `${where} output`),
    errors: { ...renewedEndpoint.errors, ...delta.errors },
    steps: { input: delta.input, output: delta.output },
  };
}

function applyAll(shape: Shape, steps: readonly Step[], where: string): Shape {
  if (steps.length === 0) return shape;
  if (isGuest(shape)) throw invalid(where, "a guest schema has no steps; declare a new endpoint");
  return steps.reduce((fields: Fields, step) => applyStep(fields, step, where), shape);
}

function isDefinition(delta: unknown): delta is Definition | EventDefinition {
  return typeof delta === "object" && delta !== null && "is" in delta;
}
