/** Where a query through relations leads: along foreign keys and lists, to the first model of another unit. */
import { isTying } from "../../score/ties.ts";
import type { UnitPlace } from "../../types/project.ts";
import type { FileFacts } from "../../types/source.ts";
import type { Owners } from "../prisma/owners.ts";

/** A model, wherever it is declared. */
interface Model {
  readonly unit: UnitPlace | undefined;
  /** To whom it belongs was chosen, and may change. */
  readonly isGuess: boolean;
  readonly key: string;
}

export interface Finding {
  readonly unitOf: (file: string) => UnitPlace | undefined;
  readonly unitOfModel: (name: string, facts: FileFacts) => UnitPlace | undefined;
  /** Whether a unit declares a model of that name. */
  readonly isModel: (name: string, unit: UnitPlace) => boolean;
  readonly owners: Owners;
}

export interface Led {
  readonly unit: UnitPlace;
  readonly isGuess: boolean;
}

/** Of `Order: buyer.profile`, `order.findMany: account`, or a model alone. */
export type LeadsTo = (what: string, facts: FileFacts) => Led | undefined;

export function lookUpsIn(files: ReadonlyMap<string, FileFacts>, finding: Finding): LeadsTo {
  let relations: ReadonlyMap<string, ReadonlyMap<string, Model>> | undefined = undefined;
  return (what, facts) => {
    const here = finding.unitOf(facts.file);
    const [from = "", path] = what.split(": ");
    const start = modelOf(from, facts, finding);
    if (start?.unit === undefined) return undefined;
    if (path === undefined) return start.unit === here ? undefined : led(start);
    relations ??= relationsIn(files, finding);
    const hops = path.split(".");
    let at: Model = start;
    for (const [index, hop] of hops.entries()) {
      const next = relations.get(at.key)?.get(hop);
      if (next?.unit === undefined) return undefined;
      const leaves = next.unit !== at.unit && next.unit !== here;
      // What goes on from there is counted where it left.
      if (leaves) return index === hops.length - 1 ? led(next, at) : undefined;
      at = next;
    }
    return undefined;
  };
}

function led({ unit, isGuess }: Model, from?: Model): Led | undefined {
  return unit && { unit, isGuess: isGuess || from?.isGuess === true };
}

function modelOf(name: string, facts: FileFacts, finding: Finding): Model | undefined {
  const { unitOfModel, isModel, owners } = finding;
  if (/^\w+\.\w+$/.test(name) && /^[a-z]/.test(name)) {
    const model = owners.modelCalled(name.slice(0, name.indexOf(".")), facts.file);
    return model && inSchema(model.name, model.file, finding);
  }
  const unit = unitOfModel(name, facts);
  const last = nameThere(name, facts);
  return unit && isModel(last, unit)
    ? { unit, isGuess: false, key: `${unit.path}\0${last}` }
    : undefined;
}

/** By what name it is exported; `schema.users` is `users`. */
function nameThere(name: string, { imports }: FileFacts): string {
  const imported = imports.find(({ names, here = names }) => here.includes(name));
  const taken = imported?.names[(imported.here ?? imported.names).indexOf(name)];
  return taken === undefined || taken === "default" || taken === "*"
    ? name.slice(name.lastIndexOf(".") + 1)
    : taken;
}

function inSchema(name: string, file: string, { owners, unitOf }: Finding): Model {
  const unit = owners.inSchema(name, file);
  return { unit, isGuess: unitOf(file) === undefined, key: `${file}\0${name}` };
}

function relationsIn(
  files: ReadonlyMap<string, FileFacts>,
  finding: Finding,
): Map<string, Map<string, Model>> {
  const relations = new Map<string, Map<string, Model>>();
  for (const facts of files.values()) {
    const { file, language, foreignKeys, lists = [] } = facts;
    const unit = finding.unitOf(file);
    if (!isTying(facts)) continue;
    for (const { owner, field, to } of [...lists, ...foreignKeys]) {
      const isPrisma = language === "prisma";
      const from = isPrisma ? inSchema(owner, file, finding).key : `${unit?.path}\0${owner}`;
      const target = isPrisma ? inSchema(to, file, finding) : modelOf(to, facts, finding);
      if (target === undefined) continue;
      const fields = relations.get(from) ?? new Map<string, Model>();
      relations.set(from, fields.set(field, target));
    }
  }
  return relations;
}
