/** What lies between two versions of an endpoint or event: the way of values, and the names of errors. */
import type { Endpoint, EventData } from "../endpoint.ts";
import { lower, raise, type Rise } from "./fuse.ts";
import type { Carry } from "./carry-text.ts";
import type { Field, Fields } from "../field.ts";
import { isGuest } from "../guest.ts";
import type { Link, Side } from "./step.ts";

/** Takes the input of a caller of `from` up to the version of `to`. Undefined: there is nothing to do. */
export function upward(from: Endpoint, to: Endpoint): Rise | undefined {
  if (isGuest(from.input) || isGuest(to.input)) return undefined;
  return raise(from.input, linksBetween(from, to, "input"));
}

/** Takes the view's answer down to the version of `to`. Undefined where cutting is all there is. */
export function downward(from: Endpoint, to: Endpoint): Carry | undefined {
  if (isGuest(from.output) || isGuest(to.output)) return undefined;
  return lower(from.output, linksBetween(to, from, "output"));
}

/** Takes an event down to the version of an older receiver. Undefined where cutting is all there is. */
export function downwardEvent(from: EventData, to: EventData): Carry | undefined {
  return lower(from.fields, eventLinks(to, from));
}

const told = new WeakMap<EventData, Fields>();

/** What is stored of an event: its fields, and what its teller keeps for receivers of older versions. */
export function toldFields(event: EventData): Fields {
  const known = told.get(event);
  if (known !== undefined) return known;
  const kept: Record<string, Field> = {};
  for (const { step, before } of eventLinks(oldestOf(event), event)) {
    if (step.step !== "drop" || step.how !== "keep") continue;
    const field = before[step.name];
    if (field === undefined) continue;
    // Where no receiver is that old any more, nobody need tell it.
    const presence = field.presence === "required" ? "optional" : field.presence;
    kept[step.name] = { ...field, presence };
  }
  const fields: Fields = Object.freeze({ ...kept, ...event.fields });
  told.set(event, fields);
  return fields;
}

function oldestOf(event: EventData): EventData {
  return event.previous === undefined ? event : oldestOf(event.previous);
}

export interface DeclaredError {
  readonly name: string;
  readonly status: number;
}

/** Error of the newer version -> the older version's name for it. What the older one cannot say is left out. */
export function errorsBetween(
  newer: Endpoint,
  older: Endpoint,
): ReadonlyMap<string, DeclaredError> {
  const found = new Map<string, DeclaredError>();
  for (const error of Object.keys(newer.errors)) {
    let name = error;
    for (let at = newer; at.previous && at.version !== older.version; at = at.previous) {
      for (const step of at.steps.errors.toReversed()) if (step.to === name) name = step.from;
    }
    const status = older.errors[name];
    if (status !== undefined) found.set(error, { name, status });
  }
  return found;
}

/** The steps from one version of an endpoint to a later one, oldest first. */
export function linksBetween(older: Endpoint, newer: Endpoint, side: Side): readonly Link[] {
  if (newer.version === older.version || newer.previous === undefined) return [];
  return [...linksBetween(older, newer.previous, side), ...newer.steps[side]];
}

/** The same for an event. */
export function eventLinks(older: EventData, newer: EventData): readonly Link[] {
  if (newer.version === older.version || newer.previous === undefined) return [];
  return [...eventLinks(older, newer.previous), ...newer.steps];
}
