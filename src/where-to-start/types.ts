/**
 * What is read of a code base, and what is said of it. Only types, and all of them plain data: every number
 * can be counted again from the places it came from.
 */

/** Where something stands. `file` from the root of what is read, with `/`; `line` from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

// What is read of one source file.

/** An import as it is written. */
export interface Import extends Place {
  /** Dotted in Python (`kitsune.users.models`, `..models` with its dots), a specifier in JavaScript. */
  readonly from: string;
  /** What is taken, by its name there; `*` for all of it. Empty for `import x.y` and side effects. */
  readonly names: readonly string[];
  /** Only types are taken: nothing is left of it at run time. */
  readonly isType: boolean;
  /**
   * What the file itself calls them, in the order of `names`; of `import x.y as z`, `z`. Absent when all keep
   * their names.
   */
  readonly here?: readonly string[];
}

export type LinkKind = "foreign key" | "one to one" | "many to many" | "generic";

/** A column that refers to the rows of a table. */
export interface ForeignKey extends Place {
  readonly kind: LinkKind;
  /** The field's name. */
  readonly field: string;
  /** The class or table that it is in. */
  readonly owner: string;
  /** As it is written: `users.User`, `User`, `self`, `settings.AUTH_USER_MODEL`, `entries`. */
  readonly to: string;
}

export type HiddenKind =
  | "look-up" // `tickets__owner__name=`: a query through relations
  | "transaction"
  | "signal"
  | "task" // by its name, as Celery has them
  | "url" // `reverse("app:name")`, `{% url %}`
  | "permission"
  | "template" // a tag library, `{% load x %}`
  | "model by name" // get_model("app", "Model"), content types
  | "injection" // a token or a guard that Nest finds by name
  | "join"; // SQL that names tables

/** A tie that no import shows. */
export interface Hidden extends Place {
  readonly kind: HiddenKind;
  /** As it is written: `users.tasks.send`, `a__b__c`. */
  readonly what: string;
}

export type OwnWorldKind = "library" | "setting" | "host";

/** Something outside of the code base that a file uses. */
export interface Outside extends Place {
  readonly kind: OwnWorldKind;
  /** `stripe`, `STRIPE_KEY`, `api.stripe.com`. */
  readonly what: string;
}

/** What other files may use of a file. */
export interface Export extends Place {
  readonly name: string;
  readonly is: "function" | "class" | "model" | "value";
  /** `(user, *, limit=10)`: of a function, as it is written. */
  readonly parameters?: string;
}

export type DeclaredKind =
  | "url" // the name of a route
  | "url space" // what stands before the colon in `app:name`
  | "task" // the name of a Celery task
  | "app name" // of an AppConfig: its package
  | "app label"
  | "token" // that Nest finds by name: `Inject(MAILER)`, `AuthGuard(jwt)`
  | "related name" // of a foreign key, `of` its model
  | "settings"; // INSTALLED_APPS is set here

/** A name that others may use without an import. */
export interface Declared extends Place {
  readonly kind: DeclaredKind;
  readonly what: string;
  /** The class that it belongs to. */
  readonly of?: string;
}

export interface FileFacts {
  readonly file: string;
  readonly language: "python" | "typescript" | "prisma" | "template";
  /** Lines that are neither empty nor only a comment. */
  readonly lines: number;
  readonly isTest: boolean;
  readonly isMigration: boolean;
  readonly isGenerated: boolean;
  readonly imports: readonly Import[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly hidden: readonly Hidden[];
  readonly outside: readonly Outside[];
  readonly exports: readonly Export[];
  /** Models, entities or tables that are declared here. */
  readonly models: readonly (Place & { readonly name: string })[];
  /** Names by which others reach it without an import. */
  readonly declared?: readonly Declared[];
  /** What could not be read, and where. */
  readonly problems: readonly (Place & { readonly what: string })[];
}

// Where the files come from.

/** The files of a code base, of a working tree or of a commit. Nothing in it is ever run. */
export interface Tree {
  /** Absolute. */
  readonly root: string;
  /** Sorted; with `/`. Names that are not UTF-8 are left out and counted in `skipped`. */
  readonly files: readonly string[];
  /** What was not read, and why: links, large files, names that are no text. */
  readonly skipped: readonly { readonly file: string; readonly why: string }[];
  /** The text of files, in the order in which they were asked for; undefined for one that cannot be read. */
  read(
    files: readonly string[],
    each: (file: string, text: string | undefined) => void,
  ): Promise<void>;
}

/** What git says of the code base as a whole. */
export interface Repository {
  /** The top of the working tree, or the bare repository. */
  readonly root: string;
  /** What is read of it, from `root`: "" for all, else with a `/` at its end. */
  readonly prefix: string;
  readonly head: string;
  /** Of the newest commit that is looked at, in seconds since 1970. */
  readonly headTime: number;
  readonly isShallow: boolean;
  readonly isDirty: boolean;
  /** `https://github.com/mozilla/kitsune`, for links. */
  readonly origin: string | undefined;
}

// What is read of the history.

export interface History {
  /** Commits in the window that count: no merges, no bots, none that touch very many files. */
  readonly commits: readonly Commit[];
  /** How far back, in months, and from when to when, in seconds since 1970. */
  readonly window: { readonly months: number; readonly from: number; readonly to: number };
  /** Of the whole history, merges and all. */
  readonly total: number;
  /** Commits that were not counted, and why. */
  readonly skipped: {
    readonly merges: number;
    readonly bots: number;
    readonly bulk: number;
    readonly boundary: number;
  };
  /** The share of commits that say that they repair something; undefined when it says nothing (over one half). */
  readonly fixRate: number | undefined;
  /** What is missing, in words: shallow, one author, few commits. */
  readonly dropped: readonly string[];
  /** In the order of the units that were asked for. */
  readonly units: readonly UnitHistory[];
  /** In the same order. */
  readonly whole: readonly WholeHistory[];
  /** Units that change together: indexes, the lower one first. */
  readonly together: readonly {
    readonly units: readonly [number, number];
    readonly commits: number;
  }[];
}

/** Of the folder as it is called now, in the whole history, with all but merges. */
export interface WholeHistory {
  readonly commits: number;
  readonly authors: number;
}

/** What the window's commits say of one unit. */
export interface UnitHistory {
  readonly commits: number;
  readonly fixes: number;
  readonly authors: number;
  /** Months of the calendar (UTC) in which it was changed. */
  readonly monthsActive: number;
  /** Newest first. */
  readonly commitIds: readonly string[];
  /** Whoever made the most commits, with how many. */
  readonly mainAuthor: { readonly author: string; readonly commits: number } | undefined;
  /** Folders that it lay in before, from the root, newest first, and the commit that moved it. */
  readonly movedFrom: readonly { readonly path: string; readonly commit: string }[];
}

/** A commit of the window, and the units that it touches. */
export interface Commit {
  readonly id: string;
  /** In seconds since 1970, of the author. */
  readonly time: number;
  /** By `.mailmap`; hashed in reports unless people are asked for. */
  readonly author: string;
  readonly subject: string;
  readonly isFix: boolean;
  /** Indexes into the units. */
  readonly units: readonly number[];
}

// Units: what might leave.

export type UnitKind = "marcot app" | "django app" | "nest module" | "workspace" | "folder";

/** A part of the code base that has a name and a folder. */
export interface UnitPlace {
  readonly name: string;
  /** From the root; "" for the root itself. */
  readonly path: string;
  readonly kind: UnitKind;
  /** Names by which code refers to it: `kitsune.users`, `users`, `@acme/users`. */
  readonly modules: readonly string[];
  /** Django's label, by which foreign keys name it, when it is not the name. */
  readonly label?: string;
  /** What made it a unit: the line of INSTALLED_APPS, the @Module, package.json. */
  readonly because: Place;
}

/** Facts about the code base that belong to no unit. */
export interface Project {
  readonly kind: "marcot" | "django" | "nest" | "workspaces" | "folders";
  readonly units: readonly UnitPlace[];
  /** Units that take part in every request, with the line that says so: MIDDLEWARE, APP_GUARD. */
  readonly inEveryRequest: readonly {
    readonly unit: string;
    readonly why: string;
    readonly at: Place;
  }[];
  /** `AUTH_USER_MODEL`: the model that foreign keys to the user mean. */
  readonly userModel: string | undefined;
  /** `ATOMIC_REQUESTS = True`. */
  readonly atomicRequests: Place | undefined;
  /** Files that belong to the project itself: settings, urls, wsgi. */
  readonly own: readonly string[];
  /** What could not be understood, in words. */
  readonly problems: readonly string[];
}

// What is said of a unit.

/** A tie between units. */
export interface Tie extends Place {
  readonly to: string;
  readonly what: string;
}

/** Only types are taken: nothing is left of it at run time, and nothing is to be cut. */
export interface MayBeType {
  readonly isType: boolean;
}

export interface Cut extends Place {
  readonly kind:
    | "import"
    | "model import"
    | "contract call"
    | "foreign key"
    | "foreign key to the user"
    | "generic foreign key"
    | HiddenKind
    | "global transaction"
    | "cycle";
  /** `out`: this unit needs the other one. */
  readonly direction: "out" | "in";
  /** The other unit. */
  readonly unit: string;
  readonly what: string;
  readonly points: number;
  /** What it becomes. */
  readonly becomes: string;
}

export type GateName =
  "in every request" | "identity" | "core" | "project" | "tests" | "apart" | "asleep" | "no pain";

export interface Gate {
  readonly name: GateName;
  readonly why: string;
  /** What caused it. */
  readonly at: Place | undefined;
}

export interface Score {
  /** How much breaks with it: 0 nothing, 1 everything. */
  readonly critical: number;
  /** How much it hurts: 0 not at all. Undefined where nothing is known. */
  readonly pain: number | undefined;
  /** How little would have to be cut: 1 nothing. */
  readonly small: number;
  /** 0 to 100. */
  readonly total: number;
}

/** What stores rows. */
export interface Table extends Place {
  readonly name: string;
  /** Of a running project, where they were measured. */
  readonly rows?: number;
  readonly bytes?: number;
}

/** One unit of the report. */
export interface Unit {
  readonly name: string;
  readonly path: string;
  readonly kind: UnitKind;
  readonly lines: number;
  readonly files: number;
  readonly testLines: number;
  readonly models: number;
  /** Of the whole history, as git's log counts them. */
  readonly commits: number;
  readonly authors: number;
  /** Of the window, that count: the score is made of these. */
  readonly recentCommits: number;
  readonly fixes: number;
  readonly recentAuthors: number;
  readonly monthsActive: number;
  /** By CODEOWNERS, else whoever made the most commits. */
  readonly owner: string | undefined;
  /** Of the recent commits, newest first. */
  readonly commitIds: readonly string[];
  /** Those of them that say that they repair something. */
  readonly fixIds: readonly string[];
  /** Who made them, sorted. Hashed unless people are asked for. */
  readonly people: readonly string[];
  /** The files that `lines` counts. */
  readonly sources: readonly { readonly file: string; readonly lines: number }[];
  /** What it stores: models, entities, tables. */
  readonly tables: readonly Table[];
  readonly importsOut: readonly (Tie & MayBeType)[];
  readonly importsIn: readonly (Place &
    MayBeType & { readonly from: string; readonly what: string })[];
  readonly foreignKeysOut: readonly (Tie & { readonly field: string; readonly kind: LinkKind })[];
  readonly foreignKeysIn: readonly (Place & {
    readonly from: string;
    readonly field: string;
    readonly kind: LinkKind;
  })[];
  readonly neededBy: readonly string[];
  readonly needs: readonly string[];
  readonly ownWorld: readonly Outside[];
  readonly cuts: readonly Cut[];
  readonly cutPoints: number;
  readonly size: "S" | "M" | "L" | "XL";
  readonly gate: Gate | undefined;
  readonly score: Score;
  /** From 1; undefined behind a gate. */
  readonly rank: number | undefined;
  readonly answer: "service" | "package" | "stay";
  /** The score in sentences. */
  readonly why: readonly string[];
}

/** The whole report: what `--json` prints, described by docs/reference/where-to-start.schema.json. */
export interface Report {
  readonly schema: "marcot/where-to-start/1";
  readonly project: {
    readonly name: string;
    readonly kind: Project["kind"];
    readonly lines: number;
    readonly files: number;
  };
  readonly repository:
    | {
        readonly head: string;
        /** What was read of it: "" for all, else a folder with `/` at its end. */
        readonly prefix: string;
        readonly isShallow: boolean;
        readonly isDirty: boolean;
        readonly commits: number;
        readonly window: History["window"];
        readonly origin: string | undefined;
      }
    | undefined;
  readonly evidence: {
    readonly history: "full" | "shallow" | "none";
    readonly traffic: "measured" | "none";
    readonly confidence: "high" | "medium" | "low";
    /** What is missing, each in a sentence. */
    readonly missing: readonly string[];
  };
  readonly formula: readonly string[];
  /** Best first; those behind gates last. */
  readonly units: readonly Unit[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly imports: number;
    readonly foreignKeys: number;
    readonly together: number;
  }[];
  readonly start: {
    /** Null: stay. */
    readonly unit: string | null;
    readonly answer: "service" | "package" | "stay";
    readonly why: string;
    readonly runnerUp: { readonly unit: string; readonly why: string } | null;
  };
  /** What was not read. */
  readonly skipped: { readonly files: number; readonly examples: readonly string[] };
  readonly problems: readonly string[];
}
