/**
 * To which unit a model of Prisma belongs. One schema has the tables of all: unless its file lies in a unit,
 * a model is given to the unit that writes to it most, then to the one that calls it most.
 */
import { bySpelling } from "../../order.ts";
import { isTying } from "../../score/ties.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { Table } from "../../types/report.ts";
import type { FileFacts, Hidden } from "../../types/source.ts";
import { type Model, type Schemas, schemasIn } from "./schemas.ts";

interface Owner {
  readonly unit: UnitPlace;
  readonly model: Model;
  /** Of how many calls, which are its own; undefined where the schema's file decides. */
  readonly calls: { readonly own: number; readonly all: number } | undefined;
}

export interface Owners {
  /** Of a model, as a schema names it. */
  readonly inSchema: (name: string, file: string) => UnitPlace | undefined;
  /** Of what a file calls by the client: `orderItem` for `OrderItem`. */
  readonly called: (call: string, file: string) => UnitPlace | undefined;
  readonly modelCalled: Schemas["called"];
  readonly links: Schemas["links"];
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  readonly chosen: readonly Owner[];
  /** Models that no unit calls. */
  readonly orphans: readonly string[];
}

/** `orderItem` of `this.prisma.orderItem.create`. */
export function modelOfCall(what: string): string | undefined {
  return /^\w+\.(\w+)\.(?:find|create|update|upsert|delete|count|aggregate|groupBy)\w*$/.exec(
    what,
  )?.[1];
}

/** `Order` of `InjectRepository(Order)`, and of Mongoose's `model(Order)`: what is asked for by its name. */
export function namedModel(what: string): string | undefined {
  return /^(?:InjectRepository|model)\(([^()]+)\)$/.exec(what)?.[1];
}

interface Around {
  readonly unitOf: (file: string) => UnitPlace | undefined;
  /** Whether a call that may be one of Prisma is one. */
  readonly isOfClient: (call: Hidden) => boolean;
}

export function ownersOf(files: ReadonlyMap<string, FileFacts>, around: Around): Owners {
  const { unitOf } = around;
  const schemas = schemasIn(files);
  const calls =
    schemas.models.length === 0 ? new Map<Model, Tally>() : tallyOf(files, schemas, around);
  const owners = new Map<Model, Owner>();
  const tables = new Map<string, Table[]>();
  const orphans: string[] = [];
  for (const model of schemas.models) {
    const here = unitOf(model.file);
    const owner: Owner | undefined =
      here === undefined
        ? mostOf(calls.get(model), model)
        : { unit: here, model, calls: undefined };
    if (owner === undefined) {
      orphans.push(model.name);
      continue;
    }
    owners.set(model, owner);
    const { name } = owner.unit;
    // What lies in a unit is among its files already.
    if (here === undefined) tables.set(name, [...(tables.get(name) ?? []), model]);
  }
  const unitOfModel = (model: Model | undefined) => model && owners.get(model)?.unit;
  return {
    inSchema: (name, file) => unitOfModel(schemas.inSchema(name, file)),
    called: (call, file) => unitOfModel(schemas.called(call, file)),
    modelCalled: schemas.called,
    links: schemas.links,
    tables,
    chosen: [...owners.values()],
    orphans,
  };
}

type Tally = Map<UnitPlace, { calls: number; writes: number }>;

function tallyOf(
  files: ReadonlyMap<string, FileFacts>,
  schemas: Schemas,
  { unitOf, isOfClient }: Around,
): Map<Model, Tally> {
  const tallies = new Map<Model, Tally>();
  for (const facts of files.values()) {
    const unit = unitOf(facts.file);
    if (unit === undefined || !isTying(facts)) continue;
    for (const call of facts.hidden) {
      const { what } = call;
      const model = schemas.called(modelOfCall(what) ?? "", facts.file);
      if (model === undefined || !isOfClient(call)) continue;
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

export function problemsOf({ chosen: owners, orphans }: Owners): string[] {
  const chosen = owners.flatMap(({ model: { name }, unit, calls }) =>
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
