/** A database for the apps of one process in a test, copied from a template in which they are migrated. */
import { join } from "node:path";
import { migrate, readMigrations } from "../data/migrate.ts";
import { ownTables } from "../data/own-tables.ts";
import { type TestDatabase, testDatabase } from "../data/testing.ts";
import type { AppFiles } from "../project/find.ts";

export async function openAppsDatabase(apps: readonly AppFiles[]): Promise<TestDatabase> {
  const targets = apps.map(({ name, folder }) => ({
    app: name,
    folder: join(folder, "migrations"),
  }));
  const bringUp = async (ownerUrl: string) => {
    for (const target of targets) await migrate({ ownerUrl, ...target });
  };
  const database = await testDatabase(await keyOf(targets), bringUp);
  try {
    await bringUp(database.url); // applies nothing: it makes the roles of the copy
    return database;
  } catch (error) {
    await database.drop();
    throw error;
  }
}

/** Another set of apps, of their migrations or of Marcot's own tables is another template. */
async function keyOf(targets: readonly { app: string; folder: string }[]): Promise<string> {
  const parts = targets.map(async ({ app, folder }) => {
    const migrations = await readMigrations(folder);
    return [app, ...migrations.map(({ name, hash }) => `${name}:${hash}`)];
  });
  return JSON.stringify(["apps", ownTables, ...(await Promise.all(parts))]);
}
