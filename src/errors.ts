/**
 * Every error of the framework: its code, its HTTP status, whether the failed call took effect,
 * and what to do next. A code is never renamed and never reused; callers compare `error.code`,
 * because `instanceof` fails when two copies of a package meet.
 *
 * On the wire an error is a problem document (RFC 9457): `provider/reply` writes it, and
 * `client/remote` makes the same error from it again, so that a caller meets the same failure
 * whether the app is local or remote.
 */

/** Whether a failed call took effect: `no` is safe to repeat, `maybe` is not known. */
export type Ran = "no" | "maybe" | "yes";

interface Entry {
  readonly status: number;
  readonly ran: Ran;
  readonly title: string;
  /** The next action, in the imperative. */
  readonly fix: string;
}

export const errorTable = {
  // A call that does not fit the contract.
  InvalidInput: {
    status: 422,
    ran: "no",
    title: "The input does not fit the contract",
    fix: "Correct the fields listed in `errors` and send the call again.",
  },
  MalformedBody: {
    status: 400,
    ran: "no",
    title: "The body cannot be read",
    fix: "Send valid UTF-8 JSON, or a form-encoded body.",
  },
  BodyTooLarge: {
    status: 413,
    ran: "no",
    title: "The body is too large",
    fix: "Send less in one call.",
  },
  UnsupportedMediaType: {
    status: 415,
    ran: "no",
    title: "The content type is not understood",
    fix: "Send application/json or application/x-www-form-urlencoded.",
  },
  UnknownVersion: {
    status: 404,
    ran: "no",
    title: "The app has no such version",
    fix: "Use one of the versions that the app serves.",
  },
  VersionGone: {
    status: 410,
    ran: "no",
    title: "The version is gone",
    fix: "Use one of the versions that the app serves.",
  },
  UnknownEndpoint: {
    status: 404,
    ran: "no",
    title: "The app has no such endpoint",
    fix: "Compare the path with the app's contract.",
  },
  MethodNotAllowed: {
    status: 405,
    ran: "no",
    title: "The endpoint has another method",
    fix: "Use a method listed in the Allow header.",
  },
  NotFound: {
    status: 404,
    ran: "no",
    title: "There is no page at this address",
    fix: "Check the address.",
  },
  NotAllowed: {
    status: 403,
    ran: "no",
    title: "The caller may not do this",
    fix: "Use an identity that has the permission.",
  },

  // A call that came before, under the same key.
  CallRunning: {
    status: 409,
    ran: "maybe",
    title: "The first call with this key still runs",
    fix: "Wait, and send the same call with the same key again.",
  },
  KeyReused: {
    status: 422,
    ran: "no",
    title: "The key belongs to another call",
    fix: "Use a new key for a new call.",
  },

  // A call that failed on its way.
  Unavailable: {
    status: 503,
    ran: "no",
    title: "The provider cannot be reached",
    fix: "Try again; if it persists, start the provider or correct its address.",
  },
  AppMoved: {
    status: 503,
    ran: "no",
    title: "The app has just moved",
    fix: "Send the call again: where the app is now, `marcot extract status` says.",
  },
  ConnectionLost: {
    status: 502,
    ran: "maybe",
    title: "The connection to the provider broke before it answered",
    fix: "Find out whether the call took effect before you repeat it.",
  },
  TimedOut: {
    status: 504,
    ran: "maybe",
    title: "The deadline passed before the answer came",
    fix: "Find out whether the call took effect before you repeat it, or give it more time.",
  },
  ContractBroken: {
    status: 502,
    ran: "maybe",
    title: "The provider answered outside its contract",
    fix: "Correct the provider: its answer does not fit the version that it claims to serve.",
  },
  InternalError: {
    status: 500,
    ran: "maybe",
    title: "The view failed",
    fix: "Look for the trace id in the provider's log.",
  },

  // A project, an app or a contract that is written wrongly. These stop the start.
  SettingInvalid: {
    status: 500,
    ran: "no",
    title: "A setting is wrong",
    fix: "Correct the setting or variable that is named.",
  },
  ContractInvalid: {
    status: 500,
    ran: "no",
    title: "A contract is declared wrongly",
    fix: "Correct the declaration that is named.",
  },
  AppInvalid: {
    status: 500,
    ran: "no",
    title: "An app is put together wrongly",
    fix: "Correct the part that is named.",
  },
  AppNotFound: {
    status: 500,
    ran: "no",
    title: "An app cannot be found",
    fix: "Install its package, create its folder, or set its address.",
  },
  ProjectNotFound: {
    status: 500,
    ran: "no",
    title: "There is no project here",
    fix: "Go to a folder that has a settings.ts, or create a project with `marcot startproject`.",
  },
  NoProject: {
    status: 500,
    ran: "no",
    title: "A call was made outside a project",
    fix: "Make the call from a view, or inside `project.run()`.",
  },
  CommandInvalid: {
    status: 500,
    ran: "no",
    title: "The command cannot be carried out",
    fix: "Read the command's --help.",
  },

  // Events, as people look at them.
  EventNotFound: {
    status: 500,
    ran: "no",
    title: "The app has told no such event, or it was deleted",
    fix: "`marcot events list` shows which there are; what is done is kept for seven days.",
  },

  // An app that is to move, or moves.
  MoveBlocked: {
    status: 500,
    ran: "no",
    title: "The app cannot move as it is",
    fix: "Remove what blocks it: `marcot extract plan` shows each place.",
  },
  MoveRefused: {
    status: 500,
    ran: "no",
    title: "The move does not allow this now",
    fix: "`marcot extract status` says how far the move is, and what comes next.",
  },
  SwitchFailed: {
    status: 503,
    ran: "no",
    title: "The app did not change places; everything is as it was",
    fix: "Remove the reason that is named, and run the same command again.",
  },

  // Code that was not written for the framework.
  CodeUnreadable: {
    status: 500,
    ran: "no",
    title: "The code cannot be read",
    fix: "Name a folder that has source code in it, and a commit that git has.",
  },
  UnitsNotFound: {
    status: 500,
    ran: "no",
    title: "The code has no units",
    fix: "Say which folders are units: --units 'src/*'.",
  },
  TodoMissing: {
    status: 500,
    ran: "no",
    title: "There is no boundaries.todo",
    fix: "Write down the ties of today first: `marcot boundaries todo`.",
  },
  TodoInvalid: {
    status: 500,
    ran: "no",
    title: "boundaries.todo cannot be understood",
    fix: "Correct the line that is named.",
  },

  // Databases.
  TransactionEnded: {
    status: 500,
    ran: "no",
    title: "A statement came after the end of its transaction",
    fix: "Await every query of the view before it returns.",
  },
  DatabaseUnavailable: {
    status: 503,
    ran: "no",
    title: "The database cannot be used",
    fix: "Start it, or correct its address.",
  },
  MigrationsPending: {
    status: 503,
    ran: "no",
    title: "The database is behind the code",
    fix: "Run `marcot migrate`.",
  },
  MigrationFailed: {
    status: 500,
    ran: "no",
    title: "A migration failed and was undone",
    fix: "Correct the migration and run `marcot migrate` again.",
  },
  FixtureInvalid: {
    status: 500,
    ran: "no",
    title: "A fixture cannot be loaded",
    fix: "Correct the file; nothing of it was written.",
  },
  MigrationEdited: {
    status: 500,
    ran: "no",
    title: "A migration was edited after it had been applied",
    fix: "Restore the file, and make the change in a new migration.",
  },
} as const satisfies Record<string, Entry>;

/** The codes of the framework. An error that a contract declares has its own name as its code. */
export type ErrorCode = keyof typeof errorTable;

/** One field that does not fit: where (JSON Pointer, RFC 6901), what was expected, what came. */
export interface Issue {
  readonly pointer: string;
  readonly expected: string;
  readonly got: string;
}

export interface ErrorDetails {
  readonly cause?: unknown;
  /** Overrides the table's answer where more is known, for example a call that failed inside a view. */
  readonly ran?: Ran;
  readonly fix?: string;
  readonly errors?: readonly Issue[];
  readonly traceId?: string;
}

/** An error with a code. `message` says what happened, with the values and the place. */
export class MarcotError extends Error {
  override readonly name: string = "MarcotError";
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly ran: Ran;
  readonly fix: string;
  readonly errors: readonly Issue[];
  readonly traceId: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const entry: Entry = errorTable[code];
    this.code = code;
    this.status = entry.status;
    this.title = entry.title;
    this.ran = details.ran ?? entry.ran;
    this.fix = details.fix ?? entry.fix;
    this.errors = details.errors ?? [];
    this.traceId = details.traceId;
  }

  /** An error that a contract declares: its name is its code. The view ran, and refused. */
  static declared(name: string, status: number, message: string): MarcotError {
    const fix = "Handle this error: the contract declares it.";
    const error = new MarcotError("InternalError", message, { ran: "yes", fix });
    return Object.assign(error, { code: name, status, title: name });
  }
}

/** The code of anything that was thrown, or undefined when it has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
