/**
 * The way of a value between two versions, fused into one function. The chain of steps is followed once,
 * by name: for each field of the goal it ends in an expression over the value at the start. Run one after
 * the other, ten steps would copy the value ten times.
 */
import {
  at,
  bound,
  build,
  type Carry,
  constant,
  copied,
  filled,
  literal,
  type Plan,
  run,
  runIfThere,
  type Writer,
} from "./carry-text.ts";
import type { Field, Fields } from "../field.ts";
import type { Add, Inside, Link, MapValues } from "./step.ts";
import { backOf, fieldsIn } from "./step-fields.ts";

/** What takes a value up. `usesCode`: a function of the contract's author takes part, so check again. */
export interface Rise {
  readonly carry: Carry;
  readonly usesCode: boolean;
}

/** One function for all the links, oldest first, from the fields before the first to those after the last. */
export function raise(from: Fields, links: readonly Link[]): Rise | undefined {
  if (links.every(isStillUp)) return undefined;
  const plan: Plan = new Map(Object.keys(from).map((name) => [name, at("v", name)]));
  const writer: Writer = { plan, lines: [], k: [], names: 0, usesCode: false };
  for (const link of links) stepUp(writer, link);
  return { carry: build(writer, links.at(-1)?.after ?? from), usesCode: writer.usesCode };
}

/** The way back, for what a view has written: a field with a default may be missing there. */
export function lower(from: Fields, links: readonly Link[]): Carry | undefined {
  if (links.every(isStillDown)) return undefined;
  const writer: Writer = { plan: new Map(), lines: [], k: [], names: 0, usesCode: false };
  for (const [name, field] of Object.entries(from))
    writer.plan.set(name, filled(writer, at("v", name), field));
  for (const link of links.toReversed()) stepDown(writer, link);
  return build(writer, links[0]?.before ?? from);
}

function isStillUp({ step, before, inner }: Link): boolean {
  if (step.step === "inside") return inner.every(isStillUp);
  if (step.step !== "tighten" && step.step !== "loosen") return false;
  return before[step.name]?.presence !== "optional" || step.field.presence === "optional";
}

/** Whether the check of the older version, which cuts what it does not know, does all of the step. */
function isStillDown({ step, before, inner }: Link): boolean {
  if (step.step === "inside") return inner.every(isStillDown);
  if (step.step === "add") return true;
  if (step.step === "drop") return step.how === "keep";
  if (step.step !== "tighten" && step.step !== "loosen") return false;
  return step.down === undefined && before[step.name]?.default === step.field.default;
}

function stepUp(writer: Writer, link: Link): void {
  const { step, before, after } = link;
  const { plan } = writer;
  switch (step.step) {
    case "inside": {
      const rise = raise(fieldsAt(before, step), link.inner);
      if (rise === undefined) return;
      writer.usesCode ||= rise.usesCode;
      return change(plan, step.name, step.name, (x) =>
        each(writer, rise.carry, x, before[step.name]),
      );
    }
    case "rename":
      return move(plan, step.from, step.to);
    case "drop":
      plan.delete(step.name);
      return;
    case "convert":
      return change(plan, step.name, step.name, (x) =>
        called(writer, step.up, x, before[step.name]),
      );
    case "add":
      return fill(writer, step, before);
    case "wrap":
      return change(plan, step.from, step.to, (x) =>
        isOptional(before[step.from]) ? `h.wrap(${x})` : `[${x}]`,
      );
    case "unwrap":
      return change(
        plan,
        step.from,
        step.to,
        (x) => `h.first(${x}, ${copied(writer, step.empty)})`,
      );
    case "nest":
      return gather(writer, step.names, step.to, before);
    case "flat":
      return spread(writer, step.name, before[step.name]?.rule.fields ?? {});
    case "map":
      return change(plan, step.name, step.name, (x) => looked(writer, upOf(step), x));
    case "tighten":
    case "loosen": {
      const now = after[step.name];
      if (!isOptional(before[step.name]) || now === undefined || isOptional(now)) return;
      const value = step.hasOld ? step.old : now.default;
      plan.set(step.name, `h.or(${plan.get(step.name)}, ${copied(writer, value)})`);
    }
  }
}

function stepDown(writer: Writer, link: Link): void {
  const { step, before, after } = link;
  const { plan } = writer;
  switch (step.step) {
    case "inside": {
      const fall = lower(fieldsAt(after, step), link.inner);
      if (fall === undefined) return;
      return change(plan, step.name, step.name, (x) => each(writer, fall, x, after[step.name]));
    }
    case "rename":
      return move(plan, step.to, step.from);
    case "add":
      plan.delete(step.name);
      return;
    case "convert":
      return change(plan, step.name, step.name, (x) =>
        called(writer, step.down, x, after[step.name]),
      );
    case "drop":
      if (step.how === "keep") plan.set(step.name, kept(writer, step.name, before));
      if (step.how === "was") plan.set(step.name, run(writer, step.was, literal(writer, after)));
      return;
    case "wrap":
      return change(
        plan,
        step.to,
        step.from,
        (x) => `h.first(${x}, ${copied(writer, step.empty)})`,
      );
    case "unwrap":
      return change(plan, step.to, step.from, (x) => `h.wrap(${x})`);
    case "nest":
      return spread(writer, step.to, after[step.to]?.rule.fields ?? {});
    case "flat": {
      const inner = before[step.name]?.rule.fields ?? {};
      return gather(writer, Object.keys(inner), step.name, after);
    }
    case "map":
      return change(plan, step.name, step.name, (x) => looked(writer, backOf(step), x));
    case "tighten":
    case "loosen":
      if (step.down === undefined) return;
      plan.set(step.name, run(writer, step.down, plan.get(step.name) ?? "undefined"));
  }
}

const upOf = ({ up }: MapValues) => new Map(Object.entries(up));

function isOptional(field: Field | undefined): boolean {
  return field?.presence === "optional";
}

/** What the view still returns for older versions, under its old name. */
function kept(writer: Writer, name: string, before: Fields): string {
  const field = before[name];
  return field === undefined ? at("v", name) : filled(writer, at("v", name), field);
}

/** A function of the contract's author; what may be absent stays absent. */
function called(writer: Writer, code: unknown, x: string, field: Field | undefined): string {
  writer.usesCode = true;
  return isOptional(field) ? runIfThere(writer, code, x) : run(writer, code, x);
}

/** The way of an object, or of each object in a list, between its own versions. */
function each(writer: Writer, carry: Carry, x: string, field: Field | undefined): string {
  if (field?.kind !== "list") return runIfThere(writer, carry, x);
  return bound(writer, `h.each(${constant(writer, carry)}, ${x})`);
}

function looked(writer: Writer, table: ReadonlyMap<string, string>, x: string): string {
  return `${constant(writer, table)}.get(${x})`;
}

function fieldsAt(fields: Fields, { name }: Inside): Fields {
  const field = fields[name];
  return (field && fieldsIn(field)) ?? {};
}

function move(plan: Plan, from: string, to: string): void {
  change(plan, from, to, (x) => x);
}

/** Where an older caller does not have the field at all, there is nothing to change. */
function change(plan: Plan, from: string, to: string, write: (x: string) => string): void {
  const source = plan.get(from);
  if (source === undefined) return;
  plan.delete(from);
  plan.set(to, write(source));
}

function fill(writer: Writer, step: Add, before: Fields): void {
  const value = step.hasOld ? step.old : step.field.default;
  if (value === undefined) return; // optional: an older caller leaves it out
  if (typeof value !== "function") {
    writer.plan.set(step.name, copied(writer, value));
    return;
  }
  writer.usesCode = true;
  writer.plan.set(step.name, run(writer, value, literal(writer, before)));
}

function gather(writer: Writer, names: readonly string[], to: string, fields: Fields): void {
  const parts = names.flatMap((name): [string, Field][] => {
    const field = fields[name];
    return field ? [[name, field]] : [];
  });
  const made = literal(writer, Object.fromEntries(parts));
  for (const name of names) writer.plan.delete(name);
  writer.plan.set(to, made);
}

function spread(writer: Writer, name: string, inner: Fields): void {
  const source = writer.plan.get(name);
  if (source === undefined) return;
  const object = bound(writer, source);
  writer.plan.delete(name);
  for (const [key, field] of Object.entries(inner))
    writer.plan.set(key, filled(writer, at(`${object}?.`, key), field));
}
