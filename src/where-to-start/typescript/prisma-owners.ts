/**
 * To which unit a model of Prisma belongs. One schema has the tables of all: unless its file lies in a unit,
 * a model is given to the unit that writes to it most, then to the one that calls it most.
 */
import { bySpelling } from "../order.ts";
import { isTying } from "../score/ties.ts";
import type { UnitPlace } from "../types/project.ts";
import type { Table } from "../types/report.ts";
import type { FileFacts, Place } from "../types/source.ts";

interface Owner {
  readonly unit: UnitPlace;
  readonly model: Place & { readonly name: string };
  /** Of how many calls, which are its own; undefined where the schema's file decides. */
  readonly calls: { readonly own: number; readonly all: number } | undefined;
}

export interface Owners {
  readonly byModel: ReadonlyMap<string, Owner>;
  /** By the name that the client has for it: `orderItem` for `OrderItem`. */
  readonly byCall: ReadonlyMap<string, Owner>;
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  /** Models that no unit calls. */
  readonly orphans: readonly string[];
}

/** `orderItem` of `this.prisma.orderItem.create`. */
export function modelOfCall(what: string): string | undefined {
  return /^\w+\.(\w+)\.(?:find|create|update|upsert|delete|count|aggregate|groupBy)\w*$/.exec(
    what,
  )?.[1];
}

export function ownersOf(
  files: ReadonlyMap<string, FileFacts>,
  unitOf: (file: string) => UnitPlace | undefined,
): Owners {
  const models = [...files.values()].filter(({ language }) => language === "prisma");
  const calls = models.length === 0 ? new Map<string, Tally>() : tallyOf(files, unitOf);
  const byModel = new Map<string, Owner>();
  const byCall = new Map<string, Owner>();
  const tables = new Map<string, Table[]>();
  const orphans: string[] = [];
  for (const model of models.flatMap((file) => file.models)) {
    if (byModel.has(model.name)) continue;
    const called = model.name.charAt(0).toLowerCase() + model.name.slice(1);
    const here = unitOf(model.file);
    const owner: Owner | undefined =
      here === undefined
        ? mostOf(calls.get(called), model)
        : { unit: here, model, calls: undefined };
    if (owner === undefined) {
      orphans.push(model.name);
      continue;
    }
    byModel.set(model.name, owner);
    byCall.set(called, owner);
    const { name } = owner.unit;
    // What lies in a unit is among its files already.
    if (here === undefined) tables.set(name, [...(tables.get(name) ?? []), model]);
  }
  return { byModel, byCall, tables, orphans };
}

type Tally = Map<UnitPlace, { calls: number; writes: number }>;

function tallyOf(
  files: ReadonlyMap<string, FileFacts>,
  unitOf: (file: string) => UnitPlace | undefined,
): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const facts of files.values()) {
    const unit = unitOf(facts.file);
    if (unit === undefined || !isTying(facts)) continue;
    for (const { what } of facts.hidden) {
      const model = modelOfCall(what);
      if (model === undefined) continue;
      const tally: Tally = tallies.get(model) ?? new Map();
      const known = tally.get(unit) ?? { calls: 0, writes: 0 };
      known.calls += 1;
      if (/\.(?:create|update|upsert|delete)\w*$/.test(what)) known.writes += 1;
      tallies.set(model, tally.set(unit, known));
    }
  }
  return tallies;
}

function mostOf(tally: Tally | undefined, model: Owner["model"]): Owner | undefined {
  const [first] = [...(tally ?? [])].toSorted(
    ([a, one], [b, other]) =>
      other.writes - one.writes || other.calls - one.calls || bySpelling(a.name, b.name),
  );
  if (first === undefined) return undefined;
  const all = [...(tally?.values() ?? [])].reduce((sum, { calls }) => sum + calls, 0);
  return { unit: first[0], model, calls: { own: first[1].calls, all } };
}

export function problemsOf({ byModel, orphans }: Owners): string[] {
  const chosen = [...byModel].flatMap(([name, { unit, calls }]) =>
    calls === undefined ? [] : [`${name} to ${unit.name} (${calls.own} of ${calls.all} calls)`],
  );
  return [
    ...(chosen.length === 0
      ? []
      : [
          `Models of Prisma were given to the unit that writes to them most: ${chosen.join(", ")}.`,
        ]),
    ...(orphans.length === 0 ? [] : [`No unit calls these models: ${orphans.join(", ")}.`]),
  ];
}
