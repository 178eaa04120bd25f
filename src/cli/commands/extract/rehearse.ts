/** `marcot extract rehearse`: a share of real reads is also sent to the service, and compared. Nobody waits for it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Sql } from "postgres";
import { connect } from "../../../data/database.ts";
import { PROVIDERS_CHANNEL } from "../../../data/control.ts";
import { MarcotError } from "../../../errors.ts";
import { reportUsage } from "../../terminal/report.ts";
import { style, toColumns } from "../../terminal/style.ts";
import { type Opened, withExtract } from "./opened.ts";
import { toAddress, toSeconds, toShare } from "./options.ts";
import { many, plural, rounded } from "./words.ts";

/** Processes hear of the end within a second, and note then what they have compared. */
const SETTLE_MS = 1_500;
const REDRAWN_MS = 500;

interface Flags {
  readonly service?: string;
  readonly seconds: number;
  readonly share: number;
  readonly json?: boolean;
}

export interface Rehearsed {
  readonly endpoint: string;
  readonly compared: number;
  readonly different: number;
  readonly failed: number;
  /** Of one read, in the mean. */
  readonly hereMs: number;
  readonly thereMs: number;
  /** Of a difference. */
  readonly example: unknown;
}

export function addRehearse(extract: Command): void {
  extract
    .command("rehearse")
    .argument("<app>", "an app that is copied, and whose service runs")
    .description("send a share of real reads to the service too, and compare the answers")
    .option("--service <url>", "where the service is. Default: as it was said before", toAddress)
    .option("--seconds <count>", "how long", toSeconds, 30)
    .option("--share <number>", "which share of reads: 0.1 is every tenth", toShare, 0.1)
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
People get the project's answer and wait for no other. Exits with 0 when all answers were the same, 1 when
some were not or none was compared, 2 when used wrongly.

Examples:
  marcot extract rehearse faq --service http://faq.internal:8001
  marcot extract rehearse faq --seconds 300 --share 1`,
    )
    .action((app: string, flags: Flags) =>
      withExtract(app, async (opened) => {
        const rows = await rehearse(opened, flags);
        opened.line.clear();
        console.log(flags.json ? JSON.stringify(rows, null, 2) : rehearsalLines(rows).join("\n"));
        // A service that nobody has asked is not known to answer.
        if (rows.length === 0 || rows.some(isBad)) process.exitCode = 1;
      }).catch(reportUsage),
    );
}

export function isBad({ different, failed }: Rehearsed): boolean {
  return different + failed > 0;
}

/** Switched off again however it ends. Ctrl+C ends it early, and shows what there is. */
export async function rehearse(
  opened: Opened,
  { service, seconds, share }: Pick<Flags, "service" | "seconds" | "share">,
): Promise<readonly Rehearsed[]> {
  const { app, extract, atEnd, ending } = opened;
  const move = await extract.move();
  const address = service ?? move?.service;
  if (move?.state !== "ready" || move.holder !== "project")
    throw new MarcotError("MoveRefused", `${app} is not at home with a complete copy elsewhere`);
  if (!address)
    throw new MarcotError("CommandInvalid", `where is the service of ${app}?`, {
      fix: "Say --service http://host:port.",
    });
  const sql = connect(await opened.ownerUrl(), { max: 2, name: "rehearse" });
  atEnd(() => sql.end({ timeout: 1 }));
  const early = new AbortController();
  return ending(
    () => early.abort(),
    async () => {
      try {
        await sql`delete from marcot.rehearsals where app = ${app}`;
        await cast(sql, app, share, address);
        await watch(opened, sql, seconds, early.signal);
      } finally {
        await cast(sql, app, 0);
      }
      await sleep(SETTLE_MS);
      return readRehearsed(sql, app);
    },
  );
}

async function watch(
  { app, line }: Opened,
  sql: Sql,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  const left = () => seconds - (performance.now() - begun) / 1000;
  while (left() > 0 && !signal.aborted) {
    line.say({ step: "rehearsing", note: noteOf(await readRehearsed(sql, app), left()) });
    const wait = Math.max(0, Math.min(REDRAWN_MS, left() * 1000));
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
}

function noteOf(rows: readonly Rehearsed[], left: number): string {
  const compared = rows.reduce((sum, row) => sum + row.compared, 0);
  const bad = rows.reduce((sum, row) => sum + row.different + row.failed, 0);
  return `${plural(compared, "read")} compared, ${many(bad)} not the same, ${Math.ceil(left)} s left`;
}

/** Without an address the one that is there stays. */
async function cast(sql: Sql, app: string, share: number, address?: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      insert into marcot.providers as old (app, phase, address, shadow)
      values (${app}, 'here', ${address ?? null}, ${share})
      on conflict (app) do update set shadow = excluded.shadow,
        address = coalesce(excluded.address, old.address), changed_at = now()
      where old.phase = 'here' or excluded.shadow = 0`;
    await tx`select pg_notify(${PROVIDERS_CHANNEL}, ${app})`;
  });
}

async function readRehearsed(sql: Sql, app: string): Promise<readonly Rehearsed[]> {
  const rows = await sql<
    {
      endpoint: string;
      compared: string;
      different: string;
      failed: string;
      here_ms: number;
      there_ms: number;
      example: unknown;
    }[]
  >`select endpoint, compared, different, failed, here_ms, there_ms, example
    from marcot.rehearsals where app = ${app} order by compared desc, endpoint`;
  return rows.map((row) => {
    const compared = Number(row.compared);
    const mean = (sum: number) => (compared === 0 ? 0 : sum / compared);
    return {
      endpoint: row.endpoint,
      compared,
      different: Number(row.different),
      failed: Number(row.failed),
      hereMs: mean(row.here_ms),
      thereMs: mean(row.there_ms),
      example: row.example,
    };
  });
}

const HEAD = ["ENDPOINT", "COMPARED", "DIFFERENT", "FAILED", "PROJECT", "SERVICE"];

export function rehearsalLines(rows: readonly Rehearsed[]): string[] {
  if (rows.length === 0)
    return ["no read came in that time: nothing was compared. --seconds and --share make it more"];
  const red = (count: number) => (count === 0 ? "0" : style("red", many(count)));
  const cells = rows.map((row) => [
    row.endpoint,
    many(row.compared),
    red(row.different),
    red(row.failed),
    rounded1(row.hereMs),
    rounded1(row.thereMs),
  ]);
  const bad = rows.filter(isBad);
  const verdict =
    bad.length === 0
      ? style("green", "the service answers as the project does")
      : style("red", `answers differ at ${bad.map(({ endpoint }) => endpoint).join(", ")}`);
  return [
    ...toColumns([HEAD.map((title) => style("dim", title)), ...cells]),
    ...bad.flatMap(({ endpoint, example }) => (example ? exampleLines(endpoint, example) : [])),
    "",
    verdict,
  ];
}

function rounded1(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : rounded(milliseconds);
}

function exampleLines(endpoint: string, example: unknown): string[] {
  const text = JSON.stringify(example, null, 2).split("\n");
  return ["", `${endpoint}, for example:`, ...text.map((line) => `  ${line}`)];
}
