/**
 * How a move stands: what the journal says, and what both databases say of themselves. Where they contradict each
 * other, that is a problem, and it is told. Changes nothing, and works when a side is down.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { hasControl } from "../../data/control.ts";
import type { ProjectPlan } from "../../project/plan.ts";
import type { Move, SideName, Status, TableStatus } from "../types.ts";
import { tablesOf } from "../verify/catalog.ts";
import { schemaDifference } from "../verify/schema.ts";
import { type Facts, followerOf, isStreaming, problemsOf } from "./problems.ts";
import { factsOfSide, orUnreachable, seeSide, type SeenSide } from "./side.ts";
import { slotFacts, streamName, subscriptionFacts, tablesInStream } from "./stream.ts";
import { nextOf, sentenceOf } from "./words.ts";

export interface StatusOptions {
  readonly plan: Pick<ProjectPlan, "folder">;
  readonly app: string;
  /** The owner's URL of the project's database, which has the journal. */
  readonly ownerUrl: string;
}

/** Between two looks at what was copied. Less and the rate is chance; more and people wait for it. */
const LOOK_MS = 400;

export async function statusOf({ plan, app, ownerUrl }: StatusOptions): Promise<Status> {
  const project = await seeSide("project", ownerUrl, plan.folder);
  if (project.sql === undefined) return withoutJournal(app, project.problem);
  let service: SeenSide | undefined;
  try {
    const journal = await readJournal(project.sql, app);
    if (journal === undefined) return withoutMove(app);
    const { coordinator, ...move } = journal;
    service = await seeSide("service", move.target, plan.folder);
    return await lookAt({ app, move, coordinator, project, service });
  } finally {
    await Promise.all([project, service].map((side) => side?.sql?.end({ timeout: 1 })));
  }
}

function withoutMove(app: string): Status {
  const sentence = "is the project's, and nothing moves";
  return { ...NOTHING, app, move: undefined, sentence, next: [`marcot extract plan ${app}`] };
}

function withoutJournal(app: string, problem = ""): Status {
  const fix =
    "Start the project's database, or correct its address: the journal of the move is there.";
  const sentence = "nobody knows: the project's database cannot be reached";
  return { ...NOTHING, app, move: undefined, sentence, problems: [{ what: problem, fix }] };
}

const NOTHING = {
  tables: [],
  rows: { copied: 0, total: 0 },
  lag: null,
  secondsLeft: null,
  processes: [],
  coordinator: null,
  problems: [],
  next: [],
} as const;

type Journal = Move & { readonly coordinator: number | null };

/** With the process that works on it: a session that is gone works on nothing. */
async function readJournal(sql: Sql, app: string): Promise<Journal | undefined> {
  if (!(await hasControl(sql))) return undefined;
  const [move] = await sql<Journal[]>`
    select app, state, holder, mode, epoch::text, target, service, home, info,
      started_at as "startedAt", changed_at as "changedAt",
      (select split_part(application_name, '/', 2)::int from pg_stat_activity
        where pid = coordinator and application_name ~ '^marcot/[0-9]+/move/') as coordinator
    from marcot.moves where app = ${app}`;
  return move;
}

interface Task {
  readonly app: string;
  readonly move: Move;
  readonly coordinator: number | null;
  readonly project: SeenSide;
  readonly service: SeenSide;
}

async function lookAt({ app, move, coordinator, project, service }: Task): Promise<Status> {
  const seen = { project, service };
  const unreachable: Record<SideName, string | undefined> = {
    project: project.problem,
    service: service.problem,
  };
  /** What a side says; undefined, and the side counts as unreachable, when it goes meanwhile. */
  const ask = async <T>(side: SideName, work: (sql: Sql) => Promise<T>): Promise<T | undefined> => {
    const { sql } = seen[side];
    if (sql === undefined || unreachable[side] !== undefined) return undefined;
    const answer = await orUnreachable(async () => ({ is: await work(sql) }));
    if (typeof answer !== "string") return answer.is;
    unreachable[side] = answer;
    return undefined;
  };
  const [holder, follower] = [move.holder, followerOf(move)];
  const name = streamName(app, holder);
  const sides = {
    project: await ask("project", () => factsOfSide(project, app)),
    service: await ask("service", () => factsOfSide(service, app)),
  };
  const streams = isStreaming(move);
  const slot = streams ? await ask(holder, (sql) => slotFacts(sql, name)) : undefined;
  const subscription = streams
    ? await ask(follower, (sql) => subscriptionFacts(sql, name))
    : undefined;
  const totals = (streams ? await ask(holder, (sql) => tablesOf(sql, app)) : undefined) ?? [];
  const look = () => ask(follower, (sql) => tablesInStream(sql, totals, name));
  const tables = (streams ? await look() : undefined) ?? [];
  const rows = countOf(tables);
  const compared = await differencesOf(app, move, seen, unreachable);
  const facts: Facts = {
    app,
    move,
    coordinator,
    sides,
    unreachable,
    slot,
    subscription,
    differences: typeof compared === "string" ? [] : compared,
    notCompared: typeof compared === "string" ? compared : undefined,
  };
  return Object.freeze({
    app,
    move,
    sentence: sentenceOf(move, rows),
    tables,
    rows,
    lag: slot === undefined || slot.isLost ? null : lagOf(slot),
    secondsLeft: move.state === "copying" ? await timeLeft(rows, look) : null,
    processes: [...(sides.project?.processes ?? []), ...(sides.service?.processes ?? [])],
    coordinator,
    problems: problemsOf(facts),
    next: nextOf(move, coordinator !== null),
  });
}

/** PostgreSQL measures no time while there is nothing to send. */
function lagOf({
  bytes,
  milliseconds,
}: {
  bytes: number;
  milliseconds: number | null;
}): Status["lag"] {
  return { bytes, milliseconds: milliseconds ?? (bytes === 0 ? 0 : null) };
}

function countOf(tables: readonly TableStatus[]): Status["rows"] {
  const sum = (key: "copied" | "total") => tables.reduce((before, table) => before + table[key], 0);
  return { copied: sum("copied"), total: sum("total") };
}

async function timeLeft(
  before: Status["rows"],
  look: () => Promise<readonly TableStatus[] | undefined>,
): Promise<number | null> {
  if (before.total === 0) return null;
  const begun = performance.now();
  await sleep(LOOK_MS);
  const { copied, total } = countOf((await look()) ?? []);
  const perSecond = (copied - before.copied) / ((performance.now() - begun) / 1000);
  return perSecond > 0 ? Math.ceil((total - copied) / perSecond) : null;
}

async function differencesOf(
  app: string,
  { state }: Move,
  { project, service }: Readonly<Record<SideName, SeenSide>>,
  unreachable: Record<SideName, string | undefined>,
): Promise<readonly string[] | string> {
  if (project.sql === undefined || service.sql === undefined || state === "completed") return [];
  if (unreachable.project !== undefined || unreachable.service !== undefined) return [];
  const from = { name: project.name, sql: project.sql };
  const to = { name: service.name, sql: service.sql };
  return orUnreachable(() => schemaDifference({ app, from, to }));
}
