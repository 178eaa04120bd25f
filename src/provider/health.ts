/**
 * Whether this process lives, and whether it is ready for requests: by the names that Kubernetes gave them.
 * Ready means that the databases of the local apps answer, and that each remote app can be reached and called
 * as the apps here need. Remote apps are asked for their contract, not whether they are ready: two that call
 * each other would wait for each other.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Problem } from "../client/release/standing.ts";
import type { Watch } from "../client/release/watch.ts";
import { type Database, databaseError } from "../data/database.ts";
import { MarcotError } from "../errors.ts";
import type { Phase } from "../data/control.ts";
import type { Project } from "../project/project.ts";

export interface Readiness {
  readonly status: "ready" | "not ready" | "stopping";
  readonly checks: readonly Check[];
}

export interface Check {
  readonly app: string;
  readonly what: "database" | "provider";
  /** Of the provider, or of the database without its password. */
  readonly address: string;
  readonly status: "ok" | "warning" | "failed";
  /** Of the provider's contract, where it was told. */
  readonly revision?: string;
  /** Of an app that moves, or has moved: what this process has been told last. */
  readonly phase?: Phase;
  readonly problems: readonly Problem[];
}

/** Whoever asks every second gets the same answer twice; providers are not asked more often. */
const FRESH_MS = 2_000;

/** As long as a probe of Kubernetes waits when nothing else is said. */
const WAIT_MS = 1_000;

/** Never rejects. */
export async function readinessOf(
  project: Project,
  watches: readonly Watch[],
  isOpen: boolean,
): Promise<Readiness> {
  if (!isOpen) return { status: "stopping", checks: [] };
  // Of an app that is elsewhere the database here may be gone, and nobody needs it.
  const isUsed = ({ app = "" }: Database) =>
    !["remote", "absent"].includes(project.providers.get(app)?.is ?? "");
  const isAsked = ({ provider }: Watch) => project.providers.get(provider.app) === provider;
  const found = await Promise.all([
    ...project.databases.filter(isUsed).map((one) => checkDatabase(project, one)),
    ...watches.filter(isAsked).map(checkProvider),
  ]);
  const checks = found.map((check) => {
    const phase = project.moves.rowOf(check.app)?.phase;
    return phase === undefined || phase === "here" ? check : { ...check, phase };
  });
  const isReady = checks.every(({ status }) => status !== "failed");
  return { status: isReady ? "ready" : "not ready", checks };
}

function statusOf(problems: readonly Problem[]): Check["status"] {
  if (problems.length === 0) return "ok";
  return problems.some(({ level }) => level === "error") ? "failed" : "warning";
}

async function checkDatabase(project: Project, { app = "", sql, url }: Database): Promise<Check> {
  const problems = unplaced(project, app);
  try {
    const late = sleep(WAIT_MS, "late", { ref: false });
    if ((await Promise.race([sql`select 1`, late])) === "late") {
      const message = `the database of ${app} has not answered within ${WAIT_MS} ms`;
      throw new MarcotError("DatabaseUnavailable", message);
    }
  } catch (thrown) {
    const error = thrown instanceof MarcotError ? thrown : databaseError(thrown, url);
    const message = error?.message ?? `the database of ${app} failed: ${String(thrown)}`;
    const { fix } = error ?? new MarcotError("DatabaseUnavailable", message);
    problems.push({ level: "error", code: "DatabaseUnavailable", message, fix });
  }
  return { app, what: "database", address: url, status: statusOf(problems), problems };
}

/** Its own database may answer while the one that says where it is does not: then no call is answered here. */
function unplaced({ providers, moves }: Project, app: string): Problem[] {
  const provider = providers.get(app);
  if (provider?.is !== "held" || moves.rowOf(app) !== undefined) return [];
  const message = `${app} is not answered here yet: ${provider.why}`;
  const fix = "Look into the log of this process: it says why marcot.providers cannot be read.";
  return [{ level: "error", code: "Unavailable", message, fix }];
}

async function checkProvider(watch: Watch): Promise<Check> {
  await Promise.race([watch.refresh(FRESH_MS), sleep(WAIT_MS, undefined, { ref: false })]);
  const { app, address, revision, problems, state } = watch.standing();
  // An address that takes a question and does not answer it, at the start.
  const silent: Problem = {
    level: "error",
    code: "Unavailable",
    message: `${app} at ${address} has not answered yet`,
    fix: "Wait; if it persists, look at the provider.",
  };
  const all = state === "unasked" ? [silent] : problems;
  return {
    app,
    what: "provider",
    address,
    status: statusOf(all),
    ...(revision === undefined ? {} : { revision }),
    problems: all,
  };
}
