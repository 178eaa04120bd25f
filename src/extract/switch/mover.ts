/**
 * Which command works on a move, as the databases know it: its token in `marcot.movers` of both sides. A command that
 * was frozen, and taken over meanwhile, may wake up at any statement; so each transaction that decides who may
 * write, or replaces rows, begins with the question whether the move is still its own.
 */
import { MOVER_GONE } from "../../data/control.ts";
import { codeOf, MarcotError } from "../../errors.ts";
import { endPredecessors, type OpenSide, type Owner } from "../sides.ts";
import { literal } from "../tables.ts";

/** A predecessor that wakes up in this moment is ended, and what it had begun then waits no longer. */
const CLAIM_LOCK_MS = 200;
const CLAIM_ATTEMPTS = 20;

/**
 * To be put first into a transaction: it fails with SQLSTATE MV002 unless the move is still this command's, and
 * keeps a successor out until the transaction ends. With an epoch also where a later switch has come meanwhile.
 */
export function stillOurs({ app, token }: Owner, epoch?: string): string {
  const since = epoch === undefined ? "NULL" : BigInt(epoch);
  return `SELECT marcot.require_mover(${literal(app)}, ${literal(token)}, ${since});`;
}

/** Asks outside of a transaction: a step that is long over is not begun. */
export async function checkOurs(...sides: readonly OpenSide[]): Promise<void> {
  await Promise.all(sides.map(({ sql, owner }) => sql.unsafe(stillOurs(owner))));
}

/**
 * Makes the project's side this command's, who has the lock of the move. Its number is higher than that of every
 * command before, of one with another project's database too: by the clock of this one.
 */
export async function claimProject(side: OpenSide): Promise<void> {
  const { app, token } = side.owner;
  await claim(
    side,
    `INSERT INTO marcot.movers AS old (app, token, number)
     VALUES (${literal(app)}, ${literal(token)}, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
     ON CONFLICT (app) DO UPDATE SET token = excluded.token, number = greatest(old.number + 1, excluded.number)
     RETURNING number`,
  );
}

/** The same on the service's side, where a successor may have been already. Fails with MoveRefused then. */
export async function claimService(side: OpenSide, project: OpenSide): Promise<void> {
  const { app, token } = side.owner;
  const [ours] = await project.sql<{ number: string }[]>`
    select number::text from marcot.movers where app = ${app} and token = ${token}`;
  if (ours === undefined) throw lost(app);
  await claim(
    side,
    `INSERT INTO marcot.movers AS old (app, token, number)
     VALUES (${literal(app)}, ${literal(token)}, ${BigInt(ours.number)})
     ON CONFLICT (app) DO UPDATE SET token = excluded.token, number = excluded.number
     WHERE old.number <= excluded.number
     RETURNING number`,
  );
}

async function claim({ sql, owner }: OpenSide, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await endPredecessors(sql, owner);
    try {
      const rows = await sql.begin(async (tx) => {
        await tx.unsafe(`SET LOCAL lock_timeout = ${CLAIM_LOCK_MS}`);
        return tx.unsafe(statement);
      });
      if (rows.length === 0) throw lost(owner.app);
      return;
    } catch (error) {
      if (codeOf(error) !== "55P03" || attempt === CLAIM_ATTEMPTS) throw error;
    }
  }
}

/** Whether a command goes on with a move that is not its own any more. */
export function isLost(error: unknown): boolean {
  return ["MoveRefused", MOVER_GONE].includes(codeOf(error) ?? "");
}

export function lost(app: string, cause?: unknown): MarcotError {
  return new MarcotError("MoveRefused", `The move of ${app} is not this command's any more`, {
    cause,
    fix: `Another command has taken it over, or the database ended its session: \`marcot extract status ${app}\` says.`,
  });
}
