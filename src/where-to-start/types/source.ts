/** What is read of one source file, by the readers of each language. Plain data: each fact has its place. */

/** Where something stands. `file` from the root of what is read, with `/`; `line` from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** An import as it is written. */
export interface Import extends Place {
  /** Dotted in Python (`kitsune.users.models`, `..models` with its dots), a specifier in JavaScript. */
  readonly from: string;
  /** What is taken, by its name there; `*` for all of it. Empty for `import x.y` and side effects. */
  readonly names: readonly string[];
  /** Only types are taken: nothing is left of it at run time. */
  readonly isType: boolean;
  /**
   * What the file itself calls them, in the order of `names`; of `import x.y as z`, `z`; empty where it has no name
   * for it, as of `require("./x").y()`. Absent when all keep their names.
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
  /** It is written as a text: without a dot it means a neighbour of the class that has the column. */
  readonly isText?: boolean;
  /** Many to many `through=` a model of its own: the columns are that model's. */
  readonly isThrough?: boolean;
  /** Generic, and the end that has the columns: it leads to any model, `to` says which field tells whose. */
  readonly isAny?: boolean;
}

/** What a library of models makes a column of, that may be of another file: `User.hasMany(Order)` of Sequelize. */
export interface Association extends ForeignKey {
  /** Nobody says what the column is called; `field` is a guess. */
  readonly isAnyColumn?: boolean;
  /** The table of links, or its model. */
  readonly through?: string;
}

/** A class of Python, or of TypeScript where it may have columns: what those that inherit it get of it. */
export interface ClassFacts extends Place {
  readonly name: string;
  /** As they are written: `models.Model`. */
  readonly bases: readonly string[];
  /** It stands in no function and no other class. */
  readonly isTop: boolean;
  /** By what its file says: of TypeScript, by its decorator. */
  readonly isModel: boolean;
  /** It has no rows; whoever inherits it has its fields. */
  readonly isAbstract: boolean;
  /** Its rows are those of what it inherits. */
  readonly isProxy: boolean;
  /** Of `foreignKeys` those in its body. */
  readonly keys: readonly ForeignKey[];
  /** All that its body gives a name to, of TypeScript with a decorator: it is not inherited again. */
  readonly attributes: readonly string[];
}

/** A field that holds many rows: `tags Tag[]` of Prisma. Where the other side does too, there is a table of links. */
export interface ManyField extends Place {
  readonly field: string;
  readonly owner: string;
  readonly to: string;
  /** The relation's name, where it is given: both sides say the same. */
  readonly relation: string | undefined;
}

export type HiddenKind =
  | "look-up" // `tickets__owner__name=`: a query through relations
  | "transaction"
  | "signal"
  | "task" // by its name, as Celery has them
  | "url" // `reverse("app:name")`, `{% url %}`
  | "permission"
  | "template" // a tag library, `{% load x %}`, or a template, `{% extends "x.html" %}`
  | "model by name" // get_model("app", "Model"), content types
  | "injection" // a token or a guard that Nest finds by name
  | "join"; // SQL that names tables

/** A tie that no import shows. */
export interface Hidden extends Place {
  readonly kind: HiddenKind;
  /** As it is written: `users.tasks.send`, `a__b__c`. */
  readonly what: string;
  /**
   * Of a transaction: what stands in it and is imported, as the file calls it; and calls of Prisma, as
   * `tx.order.create`. Of such a call by an unusual name: what the file imports that may be the client.
   */
  readonly names?: readonly string[];
  /** Of a look-up: the model that is asked, as the file calls it, where it says so. */
  readonly of?: string;
  /** Of a look-up: its last field is a relation that is joined too, as `select_related` has them. */
  readonly isRelation?: boolean;
}

export type OwnWorldKind = "library" | "setting" | "host";

/** A variable that is a model: `User = get_user_model()`, `Item = get_model("shop", "Item")`. */
export interface GivenModel {
  readonly name: string;
  /** `shop.Item`, `settings.AUTH_USER_MODEL`. */
  readonly what: string;
}

/** Something outside of the code base that a file uses. */
export interface Outside extends Place {
  readonly kind: OwnWorldKind;
  /** `stripe`, `STRIPE_KEY`, `api.stripe.com`. */
  readonly what: string;
}

/** What other files may use of a file. */
export interface Export extends Place {
  readonly name: string;
  /** Of TypeScript only a draft knows it, for which the file is read again; until then all are values. */
  readonly is: "function" | "class" | "model" | "value";
  /** `(user, *, limit=10)`: of a function, as it is written. */
  readonly parameters?: string;
  /** What its file calls it, where that is another name: `export default describe`; of Mongoose the model's. */
  readonly of?: string;
  /** CommonJS: `module.exports = describe`. It is all that the file gives; to `import` it is the default. */
  readonly isWhole?: boolean;
}

/** `export { of as name } from "./x"`; `*` for all of it. */
export interface Pass {
  readonly name: string;
  readonly of: string;
  readonly from: string;
  /** As of an export. */
  readonly isWhole?: boolean;
}

/** A thing by the name that the file which makes it exports it by; `*` for all that this file has. */
export interface Made {
  readonly file: string;
  readonly name: string;
}

export type DeclaredKind =
  | "url" // the name of a route
  | "url space" // what stands before the colon in `app:name`
  | "task" // the name of a Celery task
  | "app name" // of an AppConfig: its package
  | "app label"
  | "token" // that Nest finds by name: `Inject(MAILER)`, `AuthGuard(jwt)`
  | "application" // the module that Nest makes one of: `NestFactory.create(AppModule)`
  | "every request" // by what that is made which Nest asks for all: `{ provide: APP_GUARD, useClass }`
  | "related name" // of a foreign key, `of` its model
  | "settings" // INSTALLED_APPS is set here
  | "client"; // the folder that Prisma writes a client to; of TypeScript, that the file makes one

/** A name that others may use without an import. */
export interface Declared extends Place {
  readonly kind: DeclaredKind;
  readonly what: string;
  /**
   * The class that it belongs to; of a URL space the module, or its name here, whose routes are in it; of what takes part
   * in every request, as what it does: `APP_GUARD`.
   */
  readonly of?: string;
}

/** Something that stores rows. */
export interface ModelFacts extends Place {
  readonly name: string;
  /** What its table is called in the database, where that is known. */
  readonly table?: string;
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
  /** Interfaces and types that it exports: of what imports them nothing is left at run time. */
  readonly types?: readonly string[];
  /** Models, entities or tables that are declared here. */
  readonly models: readonly ModelFacts[];
  readonly lists?: readonly ManyField[];
  readonly associations?: readonly Association[];
  readonly classes?: readonly ClassFacts[];
  readonly givenModels?: readonly GivenModel[];
  /** What it hands on of other files. */
  readonly passes?: readonly Pass[];
  /** Names by which others reach it without an import. */
  readonly declared?: readonly Declared[];
  /** What could not be read, and where. */
  readonly problems: readonly (Place & { readonly what: string })[];
}
