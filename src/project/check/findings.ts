/**
 * What `check` can find. An id is never renamed and never reused, because settings silence findings by
 * it; its letter is the level: E for errors, W for warnings.
 */

/** Every id, and what it means. */
export const findingTable = {
  "settings.E001": "The settings are wrong.",
  "settings.E002": "A variable of the environment is wrong.",
  "settings.W001": "A variable is set that belongs to no app.",
  "settings.W002": "A finding is silenced that there is not.",
  "apps.E001": "An app of the settings cannot be found.",
  "apps.E002": "The contract of an app cannot be loaded.",
  "apps.E003": "An app cannot be loaded.",
  "apps.E004": "The package of an app cannot be resolved.",
  "apps.W001": "An app in apps/ is not in the settings.",
  "boundaries.E001": "An app imports what is inside another one, by its name.",
  "boundaries.E002": "An app imports what is inside another one, by its path.",
  "boundaries.E003": "An app imports the tables of another one.",
  "boundaries.E004": "A contract imports more than the contract's part of the framework.",
  "boundaries.E005": "A file has a syntax error, or is nested too deeply to be read.",
  "boundaries.E006": "A unit needs something of another one that boundaries.todo does not list.",
  "boundaries.E007": "boundaries.todo cannot be read.",
  "boundaries.W001": "A contract imports another library.",
  "boundaries.W002": "An app calls one that is not in the settings.",
  "boundaries.W003": "An app imports something whose name is computed.",
  "boundaries.W004": "boundaries.todo lists what is not there any more.",
  "boundaries.W005": "boundaries.todo allows something to a unit that there is not.",
  "boundaries.W006": "A file could not be read whole: what it needs of others is not known.",
  "contracts.E001": "A step does not carry a value as the contract promises.",
  "contracts.E002": "An app calls a version that is gone.",
  "contracts.E003": "The lock of a contract is missing, out of date or unreadable.",
  "contracts.E004": "A contract breaks what its earlier lock promised.",
  "contracts.E005": "Contracts could not be compared with their earlier locks.",
  "contracts.E006": "The uses.lock of an app cannot be read.",
  "contracts.E007": "An example does not fit its own field.",
  "contracts.E008": "What was pulled of an app and its lock do not belong together.",
  "contracts.W001": "A step loses something on the way to or from older callers.",
  "contracts.W002": "A step could not be tried.",
  "contracts.W003": "An error has no name in the version before.",
  "contracts.W004": "A version is deprecated without a sunset.",
  "contracts.W005": "An app calls a version that is deprecated.",
  "contracts.W006": "A contract changed in a way that may surprise callers.",
  "contracts.W007": "The uses.lock of an app names what the app does not use.",
  "data.E001": "A table is in the schema of another app.",
  "data.E002": "A foreign key leads to another app.",
  "data.E003": "An app has tables and no migrations.",
  "data.E004": "The tables have changed since the last migration.",
  "data.E005": "The tables and the migrations cannot be compared.",
} as const;

export type FindingId = keyof typeof findingTable;

/** Something about a project that is wrong (error) or looks wrong (warning). */
export interface Finding {
  readonly id: FindingId;
  readonly level: "error" | "warning";
  /** The file, relative to the project, and its line. */
  readonly where: Place;
  readonly what: string;
  /** How to put it right, in one line. */
  readonly hint: string;
}

export interface Place {
  readonly file: string;
  readonly line?: number;
}

export function toFinding(id: FindingId, where: Place, what: string, hint: string): Finding {
  const level = id.includes(".E") ? "error" : "warning";
  const { file, line } = where;
  const place = line === undefined ? { file } : { file, line };
  return Object.freeze({ id, level, where: Object.freeze(place), what, hint });
}

export function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.where.file, b.where.file) ||
    (a.where.line ?? 0) - (b.where.line ?? 0) ||
    compare(a.id, b.id) ||
    compare(a.what, b.what)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isFindingId(text: string): text is FindingId {
  return Object.hasOwn(findingTable, text);
}

/** What stops the start: without the finding, the project would still not run. */
export function isSilenceable(id: FindingId): boolean {
  return !/^(?:settings|apps)\.E/.test(id);
}
