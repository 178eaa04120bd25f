/** The parts of a code base that might leave, and what belongs to none of them. Found by one of several ways. */
import type { Kind } from "../../project/todo/todo.ts";
import type { Place } from "./source.ts";

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
  readonly kind: Kind;
  readonly units: readonly UnitPlace[];
  /** Units that take part in every request, with the line that says so: MIDDLEWARE, APP_GUARD. */
  readonly inEveryRequest: readonly {
    readonly unit: string;
    readonly why: string;
    readonly at: Place;
  }[];
  /** `AUTH_USER_MODEL`: the model that foreign keys to the user mean. */
  readonly userModel: string | undefined;
  /** `PRODUCT_MODEL`: other settings that foreign keys name a model by, with what they say. */
  readonly swapped?: ReadonlyMap<string, string>;
  /** `ATOMIC_REQUESTS = True` of a database. */
  readonly atomicRequests: Place | undefined;
  /** Files that belong to the project itself: settings, urls, wsgi. */
  readonly own: readonly string[];
  /** What could not be understood, in words. */
  readonly problems: readonly string[];
}
