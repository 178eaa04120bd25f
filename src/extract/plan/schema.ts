/** What the schema of an app has that would not go along, or that holds on to what stays. */
import type { Asked } from "../verify/catalog.ts";
import { borderChecks } from "./border.ts";
import { found, type PlanFinding } from "./check.ts";
import type { Answer } from "./question.ts";
import { rowChecks } from "./rows.ts";

export const schemaChecks = Object.freeze([...borderChecks, ...rowChecks]);

/** Reads the catalogs, and changes nothing. */
export async function checkSchema(sql: Asked, app: string): Promise<readonly PlanFinding[]> {
  const findings: PlanFinding[] = [];
  for (const kind of schemaChecks) {
    const answers = await sql.unsafe<Answer[]>(`${kind.question} ORDER BY 1, 2`, [app]);
    for (const answer of answers)
      findings.push(found(kind, { where: answer.where, ...kind.tell(answer) }));
  }
  return findings;
}
