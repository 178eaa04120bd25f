/** Whose a table is that code names as a text: by what models say of their tables, else by the name of the unit. */
import { isTying } from "../../score/ties.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts, Hidden } from "../../types/source.ts";
import type { Owners } from "../prisma/owners.ts";
import { tableOfTie } from "../reader/joins.ts";

export interface TableOwner {
  readonly unit: UnitPlace;
  /** It was chosen for the unit by who calls it, and may change. */
  readonly isGuess: boolean;
}

export interface Tables {
  /** Of what a tie names, for a unit that asks; undefined for a table of its own, and where nobody knows. */
  readonly ownerOf: (
    tie: Pick<Hidden, "kind" | "what">,
    asker: UnitPlace | undefined,
  ) => TableOwner | undefined;
  /** Of a table, or of a model whatever its letters: `models.user` is the `User` of Sequelize. */
  readonly unitOf: (name: string) => UnitPlace | undefined;
}

type Found = Map<string, Map<UnitPlace, boolean>>;

export function tablesOf(
  files: ReadonlyMap<string, FileFacts>,
  { unitOf, owners }: { readonly unitOf: (file: string) => UnitPlace | undefined; owners: Owners },
): Tables {
  const declared: Found = new Map();
  const named: Found = new Map();
  const models: Found = new Map();
  const add = (found: Found, key: string, [unit, isGuess]: readonly [UnitPlace, boolean]) =>
    found.set(key, (found.get(key) ?? new Map<UnitPlace, boolean>()).set(unit, isGuess));
  for (const facts of files.values()) {
    if (!isTying(facts)) continue;
    const here = unitOf(facts.file);
    for (const { name, table, file } of facts.models) {
      const unit = facts.language === "prisma" ? owners.inSchema(name, file) : here;
      if (table === undefined || unit === undefined) continue;
      add(declared, keyOf(table), [unit, here === undefined]);
      if (facts.language === "prisma") continue;
      for (const key of new Set([keyOf(table), keyOf(name)])) add(models, key, [unit, false]);
    }
    for (const { kind, what } of facts.hidden) {
      const table = tableOfTie(kind, what);
      if (table !== undefined && here !== undefined && isCalledSo(here, table))
        add(named, keyOf(table), [here, false]);
    }
  }
  return {
    ownerOf: ({ kind, what }, asker) => {
      const table = tableOfTie(kind, what);
      if (table === undefined) return undefined;
      const known = declared.get(keyOf(table)) ?? named.get(keyOf(table));
      if (known?.size !== 1 || (asker !== undefined && known.has(asker))) return undefined;
      const [[unit, isGuess] = []] = known;
      return unit === undefined || isGuess === undefined ? undefined : { unit, isGuess };
    },
    unitOf: (name) => {
      const known = models.get(keyOf(name));
      return known?.size === 1 ? [...known.keys()][0] : undefined;
    },
  };
}

/** Without its schema. Libraries write `OrderItem` as `order_item` or as it is. */
export function keyOf(table: string): string {
  return table
    .slice(table.lastIndexOf(".") + 1)
    .replaceAll("_", "")
    .toLowerCase();
}

/** The unit `users`, or `@shop/user`, and the table `users`. */
function isCalledSo({ name }: UnitPlace, table: string): boolean {
  const own = keyOf(name.slice(name.lastIndexOf("/") + 1).replaceAll("-", "_"));
  return own.replace(/s$/, "") === keyOf(table).replace(/s$/, "");
}
