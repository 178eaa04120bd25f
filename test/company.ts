/** The example project on a database of its own, for tests: in one process, or as a process's worth of apps. */
import { join } from "node:path";
import { migrate } from "../src/data/migrate.ts";
import { testDatabase } from "../src/data/testing.ts";
import { openProject } from "../src/project/project.ts";
import { startService } from "../src/provider/service.ts";

const root = join(import.meta.dirname, "..");
const example = join(root, "example");

export async function openDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const database = await testDatabase("empty", async () => {});
  for (const app of ["tickets", "faq", "faqcreator"]) {
    await migrate({ ownerUrl: database.url, app, folder: join(root, "apps", app, "migrations") });
  }
  return database;
}

export interface Part {
  readonly address: string;
  readonly logged: object[];
  stop(): Promise<void>;
}

/** Starts all apps, or `only` some; `environment` is what the process would have. */
export async function start(
  environment: Readonly<Record<string, string>>,
  only: readonly string[] = [],
): Promise<Part> {
  const logged: object[] = [];
  const note = (data: object) => void logged.push(data);
  const log = { info: note, warn: note, error: note };
  const project = await openProject({ folder: example, only, environment, log });
  const service = await startService({ project, port: 0 });
  return {
    address: service.address,
    logged,
    async stop() {
      await service.stop();
      await project.close();
    },
  };
}

export async function post(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

export async function postForm(
  url: string,
  body: string,
): Promise<{ status: number; body: unknown }> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const response = await fetch(url, { method: "POST", headers, body });
  return { status: response.status, body: await response.json() };
}

export async function get(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}
