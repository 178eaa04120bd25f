/** Rehearses the reads of an app where its row asks for it, and only then has a connection for it. */
import type { Sql } from "postgres";
import { openRehearsal, type Rehearsal } from "../client/rehearsal/rehearsal.ts";
import { connect } from "../data/database.ts";
import type { Project } from "../project/project.ts";

export interface Rehearsing {
  close(): Promise<void>;
}

interface Stage {
  readonly sql: Sql;
  readonly rehearsal: Rehearsal;
}

export function rehearseReads(project: Project): Rehearsing {
  const stages = new Map<string, Promise<Stage>>();
  const stageOf = (app: string) => {
    const stage = stages.get(app) ?? openStage(project, app);
    stages.set(app, stage);
    return stage;
  };
  project.moves.onRow((app, row) => {
    const served = project.local.get(app);
    const isAsked = row?.phase === "here" && row.shadow > 0 && row.address !== null;
    if (served === undefined || (!isAsked && !stages.has(app))) return;
    const address = isAsked ? URL.parse(row.address ?? "") : null;
    const shadow = isAsked && address !== null ? { share: row.shadow, address } : undefined;
    stageOf(app).then(
      ({ rehearsal }) => rehearsal.setShadow(served, shadow),
      (error: unknown) => {
        stages.delete(app);
        project.log.warn({ err: error, app }, "reads cannot be rehearsed");
      },
    );
  });
  return {
    async close() {
      for (const opened of stages.values()) {
        const stage = await opened.catch(() => undefined);
        await stage?.rehearsal.close();
        await stage?.sql.end({ timeout: 1 });
      }
    },
  };
}

async function openStage(project: Project, app: string): Promise<Stage> {
  const sql = connect(await project.moves.ownerUrl(app), { name: `${app} rehearsal` });
  return { sql, rehearsal: openRehearsal({ running: project, sql }) };
}
