/** `marcot extract status`: how each move stands, once or again and again; the same for the page `/-/moves`. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { hasControl } from "../../../data/control.ts";
import { withConnection } from "../../../data/database.ts";
import type { Extract } from "../../../extract/extract.ts";
import type { Status } from "../../../extract/types.ts";
import { findProject } from "../../../project/find.ts";
import {
  type OwnerUrls,
  ownerUrls,
  type ProjectPlan,
  readProject,
  refuseUnlisted,
} from "../../../project/plan.ts";
import { statusLines, withoutSecrets } from "./words.ts";

const REDRAWN_MS = 1_000;

/** To the upper left, and everything below is emptied. */
const REDRAW = "\u001B[H\u001B[J";
const OTHER_SCREEN = "\u001B[?1049h\u001B[?25l";
const OWN_SCREEN = "\u001B[?25h\u001B[?1049l";

interface Flags {
  readonly watch?: boolean;
  readonly json?: boolean;
}

export function addStatus(extract: Command): void {
  extract
    .command("status")
    .argument("[app]", "default: all that move")
    .description("say how far a move is, what is wrong with it, and what comes next")
    .option("--watch", "again each second, on a terminal, until Ctrl+C")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
Where the project runs, /-/moves shows the same as a page.

Examples:
  marcot extract status
  marcot extract status faq --watch
  marcot extract status faq --json`,
    )
    .action(run);
}

async function run(app: string | undefined, { watch = false, json = false }: Flags): Promise<void> {
  const plan = await readProject({ folder: findProject(process.cwd()) });
  if (app !== undefined) refuseUnlisted(app, plan.settings.apps);
  const moves = openMoves(plan);
  try {
    if (!watch || json || !process.stdout.isTTY) print(await moves.read(app), json);
    else await redraw(() => moves.read(app));
  } finally {
    await moves.close();
  }
}

function print(all: readonly Status[], isJson: boolean): void {
  if (isJson) console.log(JSON.stringify(all.map(withoutSecrets), null, 2));
  else console.log(textOf(all));
}

function textOf(all: readonly Status[]): string {
  if (all.length === 0) return "nothing moves";
  return all.map((status) => statusLines(status).join("\n")).join("\n\n");
}

/** On the terminal's other screen, as a pager: what was there before is there again afterwards. */
async function redraw(read: () => Promise<readonly Status[]>): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  process.stdout.write(OTHER_SCREEN);
  let last = "";
  try {
    while (!stop.signal.aborted) {
      last = textOf(await read());
      process.stdout.write(`${REDRAW}${last}\n`);
      await sleep(REDRAWN_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    process.stdout.write(OWN_SCREEN);
    process.off("SIGINT", end).off("SIGTERM", end);
  }
  console.log(last);
}

export interface Moves {
  /** Of one app, also where it does not move; of all that move. */
  read(app?: string): Promise<readonly Status[]>;
  close(): Promise<void>;
}

/** Connections are opened when something moves, and kept. */
export function openMoves(plan: ProjectPlan): Moves {
  const owner = ownerUrls(plan);
  const opened = new Map<string, Promise<Extract>>();
  const open = async (app: string): Promise<Extract> => {
    // Loaded only here: a project in which nothing moves does not need it.
    const { openExtract } = await import("../../../extract/extract.ts");
    return openExtract({ plan, app });
  };
  const statusOf = async (app: string): Promise<Status> => {
    const extract = opened.get(app) ?? open(app);
    opened.set(app, extract);
    extract.catch(() => opened.delete(app)); // a database that was down may be back the next time
    const status = await (await extract).status();
    const left = status.move === undefined ? [] : await brokenRehearsals(owner, app);
    return { ...status, problems: [...status.problems, ...left] };
  };
  return {
    async read(app) {
      const apps = app === undefined ? await movingApps(plan, owner) : [app];
      return Promise.all(apps.map(statusOf));
    },
    async close() {
      const all = await Promise.allSettled(opened.values());
      for (const one of all) if (one.status === "fulfilled") await one.value.close();
      await owner.close();
    },
  };
}

/** A rehearsal that was killed has not been switched off: reads are still sent, and nobody looks at the answers. */
async function brokenRehearsals(owner: OwnerUrls, app: string): Promise<Status["problems"]> {
  try {
    const rows = await withConnection(
      await owner.of(app),
      (sql) => sql<{ shadow: number; address: string | null }[]>`
        select shadow, address from marcot.providers
        where app = ${app} and phase = 'here' and shadow > 0 and not exists (
          select from pg_stat_activity where application_name like 'marcot/%/rehearse')`,
    );
    return rows.map(({ shadow, address }) => ({
      what: `a rehearsal was broken off: ${Math.round(shadow * 100)} % of reads are still sent to ${address}`,
      fix: `\`marcot extract rehearse ${app}\` ends that when it ends; so does a switch.`,
    }));
  } catch {
    return []; // a database that cannot be asked is a problem already
  }
}

/** The journal of each database that the project has apps in. */
async function movingApps({ apps }: ProjectPlan, owner: OwnerUrls): Promise<string[]> {
  const byUrl = new Map<string, string[]>();
  for (const { name, isLocal } of apps) {
    if (!isLocal) continue;
    const url = await owner.of(name);
    byUrl.set(url, [...(byUrl.get(url) ?? []), name]);
  }
  const moving: string[] = [];
  for (const [url, names] of byUrl)
    moving.push(
      ...(await withConnection(url, async (sql) => {
        if (!(await hasControl(sql))) return [];
        const rows = await sql<{ app: string }[]>`
          select app from marcot.moves where app in ${sql(names)} order by started_at`;
        return rows.map(({ app }) => app);
      })),
    );
  return moving;
}
