/** The project of these tests: an app that tells and one that hears, together or apart. */
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "../../src/data/migrate.ts";
import { testDatabase } from "../../src/data/testing.ts";
import { openProject, type Project } from "../../src/project/project.ts";
import { type Service, startService } from "../../src/provider/service.ts";

export const folder = join(import.meta.dirname, "project");

export interface Rows {
  readonly url: string;
  readonly sql: Sql;
  drop(): Promise<void>;
}

/** A database for these apps, which nobody else has. */
export async function openRows(apps: readonly string[]): Promise<Rows> {
  const database = await testDatabase("empty", async () => {});
  for (const app of apps)
    await migrate({ ownerUrl: database.url, app, folder: join(folder, "apps", app, "migrations") });
  const sql = postgres(database.url, { max: 2, onnotice() {} });
  return {
    url: database.url,
    sql,
    async drop() {
      await sql.end({ timeout: 1 });
      await database.drop();
    },
  };
}

export interface Part {
  readonly project: Project;
  readonly service: Service;
  readonly logged: { readonly data: object; readonly message: string }[];
  stop(): Promise<void>;
}

export async function startPart(
  environment: Readonly<Record<string, string>>,
  only: readonly string[] = [],
  port = 0,
): Promise<Part> {
  const logged: Part["logged"] = [];
  const note = (data: object, message: string) => void logged.push({ data, message });
  const log = { info() {}, warn: note, error: note };
  const project = await openProject({ folder, only, environment, log });
  const service = await startService({ project, port });
  return {
    project,
    service,
    logged,
    async stop() {
      await service.stop();
      await project.close();
    },
  };
}

/** Asks again until it is so; fails after ten seconds, with what was seen last. */
export async function until<T>(ask: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const end = performance.now() + 10_000;
  for (;;) {
    const seen = await ask();
    if (isSo(seen)) return seen;
    if (performance.now() > end) throw new Error(`after ten seconds: ${JSON.stringify(seen)}`);
    await sleep(20);
  }
}
