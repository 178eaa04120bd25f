/**
 * Where a case plays: two PostgreSQL servers (or one with two databases), three processes of the project, one
 * of the service, wires between them that can be cut, and users.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrate } from "../../../src/data/migrate.ts";
import { freePort } from "../../events/ports.ts";
import { type Process, processOf } from "./process.ts";
import { openPostgres, type Postgres } from "./postgres.ts";
import { openProxy, type Proxy } from "./proxy.ts";
import { OLD } from "./judge.ts";

export const folder = join(import.meta.dirname, "..", "..", "extract", "project");

const PROCESSES = 3;

export interface Scene {
  readonly a: Postgres;
  /** The same as `a` where both databases lie on one server. */
  readonly b: Postgres;
  /** The owner's addresses of the two databases, without a wire between. */
  readonly projectUrl: string;
  readonly serviceUrl: string;
  readonly projects: readonly Process[];
  readonly ports: readonly number[];
  readonly service: Process;
  /** From the coordinator and from B to A, and the other way round. */
  readonly wireA: Proxy;
  readonly wireB: Proxy;
  /** Between the project's processes and the service's. */
  readonly wireService: Proxy | undefined;
  readonly wireHome: Proxy | undefined;
  /** For the coordinator: its environment, `--to`, `--service` and `--home`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly to: string;
  readonly serviceAddress: string;
  readonly homeAddress: string;
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly oldRows: number;
  readonly isDurable: boolean;
  /** How long a call of a user may take. */
  readonly deadlineMs: number;
  /** Both databases on one server. */
  readonly isSameServer?: boolean;
  /** Of the service's own small disk. */
  readonly megabytes?: number | undefined;
  /** Whether calls between project and service go over a wire that can be cut: it costs time of the users. */
  readonly hasWires?: boolean;
}

export async function openScene(options: SceneOptions): Promise<Scene> {
  const closing: (() => Promise<unknown>)[] = [];
  const opened = <T>(thing: T, close: (thing: T) => Promise<unknown>): T => {
    closing.unshift(() => close(thing));
    return thing;
  };
  const close = async () => {
    for (const step of closing.splice(0)) await step().catch(() => {});
  };
  try {
    return { ...(await build(options, opened)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Opened = <T>(thing: T, close: (thing: T) => Promise<unknown>) => T;

async function build(options: SceneOptions, opened: Opened): Promise<Omit<Scene, "close">> {
  const { isDurable, megabytes, isSameServer = false, hasWires = false } = options;
  const shut = (server: Postgres) => server.stop();
  const cut = (wire: Proxy) => wire.close();
  const a = opened(await openPostgres({ isDurable }), shut);
  const b = isSameServer ? a : opened(await openPostgres({ isDurable, megabytes }), shut);
  await a.createDatabase("warehouse");
  await b.createDatabase("stock_service");
  const projectUrl = a.urlOf("warehouse");
  const wireA = opened(await openProxy("postgres", a.port), cut);
  const wireB = opened(await openProxy("postgres", b.port), cut);
  const ports: number[] = [];
  while (ports.length < PROCESSES) ports.push(await freePort());
  const servicePort = await freePort();
  const [first = 0] = ports;
  const wireService = hasWires ? opened(await openProxy("web", servicePort), cut) : undefined;
  const wireHome = hasWires ? opened(await openProxy("web", first), cut) : undefined;
  const home = `http://127.0.0.1:${wireHome?.port ?? first}`;
  const shared = {
    EVENTS_SECRET: randomBytes(32).toString("hex"),
    DEADLINE_MS: String(options.deadlineMs),
  };
  const logs = opened(await mkdtemp(join(tmpdir(), "marcot-torture-logs-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const projects = ports.map((port, index) =>
    processOf({
      log: join(logs, `project-${index + 1}`),
      name: `project-${index + 1}`,
      folder,
      arguments: ["--port", String(port)],
      environment: { ...shared, DATABASE_URL: projectUrl },
    }),
  );
  const service = processOf({
    log: join(logs, "service"),
    name: "service",
    folder,
    arguments: ["--only", "stock", "--port", String(servicePort)],
    environment: { ...shared, DATABASE_URL: b.urlOf("stock_service"), SHOP_API: `${home}/shop` },
  });
  for (const one of [...projects, service]) opened(one, (process) => process.kill());
  for (const app of ["stock", "shop"])
    await migrate({ ownerUrl: projectUrl, app, folder: join(folder, "apps", app, "migrations") });
  await fillStock(projectUrl, options.oldRows);
  await Promise.all(projects.map((one) => one.start()));
  return {
    ...{ a, b, projects, ports, service, wireA, wireB, wireService, wireHome, projectUrl },
    serviceUrl: b.urlOf("stock_service"),
    environment: { ...shared, DATABASE_URL: a.urlOf("warehouse", wireA.port) },
    to: b.urlOf("stock_service", wireB.port),
    serviceAddress: `http://127.0.0.1:${wireService?.port ?? servicePort}`,
    homeAddress: `${home}/stock`,
  };
}

/** Rows that nobody but the copy cares for. */
async function fillStock(url: string, rows: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice() {} });
  await sql`insert into stock.entries (token, amount)
    select ${OLD}::text || n, n % 1000 from generate_series(1, ${rows}::int) n`;
  await sql`insert into stock.counters (shelf, entries) values (0, ${rows})
    on conflict (shelf) do update set entries = stock.counters.entries + excluded.entries`;
  await sql`analyze stock.entries`;
  await sql.end();
}
