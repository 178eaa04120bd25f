/**
 * The limits of fields. Each version keeps its own at its edge; what has been taken up from an older
 * version is held to the bare shape alone, or an older caller could not send what it was promised.
 */
import type { Field, FieldRule, Fields } from "../field.ts";

const bareOf = new WeakMap<Fields, Fields>();

/** The same fields without lengths, ranges and patterns. */
export function bare(fields: Fields): Fields;
export function bare(field: Field): Field;
export function bare(what: Fields | Field): Fields | Field {
  if (isField(what)) return bareField(what);
  let made = bareOf.get(what);
  if (made === undefined) {
    const entries = Object.entries(what).map(([name, field]) => [name, bareField(field)] as const);
    bareOf.set(what, (made = Object.fromEntries(entries)));
  }
  return made;
}

function isField(what: Fields | Field): what is Field {
  return typeof what["kind"] === "string";
}

function bareField(field: Field): Field {
  const { item, fields, values, validate, pattern } = field.rule;
  const rule: FieldRule = {
    values,
    validate,
    pattern: field.kind === "decimal" ? pattern : undefined, // what a decimal is, not a limit of one
    ...(item ? { item: bareField(item) } : {}),
    ...(fields ? { fields: bare(fields) } : {}),
  };
  return { ...field, rule };
}

/** Whether the values are of one kind, whatever their limits. */
export function sameKind(one: Field, other: Field): boolean {
  if (one.kind === "nullable" && one.rule.item) return sameKind(one.rule.item, other);
  if (other.kind === "nullable" && other.rule.item) return sameKind(one, other.rule.item);
  const numbers = ["integer", "number"];
  if (one.kind !== other.kind) return numbers.includes(one.kind) && numbers.includes(other.kind);
  if (one.rule.item && other.rule.item) return sameKind(one.rule.item, other.rule.item);
  return true;
}

/** Whether every value of `inner` is one of `outer`. A pattern is only within the same pattern. */
export function isWithin(inner: Field, outer: Field): boolean {
  const [a, b] = [inner.rule, outer.rule];
  if (inner.kind === "nullable" || outer.kind === "nullable") {
    if (inner.kind === "nullable" && outer.kind !== "nullable") return false;
    return isWithin(inner.kind === "nullable" ? (a.item ?? inner) : inner, b.item ?? outer);
  }
  if (inner.kind !== outer.kind && !(inner.kind === "integer" && outer.kind === "number"))
    return false;
  if ((b.min ?? -Infinity) > (a.min ?? leastOf(inner))) return false;
  if ((b.max ?? Infinity) < (a.max ?? Infinity)) return false;
  if (b.pattern && a.pattern?.source !== b.pattern.source) return false;
  if (b.values && !a.values?.every((value) => b.values?.includes(value))) return false;
  if (b.item && !(a.item && isWithin(a.item, b.item))) return false;
  return b.fields === undefined || areWithin(a.fields ?? {}, b.fields);
}

function leastOf({ kind }: Field): number {
  return kind === "text" || kind === "list" ? 0 : -Infinity;
}

function areWithin(inner: Fields, outer: Fields): boolean {
  return Object.entries(outer).every(([name, field]) => {
    const own = inner[name];
    if (own === undefined) return field.presence === "optional";
    return (own.presence !== "optional" || field.presence === "optional") && isWithin(own, field);
  });
}
