/**
 * The way of a value between two versions of an endpoint, fused into one function. The chain of steps
 * is followed once, by name: for each field of the goal it ends in an expression over the value at the
 * start. Run one after the other, ten steps would copy the value ten times.
 */
import type { Endpoint } from "./endpoint.ts";
import type { Field, Fields } from "./field.ts";
import { isGuest } from "./guest.ts";
import type { Step } from "./step.ts";

export type Carry = (value: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Field of the goal -> source text of an expression over `v` and the constants `k`. */
type Plan = Map<string, string>;

/**
 * Takes the input of a caller of `from` up to the version of `to`. Undefined where there is nothing to
 * do. `usesCode` says that a function of the contract's author takes part, so that its result must be
 * checked again.
 */
export function upward(
  from: Endpoint,
  to: Endpoint,
): { carry: Carry; usesCode: boolean } | undefined {
  const chain = chainBetween(from, to);
  if (chain.length === 0 || isGuest(from.input) || isGuest(to.input)) return undefined;
  const k: unknown[] = [];
  const plan: Plan = new Map(
    Object.keys(from.input).map((name) => [name, `v[${JSON.stringify(name)}]`]),
  );
  let usesCode = false;
  for (const endpoint of chain) {
    for (const step of endpoint.steps.input) usesCode = stepUp(plan, step, k) || usesCode;
  }
  return { carry: build(plan, to.input, k), usesCode };
}

/** Takes the view's answer down to the version of `to`. Undefined where cutting is all there is. */
export function downward(from: Endpoint, to: Endpoint): Carry | undefined {
  const steps = chainBetween(to, from).flatMap((endpoint) => endpoint.steps.output);
  if (isGuest(from.output) || isGuest(to.output)) return undefined;
  if (steps.every(({ step }) => step === "add")) return undefined;
  const k: unknown[] = [];
  const plan: Plan = new Map(
    Object.keys(from.output).map((name) => [name, `v[${JSON.stringify(name)}]`]),
  );
  for (const step of steps.toReversed()) stepDown(plan, step, k);
  return build(plan, to.output, k);
}

/** The endpoints after `older` up to `newer`, oldest first. */
function chainBetween(older: Endpoint, newer: Endpoint): Endpoint[] {
  const chain: Endpoint[] = [];
  for (let at: Endpoint | undefined = newer; at && at.version !== older.version; at = at.previous) {
    chain.unshift(at);
  }
  return chain;
}

function stepUp(plan: Plan, step: Step, k: unknown[]): boolean {
  switch (step.step) {
    case "rename":
      move(plan, step.from, step.to);
      return false;
    case "drop":
      plan.delete(step.name);
      return false;
    case "convert":
      plan.set(step.name, `k[${k.push(step.up) - 1}](${plan.get(step.name)})`);
      return true;
    case "add": {
      const old = step.hasOld ? step.old : step.field.default;
      if (old === undefined) return false; // optional: an old caller leaves it out
      const at = k.push(old) - 1;
      if (typeof old === "function") plan.set(step.name, `k[${at}](v)`);
      else plan.set(step.name, typeof old === "object" ? `structuredClone(k[${at}])` : `k[${at}]`);
      return step.hasOld;
    }
  }
}

function stepDown(plan: Plan, step: Step, k: unknown[]): void {
  switch (step.step) {
    case "rename":
      move(plan, step.to, step.from);
      return;
    case "add":
      plan.delete(step.name);
      return;
    case "convert":
      plan.set(step.name, `k[${k.push(step.down) - 1}](${plan.get(step.name)})`);
      return;
    case "drop":
      if (step.how === "keep") plan.set(step.name, `v[${JSON.stringify(step.name)}]`);
      if (step.how === "was") plan.set(step.name, `k[${k.push(step.was) - 1}](${literal(plan)})`);
  }
}

function move(plan: Plan, from: string, to: string): void {
  const source = plan.get(from);
  if (source === undefined) return;
  plan.delete(from);
  plan.set(to, source);
}

function literal(plan: Plan): string {
  const members = [...plan].map(([name, source]) => `${JSON.stringify(name)}: ${source}`);
  return `{ ${members.join(", ")} }`;
}

/** A field that may be absent is set only where it is there: JSON has no `undefined`. */
function build(plan: Plan, goal: Fields, k: readonly unknown[]): Carry {
  const always: Plan = new Map();
  const lines: string[] = [];
  for (const [name, field] of Object.entries(goal)) {
    const source = plan.get(name);
    if (source === undefined) continue;
    if (mayBeAbsent(field)) {
      const key = JSON.stringify(name);
      lines.push(`{ const x = ${source}; if (x !== undefined) o[${key}] = x; }`);
    } else always.set(name, source);
  }
  const body = `const o = ${literal(always)};\n${lines.join("\n")}\nreturn o;`;
  const made: unknown = new Function("k", `return function carry(v) {\n${body}\n};`)(k);
  return made as Carry;
}

function mayBeAbsent({ presence }: Field): boolean {
  return presence !== "required";
}
