/**
 * An app that is fake: `FAQ_API=fake:` answers from the contract alone, so that a team can run its own
 * app without the others. All but the view is real: checks, deadline, versions, errors.
 *
 * What it answers: the input's fields under the same names, so that `entry({ id: 7 })` has the id 7; else
 * one of the field's examples; else a value that fits. The same seed and input give the same answer. A
 * number in the input that is the status of a declared error gives that error: `entry({ id: 404 })`.
 */
import { plainView } from "../compare/schema/view.ts";
import { samplesOf, senderOf } from "../compare/inclusion/samples.ts";
import { readerOf } from "../compare/schema/schema.ts";
import type { Check } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import { aboutOf, type AnyContract } from "../contract/contract.ts";
import { type Endpoint, nameOf } from "../contract/endpoint.ts";
import type { Field, Fields } from "../contract/field.ts";
import { isGuest, partsOf } from "../contract/guest.ts";
import type { Random } from "../contract/law/pattern.ts";
import { randomFrom, sampleField } from "../contract/law/sample.ts";
import { type Issue, MarcotError } from "../errors.ts";
import { NO_ROWS, serveEach } from "./served.ts";
import type { ServedApp, View } from "./types.ts";

/** Each version answers by itself: there is no view of the newest one to go through. */
export function serveFake(newest: AnyContract, seed: string): ServedApp {
  const { app } = aboutOf(newest);
  const parts = {
    name: app,
    contract: newest,
    summary: "",
    urls: [],
    tables: {},
    receivers: [],
    projections: [],
    jobs: [],
  };
  const fake = Object.freeze({ ...parts, views: new Map() });
  return serveEach(fake, NO_ROWS, (endpoint) => ({
    latest: endpoint,
    view: fakeView(endpoint, seed),
  }));
}

type Values = Readonly<Record<string, unknown>>;

function fakeView(endpoint: Endpoint, seed: string): View {
  const { app, name } = endpoint;
  return Object.freeze({
    endpoint,
    atomic: false,
    async run(input: unknown) {
      const sent = input as Values; // checked against the contract, which wants an object
      refuseAsAsked(endpoint, sent);
      return answerOf(endpoint, { sent, key: `${seed} ${app} ${name} ${JSON.stringify(sent)}` });
    },
  });
}

function refuseAsAsked(endpoint: Endpoint, sent: Values): void {
  for (const [name, status] of Object.entries(endpoint.errors)) {
    const [field] = Object.entries(sent).find(([, value]) => value === status) ?? [];
    if (field === undefined) continue;
    const message = `${endpoint.app} is fake, and ${field} ${status} asks for this error`;
    throw MarcotError.declared(name, status, message);
  }
}

/** A call: what was sent, and what all its values are drawn from. */
interface Call {
  readonly sent: Values;
  readonly key: string;
}

function answerOf({ output, ...endpoint }: Endpoint, call: Call): unknown {
  const name = nameOf(endpoint);
  try {
    return isGuest(output)
      ? guestAnswer(partsOf(output, name) as Field, call) // a guest is one field
      : objectOf(output, { name: "", path: "" }, call);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fix = "give it examples in the contract";
    throw new MarcotError("ContractBroken", `${name} is fake, and ${reason}; ${fix}`);
  }
}

interface Place {
  readonly name: string;
  /** Each field draws from its own path, so that one more field does not change the others. */
  readonly path: string;
}

function objectOf(fields: Fields, { path }: Place, call: Call): Values {
  const entries = Object.entries(fields).map(([name, field]) => {
    const place = { name, path: `${path}/${name}` };
    const echoed = echoOf(field, place, call);
    return [name, echoed === undefined ? valueOf(field, place, call) : echoed] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The field of the input by that name, where it fits. The id of an inner object is its own. */
function echoOf(field: Field, { name, path }: Place, { sent }: Call): unknown {
  const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
  const isInnerId = name === "id" && path !== "/id";
  return value !== undefined && !isInnerId && fits(field, value) ? value : undefined;
}

const checks = new WeakMap<Field, Check>();

function fits(field: Field, value: unknown): boolean {
  let run = checks.get(field);
  if (run === undefined) checks.set(field, (run = checkOf({ value: field }, "copy", "fake")));
  const issues: Issue[] = [];
  run({ value }, issues);
  return issues.length === 0;
}

/** Present more often than not: a page with something on it is what a fake is for. */
const ABSENT = 0.25;

function valueOf(field: Field, place: Place, call: Call): unknown {
  const { kind, rule, presence, schema } = field;
  const random = randomFrom(hashOf(`${call.key} ${place.path}`));
  if (presence === "optional" && random() < ABSENT) return undefined;
  const examples = schema["examples"];
  if (Array.isArray(examples) && examples.length > 0)
    return examples[Math.floor(random() * examples.length)];
  const { item, fields = {} } = rule;
  if (kind === "object") return objectOf(fields, place, call);
  if (item === undefined) return plainOf(field, place.name, random);
  if (kind === "nullable") return random() < ABSENT ? null : valueOf(item, place, call);
  const inner = (key: string) => valueOf(item, { ...place, path: `${place.path}/${key}` }, call);
  if (kind === "map") return { a: inner("a"), b: inner("b") };
  return Array.from({ length: lengthOf(field, random) }, (_, index) => inner(String(index)));
}

/** More would fill a page without showing more. */
const LIST_MAX = 3;

function lengthOf({ rule: { min = 0, max = Infinity } }: Field, random: Random): number {
  return Math.min(Math.max(1 + Math.floor(random() * LIST_MAX), min), max);
}

/** Values that people can read; the ends of ranges are for `law/sample`, which looks for mistakes. */
function plainOf(field: Field, name: string, random: Random): unknown {
  switch (field.kind) {
    case "text":
      return field.rule.pattern ? sampleField(field, random) : textOf(field, name, random);
    case "integer":
    case "number":
      return numberOf(field, random) ?? sampleField(field, random);
    case "datetime":
      return momentOf(random);
    case "date":
      return momentOf(random).toISOString().slice(0, 10);
    default:
      return sampleField(field, random);
  }
}

/** `question 412`, as long as it must be. */
function textOf({ rule: { min = 0, max = Infinity } }: Field, name: string, random: Random) {
  const text = `${name} ${1 + Math.floor(random() * 999)}`;
  return [...text.padEnd(min, ` ${text}`)].slice(0, max).join("");
}

/** A whole number from 1 to 1,000, or near to that where it must be another. */
function numberOf({ rule }: Field, random: Random): number | undefined {
  const { min = -Infinity, max = Infinity } = rule;
  const least = Math.ceil(Math.max(min, Math.min(1, Math.floor(max))));
  const most = Math.floor(Math.min(max, least + 999));
  return least > most ? undefined : least + Math.floor(random() * (most - least + 1));
}

const YEAR_MINUTES = 525_600;

function momentOf(random: Random): Date {
  return new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * YEAR_MINUTES) * 60_000);
}

/** What another library's schema says in JSON Schema, as far as the library agrees. */
function guestAnswer({ schema, rule }: Field, { sent, key }: Call): unknown {
  const { examples = [] } = schema as { examples?: readonly unknown[] };
  const made = samplesOf(readerOf(schema).read(schema), senderOf(plainView, false));
  const known = Object.keys((schema["properties"] ?? {}) as object);
  const own = Object.fromEntries(Object.entries(sent).filter(([name]) => known.includes(name)));
  const accepted = (values: readonly unknown[]) =>
    values.filter((value) => {
      const answer = rule.validate?.(value);
      return answer !== undefined && "value" in answer;
    });
  const plain = accepted(examples.length > 0 ? examples : made);
  const echoing = accepted(plain.map((value) => ({ ...(value as object), ...own })));
  const all = echoing.length > 0 ? echoing : plain;
  if (all.length === 0) throw new Error("no value can be made for its output");
  return all[Math.floor(randomFrom(hashOf(key))() * all.length)];
}

/** FNV-1a: a few letters more or less give another number. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
