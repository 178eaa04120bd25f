/**
 * The way of a value between two versions of an endpoint, fused into one function. The chain of steps
 * is followed once, by name: for each field of the goal it ends in an expression over the value at the
 * start. Run one after the other, ten steps would copy the value ten times.
 */
import type { Endpoint, EventData } from "./endpoint.ts";
import { copyText } from "./compile.ts";
import type { Field, Fields } from "./field.ts";
import { isGuest } from "./guest.ts";
import type { Add, Inside, Link, MapValues, Side } from "./step.ts";
import { backOf, fieldsIn } from "./step-fields.ts";

export type Carry = (value: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Field -> source text of an expression over `v`, the constants `k` and the functions `h`. */
type Plan = Map<string, string>;

interface Writer {
  readonly plan: Plan;
  readonly lines: string[];
  readonly k: unknown[];
  names: number;
  usesCode: boolean;
}

/** What takes a value up. `usesCode`: a function of the contract's author takes part, so check again. */
export interface Rise {
  readonly carry: Carry;
  readonly usesCode: boolean;
}

/** Takes the input of a caller of `from` up to the version of `to`. Undefined: there is nothing to do. */
export function upward(from: Endpoint, to: Endpoint): Rise | undefined {
  if (isGuest(from.input) || isGuest(to.input)) return undefined;
  return raise(from.input, linksBetween(from, to, "input"));
}

/** Takes the view's answer down to the version of `to`. Undefined where cutting is all there is. */
export function downward(from: Endpoint, to: Endpoint): Carry | undefined {
  if (isGuest(from.output) || isGuest(to.output)) return undefined;
  return lower(from.output, linksBetween(to, from, "output"));
}

/** Takes an event down to the version of an older receiver. Undefined where cutting is all there is. */
export function downwardEvent(from: EventData, to: EventData): Carry | undefined {
  return lower(from.fields, eventLinks(to, from));
}

export interface DeclaredError {
  readonly name: string;
  readonly status: number;
}

/** Error of the newer version -> the older version's name for it. What the older one cannot say is left out. */
export function errorsBetween(
  newer: Endpoint,
  older: Endpoint,
): ReadonlyMap<string, DeclaredError> {
  const found = new Map<string, DeclaredError>();
  for (const error of Object.keys(newer.errors)) {
    let name = error;
    for (let at = newer; at.previous && at.version !== older.version; at = at.previous) {
      for (const step of at.steps.errors.toReversed()) if (step.to === name) name = step.from;
    }
    const status = older.errors[name];
    if (status !== undefined) found.set(error, { name, status });
  }
  return found;
}

/** The steps from one version of an endpoint to a later one, oldest first. */
export function linksBetween(older: Endpoint, newer: Endpoint, side: Side): readonly Link[] {
  if (newer.version === older.version || newer.previous === undefined) return [];
  return [...linksBetween(older, newer.previous, side), ...newer.steps[side]];
}

/** The same for an event. */
export function eventLinks(older: EventData, newer: EventData): readonly Link[] {
  if (newer.version === older.version || newer.previous === undefined) return [];
  return [...eventLinks(older, newer.previous), ...newer.steps];
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

function at(value: string, name: string): string {
  return `${value}[${JSON.stringify(name)}]`;
}

function constant({ k }: Writer, value: unknown): string {
  return `k[${k.push(value) - 1}]`;
}

/** Each call gets its own copy of a constant, because a view may change it. */
function copied(writer: Writer, value: unknown): string {
  return copyText(value, () => constant(writer, value));
}

/** What a writer left out, on its way down: the check that follows makes the copy. */
function filled(writer: Writer, x: string, { presence, default: fallback }: Field): string {
  return presence === "default" ? `h.or(${x}, ${constant(writer, fallback)})` : x;
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

/** Its result has a name, so that it runs once, however many fields come from it. */
function run(writer: Writer, code: unknown, x: string): string {
  return bound(writer, `${constant(writer, code)}(${x})`);
}

function runIfThere(writer: Writer, code: unknown, x: string): string {
  return bound(writer, `h.maybe(${constant(writer, code)}, ${x})`);
}

/** The way of an object, or of each object in a list, between its own versions. */
function each(writer: Writer, carry: Carry, x: string, field: Field | undefined): string {
  if (field?.kind !== "list") return runIfThere(writer, carry, x);
  return bound(writer, `h.each(${constant(writer, carry)}, ${x})`);
}

function fieldsAt(fields: Fields, { name }: Inside): Fields {
  const field = fields[name];
  return (field && fieldsIn(field)) ?? {};
}

function looked(writer: Writer, table: ReadonlyMap<string, string>, x: string): string {
  return `${constant(writer, table)}.get(${x})`;
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

/** Gives an expression a name. */
function bound(writer: Writer, source: string): string {
  if (/^[a-z]\d*$/.test(source)) return source;
  const name = `t${(writer.names += 1)}`;
  writer.lines.push(`const ${name} = ${source};`);
  return name;
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

/** An object of the planned fields. What may be absent is set only where it is: JSON has no `undefined`. */
function literal(writer: Writer, fields: Fields): string {
  const always: string[] = [];
  const sometimes: [string, string][] = [];
  for (const [name, field] of Object.entries(fields)) {
    const source = writer.plan.get(name);
    if (source === undefined) continue;
    if (field.presence === "required") always.push(`${JSON.stringify(name)}: ${source}`);
    else sometimes.push([name, source]);
  }
  const out = `o${(writer.names += 1)}`;
  writer.lines.push(`const ${out} = { ${always.join(", ")} };`);
  for (const [name, source] of sometimes)
    writer.lines.push(`{ const x = ${source}; if (x !== undefined) ${at(out, name)} = x; }`);
  return out;
}

/** What is no object goes on as it is: the check that follows says so, in the words of the contract. */
function build(writer: Writer, goal: Fields): Carry {
  const out = literal(writer, goal);
  const guard = 'if (typeof v !== "object" || v === null) return v;';
  const body = [guard, ...writer.lines, `return ${out};`].join("\n");
  const make = new Function("k", "h", `return function carry(v) {\n${body}\n};`);
  const made: unknown = make(writer.k, helpers);
  return made as Carry; // the only maker of this text is this file
}

const helpers = {
  each: (run: (x: unknown) => unknown, x: unknown): unknown =>
    Array.isArray(x) ? x.map((one) => run(one)) : x,
  wrap: (x: unknown) => (x === undefined ? undefined : [x]),
  first: (x: unknown, empty: unknown): unknown => {
    if (!Array.isArray(x)) return x;
    return x.length > 0 ? (x as unknown[])[0] : empty;
  },
  or: (x: unknown, fallback: unknown) => (x === undefined ? fallback : x),
  maybe: (run: (x: unknown) => unknown, x: unknown) => (x === undefined ? undefined : run(x)),
};
