/**
 * Everything about a move that can be known before it starts: what stops it, what it costs, and how the service
 * is started. Changes nothing anywhere; what cannot be reached is said, and the rest is found out all the same.
 */
import { shownDatabase } from "../../data/database.ts";
import { MarcotError } from "../../errors.ts";
import { type Listed, type ProjectPlan, refuseUnlisted } from "../../project/plan.ts";
import type { Mode } from "../types.ts";
import type { Check, PlanFinding } from "./check.ts";
import { checkCode, codeChecks } from "./code.ts";
import type { CopyRate } from "./rate.ts";
import { schemaChecks } from "./schema.ts";
import { checkPair, checkServer, factsOf, pairChecks, serverChecks } from "./server.ts";
import { type ServiceCommand, serviceOf } from "./service.ts";
import { lookAtSource, lookInto, type PlanTable, type Source, sourceChecks } from "./source.ts";
import {
  checkDisk,
  checkExtensions,
  checkTarget,
  embeddedFolder,
  targetChecks,
  unreachable,
} from "./target.ts";

export interface PlanOptions {
  /** Read with the settings of the project. */
  readonly plan: ProjectPlan;
  readonly app: string;
  /** The owner's URL of the service's database, or `embedded:FOLDER`. Default: none yet, and nothing is said of it. */
  readonly to?: string | undefined;
  /** The address of the app in the project, as the service reaches it. Default: a placeholder stands for it. */
  readonly home?: string | undefined;
}

export interface Plan {
  readonly app: string;
  /** Without a password; undefined where none was named. */
  readonly to: string | undefined;
  readonly blockers: readonly PlanFinding[];
  /** Those that make the mode `copy` too. */
  readonly warnings: readonly PlanFinding[];
  readonly mode: Mode;
  /** Why the rows cannot be streamed; empty for `stream`. */
  readonly reasons: readonly string[];
  readonly tables: readonly PlanTable[];
  readonly rows: number;
  /** Of the tables, without their indexes. */
  readonly bytes: number;
  /** How long copying the rows takes, roughly. */
  readonly seconds: number;
  readonly rate: CopyRate;
  /** How long writes wait at the switch, roughly. Milliseconds. */
  readonly pauseMs: number;
  /** What to allow for it with --pause: it is an estimate, and a pause that is too short is waited for in vain. */
  readonly allowedMs: number;
  readonly service: ServiceCommand;
  /** The commands of the move, one after the other. */
  readonly order: readonly string[];
}

/** All that a plan may find, for the reference. */
export const planChecks: readonly Check[] = Object.freeze(
  [
    ...codeChecks,
    ...sourceChecks,
    ...schemaChecks,
    ...serverChecks,
    ...pairChecks,
    ...targetChecks,
  ].map(({ id, level, means }) => Object.freeze({ id, level, means })),
);

/** A switch by replication: a few round trips and three fsyncs; it does not grow with the table. */
const STREAM_PAUSE_MS = 60;

export async function planOf(options: PlanOptions): Promise<Plan> {
  const { plan, app: name, to, home } = options;
  refuseUnlisted(name, plan.settings.apps);
  const listed = plan.apps.find((one) => one.name === name) as Listed; // it is one of them
  const { findings: inCode, uses, app } = await checkCode(plan, listed);
  const source = await lookAtSource(plan, listed);
  const bytes = source.tables.reduce((sum, table) => sum + table.bytes, 0);
  const isNew = to !== undefined && !source.isMoving;
  const target = isNew ? await lookAtTarget({ plan, name, to, bytes, source }) : [];
  const findings = [...inCode, ...source.findings, ...target];
  const reasons = findings.filter(({ level }) => level === "copy");
  const seconds = bytes / source.rate.bytesPerSecond;
  const mode = reasons.length === 0 ? "stream" : "copy";
  const pauseMs = STREAM_PAUSE_MS + (mode === "stream" ? 0 : Math.ceil(seconds * 1000));
  const allowedMs = allowedFor(pauseMs);
  return Object.freeze({
    app: name,
    to: to === undefined ? undefined : shownDatabase(to),
    blockers: findings.filter(({ level }) => level === "blocker"),
    warnings: findings.filter(({ level }) => level !== "blocker"),
    mode,
    reasons: reasons.map(({ where, what }) => `${where}: ${what}`),
    tables: source.shown,
    rows: source.tables.reduce((sum, table) => sum + table.rows, 0),
    bytes,
    seconds: Math.ceil(seconds),
    rate: source.rate,
    pauseMs,
    allowedMs,
    service: serviceOf({ plan, name, app, uses, to, home }),
    order: orderOf(name, mode, allowedMs),
  });
}

/** Twice as long, in whole seconds. */
function allowedFor(pauseMs: number): number {
  return Math.ceil((2 * pauseMs) / 1000) * 1000;
}

function orderOf(app: string, mode: Mode, allowedMs: number): readonly string[] {
  if (mode === "copy")
    return [
      `marcot extract start ${app} --to TARGET --mode copy`,
      `marcot extract switch ${app} --service URL --pause ${allowedMs}`,
      `marcot extract complete ${app}`,
    ];
  return [
    `marcot extract start ${app} --to TARGET`,
    `marcot extract verify ${app}`,
    `marcot extract rehearse ${app}`,
    `marcot extract switch ${app} --service URL`,
    `marcot extract complete ${app}`,
  ];
}

interface TargetTask {
  readonly plan: ProjectPlan;
  readonly name: string;
  readonly to: string;
  readonly bytes: number;
  readonly source: Source;
}

async function lookAtTarget(task: TargetTask): Promise<readonly PlanFinding[]> {
  const { plan, name, to, bytes, source } = task;
  const where = shownDatabase(to);
  const disk = await checkDisk(embeddedFolder(to, plan.folder), { bytes, where });
  const seen = await lookInto(plan, to, async (sql, url) => {
    const facts = await factsOf(sql);
    return [
      ...checkServer(facts, where),
      ...(source.facts === undefined ? [] : checkPair(source.facts, facts, where)),
      ...(await checkTarget(sql, { app: name, url, where, bytes })),
      ...(await checkExtensions(sql, source.extensions, where)),
    ];
  });
  // A new embedded database is empty, and made as it has to be.
  if (seen === undefined) return disk;
  return [...disk, ...(seen instanceof MarcotError ? [unreachable(where, seen.message)] : seen)];
}
