/**
 * What a step does to the fields of a version, and which steps do not fit: the same rules as in
 * `step-checked.types`, for what the compiler cannot see, and for contracts that no compiler has read.
 */
import { type Issue, MarcotError } from "../../errors.ts";
import { bare, isWithin, sameKind } from "./bare.ts";
import { sentenceOf } from "../check.ts";
import { checkOf } from "../compile.ts";
import { choice, type Field, type Fields, list, object, optional } from "../field.ts";
import type {
  Convert,
  Drop,
  Inside,
  Limit,
  Link,
  MapValues,
  Nest,
  Side,
  Step,
  Unwrap,
  Wrap,
} from "./step.ts";

interface Place {
  readonly side: Side;
  readonly where: string;
}

/** Follows the steps through the fields. `where` is named when a step does not fit. */
export function linksOf(fields: Fields, steps: readonly Step[], place: Place): Link[] {
  let before = fields;
  return steps.map((step) => {
    const inner = step.step === "inside" ? innerLinks(before, step, place) : [];
    const after = applyStep(before, step, place, inner);
    const link = Object.freeze({ step, before, after, inner });
    before = after;
    return link;
  });
}

function applyStep(fields: Fields, step: Step, place: Place, inner: readonly Link[]): Fields {
  switch (step.step) {
    case "inside": {
      const old = found(fields, step.name, "change", place);
      const now = inner.at(-1)?.after;
      return now === undefined ? fields : { ...fields, [step.name]: rebuilt(old, now) };
    }
    case "add":
      if (step.hasOld && typeof step.old !== "function")
        refuseValue(step.field, step.old, named(place, step.name));
      if (place.side === "input" && !step.hasOld && step.field.presence === "required")
        throw misfit(place, `${step.name} needs { old: … }: older callers do not send it`);
      return joined(fields, { [step.name]: step.field }, place);
    case "rename": {
      const { [step.from]: _, ...rest } = fields;
      return joined(rest, { [step.to]: found(fields, step.from, "rename", place) }, place);
    }
    case "drop":
      return dropped(fields, step, place);
    case "convert":
      return converted(fields, step, place);
    case "wrap":
    case "unwrap": {
      const { [step.from]: _, ...rest } = fields;
      const old = found(fields, step.from, step.step, place);
      const now = step.step === "wrap" ? wrapped(old, step, place) : unwrapped(old, step, place);
      return joined(rest, { [step.to]: now }, place);
    }
    case "nest":
      return nested(fields, step, place);
    case "flat": {
      const { [step.name]: _, ...rest } = fields;
      const { kind, presence, rule } = found(fields, step.name, "flatten", place);
      if (kind !== "object" || presence !== "required" || rule.fields === undefined)
        throw misfit(place, `${step.name} is not an object that is always there`);
      return joined(rest, rule.fields, place);
    }
    case "map":
      return {
        ...fields,
        [step.name]: mapped(found(fields, step.name, "map", place), step, place),
      };
    case "tighten":
    case "loosen":
      return { ...fields, [step.name]: limited(fields, step, place) };
  }
}

function found(fields: Fields, name: string, verb: string, place: Place): Field {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw misfit(place, `there is no ${name} to ${verb}`);
  return field;
}

function joined(fields: Fields, more: Fields, place: Place): Fields {
  const taken = Object.keys(more).find((name) => Object.hasOwn(fields, name));
  if (taken !== undefined) throw misfit(place, `${taken} exists already`);
  return { ...fields, ...more };
}

function dropped(fields: Fields, { name, how }: Drop, place: Place): Fields {
  const { [name]: _, ...rest } = fields;
  const { presence } = found(fields, name, "drop", place);
  if (place.side === "input" && how !== "gone")
    throw misfit(place, `an input's ${name} is dropped without options`);
  if (place.side === "output" && how === "gone" && presence !== "optional")
    throw misfit(place, `${name} needs { keep: true } or { was: … }: older callers expect it`);
  return rest;
}

function converted(fields: Fields, { name, field }: Convert, place: Place): Fields {
  const old = found(fields, name, "convert", place);
  const [sender, receiver] = place.side === "input" ? [old, field] : [field, old];
  if (sender.presence === "optional" && receiver.presence === "required")
    throw misfit(place, `${name} may be absent on one side and not on the other`);
  return { ...fields, [name]: field };
}

/** The field as an element of a list, which is always there. */
function elementOf(whole: Field): Field<unknown, unknown, "required"> {
  const { default: _, ...field } = whole;
  const { default: __, ...schema } = whole.schema;
  return Object.freeze({ ...field, schema: Object.freeze(schema), presence: "required" });
}

function wrapped(old: Field, { from, empty, hasEmpty }: Wrap, place: Place): Field {
  if (old.kind === "list") throw misfit(place, `${from} is a list already`);
  if (hasEmpty) refuseValue(old, empty, named(place, from));
  const limits = hasEmpty ? {} : { min: 1 };
  const now = list(
    elementOf(old),
    old.presence === "default" ? { ...limits, default: [old.default] } : limits,
  );
  return old.presence === "optional" ? optional(elementOf(now)) : now;
}

function unwrapped(old: Field, { from, empty, hasEmpty }: Unwrap, place: Place): Field {
  const { item, min = 0, max = Infinity } = old.rule;
  if (old.kind !== "list" || item === undefined) throw misfit(place, `${from} is not a list`);
  if (hasEmpty) refuseValue(item, empty, named(place, from));
  if (place.side === "input" && !hasEmpty && min === 0)
    throw misfit(place, `${from} may be empty: say what that means with { empty: … }`);
  if (place.side === "output" && (min > 1 || max < 1))
    throw misfit(place, `older callers expect ${from} to have ${min} elements`);
  if (old.presence === "optional") return optional(elementOf(item));
  if (old.presence === "required") return item;
  const [fallback = empty] = Array.isArray(old.default) ? (old.default as unknown[]) : [];
  if (fallback === undefined) return item;
  const schema = Object.freeze({ ...item.schema, default: fallback });
  return Object.freeze({ ...item, schema, presence: "default", default: fallback });
}

/** The fields of an object, or of the objects in a list. */
export function fieldsIn({ kind, rule }: Field): Fields | undefined {
  return kind === "list" ? rule.item?.rule.fields : rule.fields;
}

function innerLinks(fields: Fields, { name, steps }: Inside, { side, where }: Place): Link[] {
  const place = { side, where: `${where}.${name}` };
  const old = found(fields, name, "change", place);
  const own = old.kind === "nullable" ? undefined : fieldsIn(old);
  if (own === undefined) throw misfit(place, "it is neither an object nor a list of objects");
  const inner = steps as readonly Step[]; // only its type says what they are
  if (inner.some((step) => step.step === "drop" && step.how === "keep"))
    throw misfit(place, "nothing is kept inside: use { was: … }");
  return linksOf(own, inner, place);
}

function rebuilt({ kind, rule, presence, default: fallback }: Field, fields: Fields): Field {
  const whole = object(fields);
  if (kind !== "list") return presence === "optional" ? optional(whole) : whole;
  const { min, max } = rule;
  const limits = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  // The elements of a default are of the old shape; only an empty one stays what it was.
  const isEmpty = Array.isArray(fallback) && fallback.length === 0;
  const now = list(whole, presence === "default" && isEmpty ? { ...limits, default: [] } : limits);
  return presence === "optional" ? optional(elementOf(now)) : now;
}

function nested(fields: Fields, { names, to }: Nest, place: Place): Fields {
  if (names.length === 0) throw misfit(place, `no field is nested in ${to}`);
  const inner = names.map((name) => [name, found(fields, name, "nest", place)] as const);
  const rest = Object.entries(fields).filter(([name]) => !names.includes(name));
  return joined(Object.fromEntries(rest), { [to]: object(Object.fromEntries(inner)) }, place);
}

function mapped(old: Field, step: MapValues, place: Place): Field {
  const { name, up, down } = step;
  const { values } = old.rule;
  if (old.kind !== "choice" || values === undefined) throw misfit(place, `${name} is not a choice`);
  const missing = values.find((value) => !Object.hasOwn(up, value));
  if (missing !== undefined) throw misfit(place, `${name}: ${missing} needs a new value`);
  const unknown = [...Object.keys(up), ...Object.values(down)].find(
    (value) => !values.includes(value),
  );
  if (unknown !== undefined) throw misfit(place, `${name} has no value ${unknown}`);
  const words = [...new Set([...Object.values(up), ...Object.keys(down)])];
  const back = backOf(step);
  const silent = words.find((word) => !back.has(word));
  if (place.side === "output" && silent !== undefined)
    throw misfit(place, `${name}: ${silent} needs one old value: say it in down`);
  const fallback = typeof old.default === "string" ? up[old.default] : undefined;
  const now = choice(words, fallback === undefined ? {} : { default: fallback });
  return old.presence === "optional" ? optional(elementOf(now)) : now;
}

/** New value -> old value, where there is exactly one, or `down` decides. */
export function backOf({ up, down }: MapValues): ReadonlyMap<string, string> {
  const back = new Map<string, string>();
  const several = new Set<string>();
  for (const [old, now] of Object.entries(up)) {
    if (back.has(now)) several.add(now);
    back.set(now, old);
  }
  for (const now of several) back.delete(now);
  for (const [now, old] of Object.entries(down)) back.set(now, old);
  return back;
}

function limited(fields: Fields, { step, name, field, ...options }: Limit, place: Place): Field {
  const old = found(fields, name, step, place);
  if (!sameKind(old, field)) throw misfit(place, `${name} is of another kind: use convert`);
  if (options.hasOld) refuseValue(field, options.old, named(place, name));
  if (place.side === "input") {
    if (!options.hasOld && old.presence === "optional" && field.presence === "required")
      throw misfit(place, `${name} needs { old: … }: older callers may leave it out`);
    if (!isWithin(bare(old), bare(field)))
      throw misfit(place, `older callers send other values of ${name}: use map or convert`);
    return field;
  }
  const mayBeMissing = field.presence === "optional" && old.presence === "required";
  if (options.down === undefined && (step === "loosen" || mayBeMissing))
    throw misfit(place, `${name} needs { down: … }: older callers were promised the narrow limits`);
  if (options.down === undefined && !isWithin(field, old))
    throw misfit(place, `${name} is not narrower than before: use loosen`);
  return field;
}

function refuseValue(field: Field, value: unknown, place: string): void {
  const issues: Issue[] = [];
  checkOf(bare({ it: { ...field, presence: "required" } }), "copy", place)({ it: value }, issues);
  if (issues.length === 0) return;
  const [first, ...more] = issues.map((issue) => ({ ...issue, pointer: issue.pointer.slice(3) }));
  const told = first === undefined ? more : [first, ...more];
  throw new MarcotError(
    "ContractInvalid",
    sentenceOf(`${place}: the value for older callers`, told),
  );
}

function named({ where }: Place, name: string): string {
  return `${where}.${name}`;
}

function misfit({ where }: Place, what: string): MarcotError {
  return new MarcotError("ContractInvalid", `${where}: ${what}`);
}
