/** Whether an app's tables may be changed: not while it moves. */
import type { Sql } from "postgres";
import { hasControl } from "../data/control.ts";
import { withConnection } from "../data/database.ts";
import { type MigrateOptions, pending } from "../data/migrate.ts";
import { MarcotError } from "../errors.ts";

/**
 * Fails with MoveRefused where something is to be applied and the app moves, or has left. Rows are copied by the
 * columns that both sides have: a migration on one of them would stop the copy. What is applied already is asked
 * first, so that a deploy or a start which changes nothing goes on.
 */
export async function refuseMoving(target: MigrateOptions): Promise<void> {
  const { ownerUrl, app } = target;
  const state = await withConnection(ownerUrl, (sql) => moveOf(sql, app));
  if (state === undefined) return;
  const names = await pending(target);
  if (names.length === 0) return;
  if (state === "completed") {
    throw new MarcotError(
      "MoveRefused",
      `${app} is the service's: its tables are not here any more`,
      {
        fix: `Migrate where the service runs; or \`marcot absorb ${app}\` first.`,
      },
    );
  }
  const message = `${app} moves: its tables must not change meanwhile (${names.join(", ")})`;
  throw new MarcotError("MoveRefused", message, {
    fix: `Go on with the code as it was, or end the move first, where the project is: \`marcot extract complete ${app}\` or \`marcot absorb ${app}\`; \`marcot extract cancel ${app}\` if it has not switched.`,
  });
}

/** By the journal, which is in the project's database; the service's has what follows, or is followed. */
async function moveOf(sql: Sql, app: string): Promise<string | undefined> {
  if (!(await hasControl(sql))) return undefined;
  const [move] = await sql<{ state: string }[]>`select state from marcot.moves where app = ${app}`;
  if (move !== undefined) return move.state;
  // As `extract/stream` calls them: names of slots have no hyphens.
  const name = app.replaceAll("-", "_");
  const [streaming] = await sql`
    select 1 from pg_publication where pubname = ${`marcot_move_${name}`}
    union all select 1 from pg_subscription s join pg_database d on d.oid = s.subdbid
      where d.datname = current_database()
        and subname in (${`marcot_${name}_out`}, ${`marcot_${name}_home`})`;
  return streaming === undefined ? undefined : "moving";
}
