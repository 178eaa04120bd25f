/** `marcot events list` and `show`: single events, and how far each has come. */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type Delivery,
  type Meant,
  type Shown,
  type Word,
  words,
} from "../../../events/inspect.ts";
import { style, toColumns } from "../../terminal/style.ts";
import { ago, span } from "../../terminal/time.ts";
import { receiverOption, refuseStranger, withTellers } from "./tellers.ts";

/** More than a screen is for `--json`. */
const LISTED = 50;

export function addEventsList(events: Command): void {
  events
    .command("list")
    .argument("[app]", "an app that tells events. Default: all that are provided here")
    .description("list events, one line for each receiver, the newest first")
    .addOption(receiverOption())
    .addOption(
      new Option("--state <state>", "only those that are so. Default: all").choices(
        Object.keys(words),
      ),
    )
    .addOption(
      new Option("--limit <count>", "how many of an app").argParser(toLimit).default(LISTED),
    )
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
Examples:
  marcot events list
  marcot events list faq --state parked
  marcot events list faq --receiver tickets/link-answer --limit 500 --json`,
    )
    .action(list);
}

export function addEventsShow(events: Command): void {
  events
    .command("show")
    .argument("<app>", "the app that has told it")
    .argument("<event>", "its position (12) or its id (a UUID)")
    .description("show what an event says, and what became of it at each receiver")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  marcot events show faq 12\n  marcot events show faq 12 --json",
    )
    .action(show);
}

function toLimit(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A limit is a whole number from 1 to 999999.");
}

interface ListFlags {
  readonly receiver: Meant;
  readonly state?: Word;
  readonly limit: number;
  readonly json?: boolean;
}

async function list(name: string | undefined, flags: ListFlags): Promise<void> {
  const { receiver: meant, state, limit, json = false } = flags;
  const found = await withTellers(name, async (teller) => {
    if (name !== undefined) await refuseStranger(teller, meant);
    const filter = { ...meant, ...(state && { state }), limit };
    return { app: teller.app, deliveries: await teller.events.list(filter) };
  });
  const all = found.flatMap(({ deliveries }) => deliveries);
  if (json) console.log(JSON.stringify(all, null, 2));
  else if (all.length === 0) console.log("there are none");
  else {
    console.log(
      toColumns([HEAD.map((title) => style("dim", title)), ...all.map(toRow)]).join("\n"),
    );
    for (const { app, deliveries } of found)
      if (deliveries.length === limit)
        console.log(style("dim", `these are the newest ${limit} of ${app}; --limit gives more`));
  }
}

const HEAD = ["POSITION", "EVENT", "KEY", "TOLD", "RECEIVER", "STATE", "ATTEMPTS", "ERROR"];

function toRow(one: Delivery): string[] {
  const { position, event, key, toldAt, attempts, error } = one;
  return [
    position,
    event,
    key ?? "",
    ago(Date.now() - toldAt.getTime()),
    `${one.app}/${one.receiver}`,
    toState(one),
    String(attempts),
    firstLine(error),
  ];
}

/** The rest is for `show`. */
function firstLine(error: string | null): string {
  return (error ?? "").split("\n", 1)[0]?.slice(0, 100) ?? "";
}

const colours = { failed: "yellow", parked: "red", done: "green", dropped: "dim" } as const;

function wordOf(state: string): Word {
  const found = Object.entries(words).find(([, states]) =>
    (states as readonly string[]).includes(state),
  );
  return (found?.[0] ?? "waiting") as Word; // the table of `outbox.ts` has no other
}

function toState({ state, nextAt, heldBy }: Delivery): string {
  const word = wordOf(state);
  const text =
    heldBy !== null ? `${word} for ${heldBy}` : state === "resubmitted" ? `${word} again` : word;
  const left = nextAt === null ? 0 : nextAt.getTime() - Date.now();
  const next = nextAt === null ? "" : left <= 0 ? ", next now" : `, next in ${span(left)}`;
  return word in colours ? style(colours[word as keyof typeof colours], text + next) : text;
}

async function show(
  name: string,
  event: string,
  { json = false }: { json?: boolean },
): Promise<void> {
  const [shown] = await withTellers(name, async ({ events }) => {
    const [position = event] = await events.find([event]);
    return events.show(position);
  });
  if (shown === undefined) return;
  console.log(json ? JSON.stringify(shown, null, 2) : toText(shown));
}

function toText({ position, id, event, key, toldAt, traceId, data, deliveries }: Shown): string {
  const facts = [
    ["id", id],
    ["key", key ?? style("dim", "none")],
    ["told", `${toldAt.toISOString()} (${ago(Date.now() - toldAt.getTime())})`],
    ["trace", traceId],
  ];
  const head = ["RECEIVER", "STATE", "ATTEMPTS", "CHANGED"];
  const rows = deliveries.map((one) => [
    `${one.app}/${one.receiver}`,
    toState(one),
    String(one.attempts),
    `${one.changedAt.toISOString()} (${ago(Date.now() - one.changedAt.getTime())})`,
  ]);
  const table =
    rows.length === 0
      ? ["nobody receives it"]
      : toColumns([head.map((title) => style("dim", title)), ...rows]);
  return [
    `${style("bold", event)}  position ${position}`,
    ...toColumns(facts).map((line) => `  ${line}`),
    ...JSON.stringify(data, null, 2)
      .split("\n")
      .map((line) => `  ${line}`),
    "",
    ...table,
    ...deliveries.flatMap(({ app, receiver, error }) =>
      error === null
        ? []
        : ["", `${app}/${receiver}:`, ...error.split("\n").map((line) => `  ${line}`)],
    ),
  ].join("\n");
}
