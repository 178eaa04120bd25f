/** Which unit has the route that a name means: `home`, `shop:cart`, `admin:shop_order_change`. */
import type { UnitPlace } from "../../types/project.ts";
import type { Declared, FileFacts, Hidden } from "../../types/source.ts";
import { type Scope, unitOfName } from "./scope.ts";

export interface Routes {
  /** By the name of a route: the units that have one called so. */
  readonly names: ReadonlyMap<string, ReadonlySet<UnitPlace>>;
  /** By what stands before the colon; of none where only the project's own files say it. */
  readonly spaces: ReadonlyMap<string, ReadonlySet<UnitPlace>>;
}

export function routesOf(scope: Scope, files: ReadonlyMap<string, FileFacts>): Routes {
  const names = new Map<string, Set<UnitPlace>>();
  const spaces = new Map<string, Set<UnitPlace>>();
  const add = (to: Map<string, Set<UnitPlace>>, what: string, unit: UnitPlace | undefined) => {
    const units = to.get(what) ?? new Set();
    to.set(what, unit === undefined ? units : units.add(unit));
  };
  for (const facts of files.values()) {
    if (facts.isTest) continue;
    const unit = scope.index.of(facts.file);
    for (const one of facts.declared ?? []) {
      if (one.kind === "url" && unit !== undefined) add(names, one.what, unit);
      if (one.kind === "url space") add(spaces, one.what, unitOfSpace(scope, facts, one));
    }
  }
  return { names, spaces };
}

/** Of what is included, else of the file: `app_name` is said by the routes themselves. */
function unitOfSpace(scope: Scope, facts: FileFacts, { of, file }: Declared) {
  if (of === undefined) return scope.index.of(file);
  return unitOfName(scope, scope.namesOf(facts), of) ?? scope.index.ofModule(of, file);
}

/** `own` is the unit that asks. */
export function unitOfRoute(
  scope: Scope,
  { what, file }: Hidden,
  { routes, own }: { readonly routes: Routes; readonly own: UnitPlace },
): UnitPlace | undefined {
  const { index } = scope;
  const module = /^include\((.*)\)$/.exec(what)?.[1];
  if (module !== undefined) return index.ofModule(module, file);
  const spaces = what.split(":");
  const name = spaces.pop() ?? "";
  const having = routes.names.get(name) ?? none;
  if (spaces.length === 0) return firstOf(having, own);
  if (spaces[0] === "admin" && !routes.spaces.has("admin")) {
    const found = ofAdmin.has(name) ? undefined : unitOfTable(scope, name);
    if (found !== undefined) return found;
  }
  // `api:orders:list`: whoever is named last has the route, unless nobody is called so.
  for (const space of spaces.toReversed()) {
    const units = unitsOfSpace(scope, routes, { space, file });
    if (units === undefined) continue;
    const found = firstOf(new Set([...units].filter((unit) => having.has(unit))), own);
    if (found !== undefined) return found;
    // Routes that a space includes of another unit are in it too.
    if (having.has(own) || having.size === 1) return firstOf(having, own);
    return firstOf(units, own);
  }
  return undefined;
}

const none: ReadonlySet<UnitPlace> = new Set();

/** Routes of Django's admin that are about no model. */
const ofAdmin = new Set(
  "index login logout password_change password_change_done autocomplete jsi18n view_on_site app_list".split(
    " ",
  ),
);

function firstOf(units: ReadonlySet<UnitPlace>, own: UnitPlace): UnitPlace | undefined {
  if (units.has(own)) return own;
  const [first] = units;
  return first;
}

/** As it was given out; else of the app whose label it is. Undefined when nobody knows it. */
function unitsOfSpace(
  { index }: Scope,
  { spaces }: Routes,
  { space, file }: { readonly space: string; readonly file: string },
): ReadonlySet<UnitPlace> | undefined {
  const known = spaces.get(space);
  if (known !== undefined && known.size > 0) return known;
  const unit = index.ofLabel(space, file) ?? index.ofLabel(space.replace(/s$/, ""), file);
  return unit === undefined ? known : new Set([unit]);
}

/** `users_profile` is of users: the longest label that the table's name begins with. */
export function unitOfTable({ project }: Scope, what: string): UnitPlace | undefined {
  return project.units
    .filter((unit) => what.startsWith(`${(unit.label ?? unit.name).toLowerCase()}_`))
    .toSorted((a, b) => (b.label ?? b.name).length - (a.label ?? a.name).length)[0];
}
