/**
 * The law of versions for every step, and for random chains of them over several versions: 200 values
 * of an older caller, taken up, fit the newer shape; 200 replies of the newer one, taken down, fit the
 * older; what is not called a loss comes back as it was.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Issue } from "../../src/errors.ts";
import { bare } from "../../src/contract/steps/bare.ts";
import { checkOf } from "../../src/contract/compile.ts";
import { breachesOf } from "../../src/contract/law/law.ts";
import { lossOf } from "../../src/contract/law/loss.ts";
import type { Endpoint } from "../../src/contract/endpoint.ts";
import { aboutOf, type AnyContract } from "../../src/contract/contract.ts";
import type { Field, Fields } from "../../src/contract/field.ts";
import * as c from "../../src/contract/index.ts";
import { lower, raise } from "../../src/contract/steps/fuse.ts";
import { downward, linksBetween, upward } from "../../src/contract/steps/plan.ts";
import type { Link, Side, Step } from "../../src/contract/steps/step.ts";
import { fieldsIn, linksOf } from "../../src/contract/steps/step-fields.ts";
import { written } from "./arbitrary.ts";

const SAMPLES = 200;

function issuesOf(fields: Fields, value: unknown): Issue[] {
  const issues: Issue[] = [];
  checkOf(fields, "copy", "test")(value, issues);
  return issues;
}

/** As a view gets it, or as a caller does: checked, with its defaults. */
function checked(fields: Fields, value: unknown): Record<string, unknown> {
  const issues: Issue[] = [];
  const copy = checkOf(bare(fields), "copy", "test")(value, issues);
  assert.deepEqual(issues, []);
  return copy as Record<string, unknown>;
}

function keptBy(links: readonly Link[]): Fields {
  const kept: Record<string, Field> = {};
  for (const { step, before } of links) {
    const field = step.step === "drop" && step.how === "keep" ? before[step.name] : undefined;
    if (field && step.step === "drop") kept[step.name] = field;
  }
  return kept;
}

function sample(fields: Fields, seed: number, run: (value: Record<string, unknown>) => void): void {
  fc.assert(fc.property(written(fields), run), { numRuns: SAMPLES, seed });
}

/** The three laws for fields before, and the steps that follow each other. */
function holds(from: Fields, links: readonly Link[], side: Side, seed = 1): void {
  const to = links.at(-1)?.after ?? from;
  if (side === "input") {
    const rise = raise(from, links);
    sample(from, seed, (sent) => {
      const value = checked(from, sent);
      const risen = rise ? rise.carry(value) : value;
      assert.deepEqual(issuesOf(bare(to), risen), []);
      // What needs no second check must not need it: it is not checked again on the way to the view.
      if (!rise?.usesCode) assert.deepEqual(checked(to, risen), risen);
    });
  } else {
    const fall = lower(to, links);
    sample({ ...to, ...keptBy(links) }, seed, (answer) => {
      assert.deepEqual(issuesOf(from, fall ? fall(answer) : answer), []);
    });
  }
  for (const link of links) comesBack(link, side, seed);
}

function comesBack(link: Link, side: Side, seed: number): void {
  if (lossOf(link, side) !== undefined) return;
  const { before, after, step } = link;
  if (link.inner.some(hasNoWayBack)) return;
  const up = raise(before, [link]);
  const down = lower(after, [link]);
  if (side === "input") {
    if (step.step === "add" || step.step === "loosen") return;
    sample(before, seed, (sent) => {
      const value = checked(before, sent);
      const risen = up ? up.carry(value) : value;
      const back = checked(before, down ? down(risen) : risen);
      if (step.step === "tighten") {
        for (const [name, was] of Object.entries(value)) assert.deepEqual(back[name], was);
      } else assert.deepEqual(back, value);
    });
    return;
  }
  if (step.step === "add" || step.step === "drop" || step.step === "tighten") return;
  sample(after, seed, (answer) => {
    const value = checked(after, answer);
    const lowered = checked(before, down ? down(value) : value);
    assert.deepEqual(checked(after, up ? up.carry(lowered) : lowered), value);
  });
}

function hasNoWayBack({ step, inner }: Link): boolean {
  return /^(?:add|drop|tighten|loosen)$/.test(step.step) || inner.some(hasNoWayBack);
}

const fields = {
  title: c.text({ min: 1, max: 6 }),
  source: c.integer({ min: 0, max: 99 }),
  more: c.optional(c.integer()),
  language: c.text({ default: "en" }),
  state: c.choice(["open", "closed"]),
  kind: c.optional(c.choice(["a", "b"])),
  mood: c.choice(["good", "bad"], { default: "good" }),
  tags: c.list(c.text({ max: 3 }), { max: 4 }),
  some: c.list(c.integer(), { min: 1 }),
  maybe: c.optional(c.list(c.integer(), { min: 1, max: 2 })),
  at: c.datetime(),
  place: c.object({
    street: c.text(),
    number: c.optional(c.integer()),
    land: c.text({ default: "FR" }),
  }),
  nothing: c.nullable(c.text()),
  rows: c.list(c.object({ a: c.integer(), b: c.optional(c.text()), c: c.text({ default: "c" }) }), {
    max: 3,
    default: [],
  }),
  corner: c.optional(c.object({ a: c.integer(), kind: c.choice(["p", "q"]) })),
};

const both: Record<string, Step> = {
  "add optional": c.add("extra", c.optional(c.text())),
  "add with a default": c.add("extra", c.list(c.integer(), { default: [] })),
  "add with old": c.add("extra", c.text({ min: 1 }), { old: "" }),
  "add with old computed": c.add("extra", c.text(), {
    old: ({ title, more = 0 }: { title: string; more?: number }) => `${title} ${more}`,
  }),
  rename: c.rename("title", "question"),
  "rename of what may be absent": c.rename("more", "less"),
  "rename of what has a default": c.rename("language", "tongue"),
  convert: c.convert("source", c.text(), {
    up: (old: number) => `ticket-${old}`,
    down: (now) => Number(/^ticket-(\d{1,2})$/.exec(now)?.[1] ?? 0),
    loses: { reply: "sources that are no ticket" },
  }),
  wrap: c.wrap("at", "moments"),
  "wrap to the same name": c.wrap("more", "more", { empty: 0 }),
  "wrap of what has a default": c.wrap("language", "languages", { empty: "en" }),
  unwrap: c.unwrap("some", "one"),
  "unwrap of what may be absent": c.unwrap("maybe", "perhaps"),
  "unwrap with empty": c.unwrap("tags", "tag", { empty: "" }),
  nest: c.nest(["title", "more", "language"], "about"),
  "nest under an old name": c.nest(["title", "source"], "title"),
  flat: c.flat("place"),
  map: c.map("state", { open: "todo", closed: "done" }),
  "inside a list": c.inside("rows", [
    c.rename("a", "aa"),
    c.nest(["aa", "c"], "both"),
    c.add("d", c.text(), { old: ({ b = "" }: { b?: string }) => b }),
    c.convert("b", c.optional(c.integer()), {
      up: (old: string) => old.length,
      down: (now) => `${now}`,
      loses: { request: "b", reply: "b" },
    }),
  ]),
  "inside an object that may be absent": c.inside("corner", [
    c.wrap("a", "all"),
    c.map("kind", { p: "pp", q: "qq" }),
  ]),
  "inside, with a way back": c.inside("rows", [c.rename("a", "z"), c.nest(["b", "c"], "bc")]),
  "inside, inside": c.inside("rows", [c.nest(["a"], "o"), c.inside("o", [c.rename("a", "x")])]),
  "map of what may be absent": c.map("kind", { a: "x", b: "y" }),
  "map of what has a default": c.map("mood", { good: "bad", bad: "good" }),
  "map with more words": c.map(
    "state",
    { open: "open", closed: "closed" },
    { down: { late: "open" } },
  ),
};

const ofInputs: Record<string, Step> = {
  drop: c.drop("source"),
  "tighten a text": c.tighten("title", c.text({ min: 2, max: 3, pattern: /^x/u })),
  "tighten what may be absent": c.tighten("more", c.integer({ max: 9 }), { old: 0 }),
  "tighten to a default": c.tighten("more", c.integer({ default: 7 })),
  "loosen a choice": c.loosen("state", c.choice(["open", "closed", "late"])),
  "loosen to optional": c.loosen("source", c.optional(c.integer())),
  "map to fewer": c.map("state", { open: "on", closed: "on" }),
};

const ofOutputs: Record<string, Step> = {
  "drop and keep": c.drop("source", { keep: true }),
  "drop and keep what has a default": c.drop("language", { keep: true }),
  "drop and compute": c.drop("source", { was: ({ title }: { title: string }) => title.length }),
  "drop what may be absent": c.drop("more"),
  "add required": c.add("extra", c.integer()),
  "tighten a text": c.tighten("title", c.text({ min: 2, max: 3 })),
  "tighten to required": c.tighten("more", c.integer({ min: 0 })),
  "loosen a text": c.loosen("title", c.text(), {
    down: (now) => [...now].slice(0, 6).join("") || "-",
  }),
  "loosen to optional": c.loosen("source", c.optional(c.integer()), {
    down: (now) => Math.min(Math.max(now ?? 0, 0), 99),
  }),
};

for (const [name, step] of Object.entries({ ...both, ...ofInputs })) {
  test(`${name}: a request of an older caller fits once taken up`, () => {
    holds(fields, linksOf(fields, [step], { side: "input", where: name }), "input");
  });
}
for (const [name, step] of Object.entries({ ...both, ...ofOutputs })) {
  test(`${name}: a reply fits an older caller once taken down`, () => {
    holds(fields, linksOf(fields, [step], { side: "output", where: name }), "output");
  });
}

/** Steps that some fields allow, chosen by numbers that fast-check can shrink. */
function stepFor(now: Fields, side: Side, [which, who, salt]: readonly number[]): Step | undefined {
  const names = Object.keys(now);
  const name = names[(who ?? 0) % names.length] ?? "";
  const field = now[name];
  if (field === undefined) return undefined;
  const fresh = `n${salt}`;
  const { kind, rule, presence } = field;
  const isInput = side === "input";
  switch ((which ?? 0) % 10) {
    case 0:
      return c.rename(name, fresh);
    case 1:
      return c.add(fresh, c.choice(["p", "q"]), { old: "p" });
    case 2:
      return isInput ? c.drop(name) : c.drop(name, { keep: true });
    case 3:
      return kind === "list" ? undefined : c.wrap(name, (salt ?? 0) % 2 ? name : fresh);
    case 4:
      if (kind !== "list" || (!isInput && (rule.min ?? 0) > 1)) return undefined;
      return (rule.min ?? 0) > 0 ? c.unwrap(name, fresh) : undefined;
    case 5:
      return c.nest([name, names[(salt ?? 0) % names.length] ?? name].filter(unique), fresh);
    case 6:
      if (kind !== "object" || presence !== "required") return undefined;
      return Object.keys(rule.fields ?? {}).some((key) => key !== name && key in now)
        ? undefined
        : c.flat(name);
    case 7:
      if (kind !== "choice") return undefined;
      return c.map(name, Object.fromEntries((rule.values ?? []).map((word) => [word, `${word}z`])));
    case 8: {
      const own = kind === "nullable" ? undefined : fieldsIn(field);
      const step = own && stepFor(own, side, [salt ?? 0, who ?? 0, salt ?? 0]);
      const isKept = step?.step === "drop" && step.how === "keep";
      return step === undefined || isKept ? undefined : c.inside(name, [step]);
    }
    default: {
      if (kind !== "text" || rule.pattern) return undefined;
      const narrow = c.text({ min: (rule.min ?? 0) + 1, max: Math.min(rule.max ?? 9, 6) });
      if ((rule.min ?? 0) > 3) return undefined;
      return c.tighten(name, presence === "optional" ? c.optional(narrow) : narrow);
    }
  }
}

function unique<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index;
}

/** Versions from numbers: each inner list is a version, each three numbers a step. */
function versionsFrom(plan: readonly (readonly (readonly number[])[])[], side: Side): AnyContract {
  const endpoint = c.post("/go/", side === "input" ? { input: fields } : { output: fields });
  let newest: AnyContract = c.contract("chain/v1", { go: endpoint });
  let now: Fields = fields;
  const reserved = new Set<string>(); // kept for older callers, or taken before
  for (const [index, numbers] of plan.entries()) {
    const steps: Step[] = [];
    for (const one of numbers) {
      const step = stepFor(now, side, one);
      if (step === undefined) continue;
      const at = `${one[2]}`;
      if (reserved.has(at)) continue;
      reserved.add(at);
      const [link] = linksOf(now, [step], { side, where: "chain" });
      steps.push(step);
      now = link?.after ?? now;
    }
    newest = c.change(newest, `chain/v${index + 2}`, {
      go: { [side]: steps },
    } as never) as AnyContract;
  }
  return newest;
}

const three = fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 50 }), fc.nat({ max: 999 }));
const plans = fc.array(fc.array(three, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
});

for (const side of ["input", "output"] as const) {
  test(`random chains of steps over several versions keep the law (${side})`, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(plans, (plan) => {
        const newest = versionsFrom(plan, side);
        const [last] = aboutOf(newest).endpoints;
        assert.ok(last);
        let first: Endpoint = last;
        while (first.previous) first = first.previous;
        const links = linksBetween(first, last, side);
        for (const { step } of links) seen.add(step.step);
        holds(fields, links, side);
        assert.equal(upward(last, last), undefined);
        assert.equal(downward(last, last), undefined);
      }),
      { numRuns: 80, seed: 7 },
    );
    assert.ok(seen.size >= 10, [...seen].join());
  });
}

test("the framework's own check finds what a step's author got wrong, and prints the value", () => {
  const v1 = c.contract("faq/v1", {
    create: c.post("/create/", {
      input: { question: c.text(), source: c.integer({ min: 0, max: 500 }) },
      output: { source: c.integer(), score: c.number() },
    }),
    published: c.event({ source: c.integer({ max: 9 }) }),
  });
  const v2 = c.change(v1, "faq/v2", {
    create: {
      input: [
        c.convert("source", c.integer(), { up: (old: number) => old / 2, down: (now) => now * 2 }),
      ],
      output: [
        c.convert("score", c.integer(), {
          up: (old: number) => Math.round(old),
          down: (now) => now,
        }),
        c.drop("source", { was: ({ score }: { score: number }) => score / 3 }),
      ],
    },
    published: {
      fields: [c.loosen("source", c.integer(), { down: (now) => Math.min(now, 10) })],
    },
  });
  const breaches = breachesOf(v2);
  assert.deepEqual(
    breaches.map(({ name, to }) => `${name} ${to}`),
    ["faq.v1.create v2", "faq.v1.create v2", "faq.v1.published v2"],
  );
  const [up, down, event] = breaches;
  assert.match(up?.what ?? "", /request does not fit once taken up: \/source: expected an integer/);
  const { source } = JSON.parse(up?.value ?? "{}") as { source: number };
  assert.equal(source % 2, 1, "the value is one that shows it");
  assert.match(
    down?.what ?? "",
    /reply does not fit once taken down: \/source: expected an integer/,
  );
  assert.match(event?.what ?? "", /expected an integer of at most 9, got 10/);
});

test("a converter that loses something without saying so is found", () => {
  const v1 = c.contract("a/v1", { go: c.post("/go/", { input: { at: c.datetime() } }) });
  const day = {
    up: (old: Date) => old.toISOString().slice(0, 10),
    down: (now: string) => new Date(now),
  };
  const silent = c.change(v1, "a/v2", { go: { input: [c.convert("at", c.date(), day)] } });
  assert.match(
    breachesOf(silent)[0]?.what ?? "",
    /convert does not give back .* it became \{"at":"/,
  );
  const told = c.change(v1, "a/v2", {
    go: { input: [c.convert("at", c.date(), { ...day, loses: { request: "the hour of at" } })] },
  });
  assert.deepEqual(breachesOf(told), []);
});

test("the framework's own values are found for every kind of field, and fit", () => {
  const v1 = c.contract("a/v1", {
    go: c.post("/go/", {
      output: {
        ...fields,
        code: c.text({ min: 5, pattern: /^(?:[A-Z]{2}|ticket)-\d{2,4}$/u }),
        id: c.uuid(),
        day: c.date(),
        price: c.decimal(),
        raw: c.binary(),
        ratio: c.number({ min: 0.1, max: 0.2 }),
        byName: c.map(c.boolean()),
        done: c.boolean(),
      },
    }),
  });
  const v2 = c.change(v1, "a/v2", { go: { output: [c.rename("title", "question")] } });
  assert.deepEqual(breachesOf(v2), []);
  const odd = c.contract("a/v1", {
    go: c.post("/go/", { input: { x: c.text({ pattern: /(?=a)b/u }) } }),
  });
  const next = c.change(odd, "a/v2", { go: { input: [c.rename("x", "y")] } });
  assert.match(breachesOf(next)[0]?.what ?? "", /no value can be made for text that matches/);
});
