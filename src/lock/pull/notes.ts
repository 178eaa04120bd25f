/** What a written contract does not say of its source: endpoints that are left out, and rules that are not checked. */
export interface Notes {
  /** Endpoint -> why it is left out. */
  readonly leftOut: Map<string, string>;
  /** What is not checked -> where. The caller may then send, or get, more than the source says. */
  readonly loosened: Map<string, string[]>;
}

export function newNotes(): Notes {
  return { leftOut: new Map(), loosened: new Map() };
}

export function loosen({ loosened }: Notes, what: string, where: string): void {
  const places = loosened.get(what) ?? [];
  loosened.set(what, places);
  if (!places.includes(where)) places.push(where);
}

/** The first few places show what is meant; a large document has hundreds. */
const PLACES_MAX = 3;

/** A line for each. */
export function linesOf({ leftOut, loosened }: Notes): string[] {
  return [
    ...[...leftOut].map(([endpoint, why]) => `left out: ${endpoint}: ${why}`),
    ...[...loosened].map(([what, places]) => {
      const more = places.length > PLACES_MAX ? ` and ${places.length - PLACES_MAX} more` : "";
      return `not checked: ${what}: ${places.slice(0, PLACES_MAX).join(", ")}${more}`;
    }),
  ];
}
