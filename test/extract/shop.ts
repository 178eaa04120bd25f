/** An app that moves, and the little of a project that a move looks at. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/data/migrate.ts";
import type { ProjectPlan } from "../../src/project/plan.ts";

export const APP = "shop";

const MIGRATION = `
CREATE TABLE "shop"."entries" (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, client text NOT NULL, n int NOT NULL, note text NOT NULL DEFAULT '');
CREATE INDEX entries_client ON "shop"."entries" (client, n);
CREATE TABLE "shop"."counters" (name text PRIMARY KEY, value bigint NOT NULL);
CREATE TABLE "shop"."notes" (client text, note text);
INSERT INTO "shop"."counters" VALUES ('entries', 0);
`;

/** What of a project's plan a move looks at. */
export interface PlannedOptions {
  readonly database: string;
  readonly folder: string;
}

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "marcot-move-"));
  await chmod(folder, 0o711); // the server's user passes, when root tests
  const migrations = join(folder, "apps", APP, "migrations");
  await mkdir(migrations, { recursive: true });
  await writeFile(join(migrations, "0001_initial.sql"), MIGRATION);
  return folder;
}

export function planOf({ database, folder }: PlannedOptions): ProjectPlan {
  const files = { name: APP, folder: join(folder, "apps", APP), extension: ".ts" };
  const settings = { apps: [APP], database, databases: new Map(), addresses: new Map() };
  return { folder, settings, apps: [{ name: APP, files, isLocal: true }], only: [] } as never;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** The app as the project has it before anything moves. */
export async function plant(ownerUrl: string, folder: string): Promise<void> {
  await migrate({ ownerUrl, app: APP, folder: join(folder, "apps", APP, "migrations") });
}
