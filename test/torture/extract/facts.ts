/** What the databases themselves say about a move, asked without the code that is tortured. */
import postgres, { type Sql } from "postgres";

export const APP = "stock";

/** Undefined: the database does not answer, or has no such schema. */
export interface SideFacts {
  readonly hasSchema: boolean;
  /** Whether an ordinary writer may write. */
  readonly isWritable: boolean;
  readonly phase: string | undefined;
}

export interface Facts {
  readonly state: string | undefined;
  readonly holder: string | undefined;
  readonly info: { readonly verified?: { readonly different: number } } & Readonly<
    Record<string, unknown>
  >;
  readonly project: SideFacts;
  readonly service: SideFacts;
}

/** Short questions to one database, that give up soon. */
async function asking<T>(url: string, ask: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice() {}, connect_timeout: 5 });
  try {
    return await ask(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export async function readFacts(projectUrl: string, serviceUrl: string): Promise<Facts> {
  const [move, project] = await asking(
    projectUrl,
    async (sql) => [await moveOf(sql), await sideOf(sql)] as const,
  );
  const service = await asking(serviceUrl, sideOf);
  return { state: move?.state, holder: move?.holder, info: move?.info ?? {}, project, service };
}

async function moveOf(sql: Sql) {
  const [has] = await sql<
    { has: boolean }[]
  >`select to_regclass('marcot.moves') is not null as has`;
  if (has?.has !== true) return undefined;
  const [move] = await sql<{ state: string; holder: string; info: Facts["info"] }[]>`
    select state, holder, info from marcot.moves where app = ${APP}`;
  return move;
}

async function sideOf(sql: Sql): Promise<SideFacts> {
  const [schema] = await sql<{ tables: number; fenced: number }[]>`
    select count(*)::int as tables, count(t.oid) filter (where t.tgenabled <> 'D')::int as fenced
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_trigger t on t.tgrelid = c.oid and t.tgname = 'marcot_moved'
    where n.nspname = ${APP} and c.relname = 'entries' and c.relkind = 'r'`;
  const [has] = await sql<{ has: boolean }[]>`
    select to_regclass('marcot.providers') is not null as has`;
  const [row] =
    has?.has === true
      ? await sql<{ phase: string }[]>`select phase from marcot.providers where app = ${APP}`
      : [];
  const { tables = 0, fenced = 0 } = schema ?? {};
  return { hasSchema: tables > 0, isWritable: tables > 0 && fenced === 0, phase: row?.phase };
}

/** What a status may not say, or leave out, given the facts. Empty where it tells the truth. */
export function untruths(facts: Facts, status: StatusLike, expected: RegExp | undefined): string[] {
  const wrong: string[] = [];
  const { state, holder } = facts;
  if (status.move?.state !== state)
    wrong.push(`status says ${status.move?.state ?? "nothing"}, the journal ${state ?? "nothing"}`);
  if (status.move?.holder !== holder)
    wrong.push(`status says held by ${status.move?.holder}, the journal ${holder}`);
  const isHalf = state === "switching" || state === "settling";
  if (isHalf && !status.next.some((next) => /resume/.test(next)))
    wrong.push(`it is ${state}, and status does not say resume but ${JSON.stringify(status.next)}`);
  const said = JSON.stringify([status.sentence, status.problems]);
  if (expected !== undefined && !expected.test(said))
    wrong.push(`status does not name ${String(expected)}: ${said}`);
  return wrong;
}

export interface StatusLike {
  readonly move?: { readonly state: string; readonly holder: string } | undefined;
  readonly sentence: string;
  readonly problems: readonly unknown[];
  readonly next: readonly string[];
}

/** What must hold whatever has happened. */
export function dangers({ project, service, state, holder }: Facts): string[] {
  const wrong: string[] = [];
  // While a copy is begun the tables of the copy are there before their fence, and nobody has their address.
  const isMoving = state !== undefined && state !== "copying";
  if (project.isWritable && service.isWritable && isMoving)
    wrong.push(`both sides can be written (state ${state})`);
  if (state === "ready") {
    const sides = { project, service };
    const held = sides[holder as keyof typeof sides];
    if (!held.isWritable) wrong.push(`${holder} holds the app and cannot be written`);
  }
  return wrong;
}
