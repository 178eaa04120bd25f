/** What the score is made of: facts of each unit, still with their places. Only types. */
import type { WholeHistory } from "../types/history.ts";
import type { Project, UnitPlace } from "../types/project.ts";
import type { Table, Traffic } from "../types/report.ts";
import type {
  FileFacts,
  ForeignKey,
  Hidden,
  HiddenKind,
  Import,
  LinkKind,
  Made,
  Place,
} from "../types/source.ts";

/** An import of another unit. */
export interface ResolvedImport extends Place {
  readonly from: string;
  readonly to: string;
  readonly names: readonly string[];
  readonly isType: boolean;
  /** Something that stores rows is imported. */
  readonly isModel: boolean;
  /** It goes through the other app's contract: nothing of it changes when that app leaves. */
  readonly isContract?: boolean;
  readonly source: Import;
  /** Where each of `names` is made; undefined where that is not seen. */
  readonly made?: readonly (Made | undefined)[];
}

/** A foreign key to another unit's rows. */
export interface ResolvedKey extends Place {
  readonly from: string;
  readonly to: string;
  readonly field: string;
  readonly kind: LinkKind;
  readonly isUser: boolean;
  readonly source: ForeignKey;
}

/** Another tie, with the unit that it leads to, where that is known. */
export interface ResolvedHidden extends Place {
  readonly from: string;
  readonly to: string | undefined;
  /** What it leads to when that is in no unit: `auth`, of Django's own user. Nobody needs it for that. */
  readonly outside?: string;
  readonly kind: HiddenKind;
  readonly what: string;
  readonly source: Hidden;
  /** To whom the model of Prisma belongs that leads there was chosen, and may change. */
  readonly isGuess?: boolean;
}

/** What ties units, in the order of the files. What stays in a unit is left out. */
export interface Resolved {
  readonly imports: readonly ResolvedImport[];
  readonly keys: readonly ResolvedKey[];
  readonly hidden: readonly ResolvedHidden[];
  /**
   * Foreign keys to a user model that is in no unit, as Django's own: `to` is its label, `auth`. And generic ones, which
   * lead to any model, by Django's `contenttypes`.
   */
  readonly userKeys: readonly ResolvedKey[];
  /** Ties from files that are in no unit and no tests, as urls.py: `from` is "the project". */
  readonly ofProject: {
    readonly imports: readonly ResolvedImport[];
    readonly hidden: readonly ResolvedHidden[];
  };
  /** The same facts without the libraries that are the code base itself, by file. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Tables that a unit has although they are declared elsewhere, by the unit's name. */
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  /** Units that take part in every request by what others say, or by what lies in many files. */
  readonly inEveryRequest: Project["inEveryRequest"];
  /** What was decided, in words. */
  readonly problems: readonly string[];
}

/** What is known of a unit's past, within the window. */
export interface Past {
  readonly commits: number;
  readonly fixes: number;
  readonly authors: number;
  readonly monthsActive: number;
  /** Whoever made most of them. */
  readonly mainAuthor: string | undefined;
  /** Newest first. */
  readonly ids: readonly string[];
  readonly fixIds: readonly string[];
  readonly people: readonly string[];
}

export interface UnitFacts {
  readonly place: UnitPlace;
  readonly files: readonly FileFacts[];
  readonly importsOut: readonly ResolvedImport[];
  readonly importsIn: readonly ResolvedImport[];
  readonly keysOut: readonly ResolvedKey[];
  readonly keysIn: readonly ResolvedKey[];
  readonly hiddenOut: readonly ResolvedHidden[];
  readonly hiddenIn: readonly ResolvedHidden[];
  /** From what is in no unit, as urls.py: to be changed too, and nobody that breaks. */
  readonly ofProject: readonly ResolvedImport[];
  readonly hiddenOfProject: readonly ResolvedHidden[];
  /** To the user model of Django itself, and to any model. */
  readonly userKeys: readonly ResolvedKey[];
  readonly tables: readonly Table[];
  readonly past: Past | undefined;
  /** Undefined without git. */
  readonly whole: WholeHistory | undefined;
  readonly traffic: Traffic | undefined;
  readonly owner: string | undefined;
}

export interface Evidence {
  readonly project: Project;
  readonly units: readonly UnitFacts[];
  /** Pairs of units that changed in the same commits. */
  readonly together: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Of the window, that count; 0 without history. */
  readonly commits: number;
  /** Whether fixes may be counted. */
  readonly countsFixes: boolean;
}
