/** `marcot events`: how the events of the apps are doing, and what a person can do about them. */
import type { Command } from "commander";
import type { ReceiverState } from "../../../events/inspect.ts";
import { style, toColumns } from "../../terminal/style.ts";
import { span } from "../../terminal/time.ts";
import { addEventsDrop, addEventsRetry } from "./change.ts";
import { addEventsList, addEventsShow } from "./list.ts";
import { addEventsRebuild } from "./rebuild.ts";
import { withTellers } from "./tellers.ts";

export function addEvents(program: Command): void {
  const events = program
    .command("events")
    .description("what the apps have told each other, and what became of it");
  events
    .command("overview", { isDefault: true })
    .argument("[app]", "an app that tells events. Default: all that are provided here")
    .description("say for each receiver what waits, has failed, is parked, or is done")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
\`marcot events\` alone means this. FAILED are tried again by themselves; PARKED wait for a person, and with
them what has the same key. An app as tickets/* could not be asked yet what it receives: all is kept for it.

Examples:
  marcot events overview
  DATABASE_URL=postgres://… marcot events overview faq --json`,
    )
    .action(run);
  for (const addTo of [
    addEventsList,
    addEventsShow,
    addEventsRetry,
    addEventsDrop,
    addEventsRebuild,
  ])
    addTo(events);
}

interface Told {
  readonly app: string;
  readonly receivers: readonly ReceiverState[];
}

async function run(name: string | undefined, { json = false }: { json?: boolean }): Promise<void> {
  const told = await withTellers(name, async ({ app, events }) => {
    return { app, receivers: await events.receivers() };
  });
  if (json) console.log(JSON.stringify(told, null, 2));
  else console.log([...toTable(told), ...told.flatMap(hints)].join("\n"));
}

const HEAD = [
  "APP",
  "RECEIVER",
  "WAITING",
  "IN WORK",
  "FAILED",
  "PARKED",
  "DONE IN 24 H",
  "OLDEST",
];

function toTable(told: readonly Told[]): string[] {
  const rows = told.flatMap(({ app, receivers }) =>
    receivers.length === 0
      ? [[app, style("dim", "nobody")]]
      : receivers.map((one) => [app, ...toCells(one)]),
  );
  return toColumns([HEAD.map((title) => style("dim", title)), ...rows]);
}

function toCells(one: ReceiverState): string[] {
  const { app, receiver, waiting, held, working, failed, parked, done, nextAt, oldestAt } = one;
  const next = nextAt === null ? "" : `, next ${until(nextAt)}`;
  return [
    `${app}/${receiver}`,
    held > 0 ? `${many(waiting)} (${many(held)} held)` : many(waiting),
    many(working),
    failed > 0 ? style("yellow", `${many(failed)}${next}`) : "0",
    parked > 0 ? style("red", many(parked)) : "0",
    many(done),
    oldestAt === null ? "" : span(Date.now() - oldestAt.getTime()),
  ];
}

function many(count: number): string {
  return count.toLocaleString("en");
}

function until(moment: Date): string {
  const left = moment.getTime() - Date.now();
  return left <= 0 ? "now" : `in ${span(left)}`;
}

/** What a person should know of a receiver, and what to do. */
function hints({ app, receivers }: Told): string[] {
  return receivers.flatMap((one) => {
    const name = `${one.app}/${one.receiver}`;
    if (one.receiver === "*")
      return `${one.app} could not be asked yet what it receives of ${app}: it was not reached since ${app} has started`;
    const lines = [];
    if (one.parked > 0)
      lines.push(`parked for ${name}: marcot events list ${app} --receiver ${name} --state parked`);
    if (!one.isKnown && one.parked + one.waiting + one.failed > 0)
      lines.push(`${one.app} has no receiver ${one.receiver} any more: drop what is left for it`);
    return lines;
  });
}
