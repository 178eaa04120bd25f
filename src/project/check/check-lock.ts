/**
 * The part of `check` that keeps promises: contract.lock says what contract.ts says, and nothing that an
 * earlier lock promised is broken, unless the lock says that it was meant.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { MarcotError } from "../../errors.ts";
import { type Change, type Expected, fieldsOf, type Json, shortJson } from "../../lock/compared.ts";
import type { Use } from "./boundaries.ts";
import { lineOf } from "./contract-source.ts";
import { type AppFiles, loadContract } from "../find.ts";
import { linesOf, type Records, sparingOf } from "./check-uses.ts";
import { type Finding, type Place, toFinding } from "./findings.ts";
import { History, type LockState, stateOf } from "../locks.ts";

export interface CheckLocksOptions {
  /** The folder of settings.ts. */
  readonly project: string;
  /** The project's own apps. */
  readonly apps: readonly AppFiles[];
  readonly uses: readonly Use[];
  /** What was recorded of those who use them. */
  readonly records: Records;
  /** A branch, tag or commit. Default: the default branch. */
  readonly against?: string | undefined;
}

export interface CheckedLocks {
  readonly findings: readonly ContractFinding[];
  readonly contracts: readonly ComparedContract[];
}

/** What was compared, for the summary. */
export interface ComparedContract {
  readonly app: string;
  /** `main@3f2c1d0`; undefined where there was nothing. */
  readonly since?: string;
  /** Why there was nothing. */
  readonly why?: string;
  /** How many breaks the lock accepts since then. */
  readonly accepted: number;
}

/** A finding about a change has the change, for programs and for people. */
export interface ContractFinding extends Finding {
  readonly change?: ContractChange;
}

export interface ContractChange {
  readonly app: string;
  readonly version: string;
  readonly endpoint: string;
  /** Row of the table of changes (`marcot contract explain N`). */
  readonly rule: number;
  readonly verdict: "breaking" | "cannot-prove" | "warning";
  readonly side?: "request" | "reply";
  readonly pointer: string;
  /** `main@3f2c1d0` */
  readonly since: string;
  readonly witness?: Json;
  readonly expects?: Expected;
  readonly callers: readonly Caller[];
  readonly repair: string;
}

export interface Caller {
  readonly app: string;
  readonly file: string;
  readonly line: number;
  /** Why the change does not touch it: `reads only id`. Undefined: it does, as far as is known. */
  readonly spared?: string;
}

export async function checkLocks(options: CheckLocksOptions): Promise<CheckedLocks> {
  const { project, apps, uses, against, records } = options;
  const history = new History(against);
  const findings: ContractFinding[] = [];
  const contracts: ComparedContract[] = [];
  const told = new Set<string>();
  for (const files of apps) {
    const newest = await newestOf(files);
    if (newest === undefined) continue;
    const state = await stateOf(files, newest, history);
    const contract = join(files.folder, `contract${files.extension}`);
    const place = { app: files.name, contract, project, uses, records };
    findings.push(...ofFile(state, place), ...ofChanges(state, place));
    const { since, why, accepted } = state;
    const reason = why instanceof MarcotError ? why.message : why;
    // Without any lock nothing was promised yet that a missing history could hide.
    if (why instanceof MarcotError && (state.stored || against) && !told.has(reason)) {
      told.add(reason);
      const what = `contracts were compared with nothing: ${reason}`;
      findings.push(toFinding("contracts.E005", lockPlace(state, project), what, why.fix));
    }
    contracts.push({
      app: files.name,
      ...(since === undefined ? { why: state.stored ? reason : NO_LOCK } : { since }),
      accepted: accepted.length,
    });
  }
  return { findings, contracts };
}

const NO_LOCK = "no contract.lock; `marcot contract lock` writes it";

/** A contract that cannot be loaded is told by `check` already. */
async function newestOf(files: AppFiles) {
  try {
    return (await loadContract(files)).at(-1);
  } catch {
    return undefined;
  }
}

interface AppPlace {
  readonly app: string;
  /** contract.ts */
  readonly contract: string;
  readonly project: string;
  readonly uses: readonly Use[];
  readonly records: Records;
}

function lockPlace({ path }: LockState, project: string): Place {
  return { file: relative(project, path) };
}

function ofFile(state: LockState, { app, project }: AppPlace): Finding[] {
  const { stored, since, stale } = state;
  const where = lockPlace(state, project);
  const hint = `Run \`marcot contract lock ${app}\`, and commit what it writes.`;
  if (stored instanceof MarcotError) {
    const what = `the lock of ${app} cannot be read${stored.message.replace(/^.*cannot be read/s, "")}`;
    return [toFinding("contracts.E003", where, what, stored.fix)];
  }
  if (stored === undefined) {
    if (since === undefined) return [];
    const what = `the lock of ${app} is missing; it was there at ${since}`;
    return [toFinding("contracts.E003", where, what, hint)];
  }
  if (stale.length === 0) return [];
  const what = `the lock of ${app} is out of date: ${stale.join(", ")}`;
  return [toFinding("contracts.E003", where, what, hint)];
}

function ofChanges(state: LockState, place: AppPlace): ContractFinding[] {
  const { changes, since = "", earlier, fresh } = state;
  if (changes.length === 0 || earlier === undefined) return [];
  const { app, contract, project, uses, records } = place;
  const sparing = sparingOf(earlier, fresh, records);
  const text = readFileSync(contract, "utf8");
  return changes.map((change) => {
    const { version, endpoint, side, rule, what, repair, pointer } = change;
    const line = lineOf(contract, text, { version, endpoint, side, fields: fieldsOf(pointer) });
    const file = relative(project, contract);
    const name = [`${app}/${version}`, endpoint, side].filter(Boolean).join(" ");
    const id = change.isBreak ? "contracts.E004" : "contracts.W006";
    const sentence = `${name}: ${what} [${rule}]`;
    const accept = ` Or say that you mean it: marcot contract lock ${app} --break "REASON".`;
    const hint = change.isBreak ? repair + accept : repair;
    const finding = toFinding(id, line === undefined ? { file } : { file, line }, sentence, hint);
    const callers = callersOf(app, change, uses).map((caller): Caller => {
      const spared = sparing(change, caller.app);
      return spared === undefined ? caller : { ...caller, spared };
    });
    return { ...finding, change: toContractChange(change, { app, since, callers }) };
  });
}

function toContractChange(
  change: Change,
  more: Pick<ContractChange, "app" | "since" | "callers">,
): ContractChange {
  const { version, endpoint, rule, isBreak, isUnproved, side, pointer, repair } = change;
  return {
    ...more,
    version,
    endpoint,
    rule,
    verdict: isUnproved ? "cannot-prove" : isBreak ? "breaking" : "warning",
    ...(side && { side }),
    pointer,
    ...(change.witness !== undefined && { witness: change.witness }),
    ...(change.expects && { expects: change.expects }),
    repair,
  };
}

/** Who uses the endpoint at that version, where the project's own files name it. */
function callersOf(provider: string, { version, endpoint }: Change, uses: readonly Use[]) {
  const found = uses.flatMap((use): Caller[] => {
    const { app, file } = use;
    return linesOf(use, { provider, version, endpoint }).map((line) => ({ app, file, line }));
  });
  return [...new Map(found.map((one) => [`${one.file}:${one.line}`, one])).values()];
}

/** What may now be sent, what the other side expects, and who that is; a line each, for people. */
export function detailsOf({ change }: ContractFinding): string[] {
  if (change === undefined) return [];
  const { app, side, witness, expects, callers, since, verdict } = change;
  const lines: string[] = [];
  if (witness !== undefined) {
    const sender = side === "request" ? "a caller may send" : `${app} may now answer`;
    lines.push(`${sender}: ${shortJson(witness)}`);
  }
  if (expects !== undefined) {
    const receiver = side === "request" ? `${app} now expects` : "callers still expect";
    lines.push(`${receiver}: ${expectedText(expects)}`);
  }
  const named = callers.map(({ app: caller, file, line, spared }) => {
    const place = `${caller} ${file}:${line}`;
    return spared === undefined ? place : `${place} (${spared})`;
  });
  lines.push(`used by: ${named.join(", ") || "no app of this project"}`);
  // P5: it stays a break, because not everybody who calls is known here.
  if (verdict !== "warning" && callers.every(({ spared }) => spared !== undefined))
    lines.push("breaking for nobody that is known here");
  lines.push(`since: ${since}`);
  return lines;
}

/** `"source" (required) {"type":"integer"}` */
export function expectedText({ field, isRequired, schema }: Expected): string {
  const text = shortJson(schema as Json);
  return field === "" ? text : `"${field}" (${isRequired ? "required" : "optional"}) ${text}`;
}
