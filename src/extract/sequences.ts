/** Sequences do not travel with the rows: the new holder goes on where the old one stopped. */
import type { Sql } from "postgres";
import { quoted } from "../data/identifier.ts";
import { literal, nameIn } from "./tables.ts";

export interface Sequence {
  readonly name: string;
  readonly isDescending: boolean;
}

export async function sequencesOf({
  app,
  sql,
}: {
  app: string;
  sql: Sql;
}): Promise<readonly Sequence[]> {
  return sql<Sequence[]>`
    select c.relname as name, seqincrement < 0 as "isDescending"
    from pg_sequence join pg_class c on c.oid = seqrelid
    where c.relnamespace = to_regnamespace(${quoted(app)})`;
}

/** Only raised: a number that was given out on either side is not given out again. */
export async function raiseSequences(
  from: { readonly app: string; readonly sql: Sql },
  to: { readonly sql: Sql },
  sequences: readonly Sequence[],
): Promise<void> {
  if (sequences.length === 0) return;
  const { app } = from;
  const questions = sequences.map(
    ({ name }, place) =>
      `SELECT ${place} AS place, last_value::text AS value, is_called AS called FROM ${nameIn(app, name)}`,
  );
  const values = await from.sql.unsafe<{ value: string; called: boolean }[]>(
    `${questions.join(" UNION ALL ")} ORDER BY place`,
  );
  const raises = sequences.flatMap(({ name, isDescending }, index) => {
    const at = values[index];
    if (at === undefined) return [];
    const sequence = nameIn(app, name);
    const further = isDescending ? "<" : ">";
    return [
      `SELECT setval(${literal(sequence)}, ${at.value}, ${at.called}) FROM ${sequence}
       WHERE (${at.value}, ${isDescending ? !at.called : at.called}) ${further} (last_value, ${isDescending ? "NOT is_called" : "is_called"})`,
    ];
  });
  await to.sql.unsafe(raises.join(";\n"));
}
