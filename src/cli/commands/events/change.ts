/** `marcot events retry` and `drop`: the two things that a person can decide about an event. */
import type { Command } from "commander";
import { MarcotError } from "../../../errors.ts";
import type { Changed, Meant } from "../../../events/inspect.ts";
import { confirm } from "../../terminal/ask.ts";
import { receiverOption, refuseStranger, type Teller, withTellers } from "./tellers.ts";

export function addEventsRetry(events: Command): void {
  events
    .command("retry")
    .argument("<app>", "the app that has told them")
    .argument("[events...]", "positions (12) or ids (UUIDs)")
    .description(
      "have events tried again that have failed or were parked, now and with all attempts",
    )
    .addOption(receiverOption())
    .option("--all", "all that have failed or were parked")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
Examples:
  marcot events retry faq 12
  marcot events retry faq --all --receiver tickets/link-answer`,
    )
    .action(retry);
}

export function addEventsDrop(events: Command): void {
  events
    .command("drop")
    .argument("<app>", "the app that has told them")
    .argument("<events...>", "positions (12) or ids (UUIDs)")
    .description("give events up; what waits behind them in their key goes on without them")
    .requiredOption("--reason <why>", "kept with the event, for those who ask later")
    .addOption(receiverOption())
    .option("--yes", "do not ask first")
    .option("--json", "as JSON, for scripts")
    .addHelpText(
      "after",
      `
A dropped event is never handled: what its receiver would have done has to be done by hand.

Examples:
  marcot events drop faq 12 --reason "the ticket was deleted by hand"
  marcot events drop faq 12 13 --receiver tickets/link-answer --reason "a test" --yes`,
    )
    .action(drop);
}

interface Flags {
  readonly receiver: Meant;
  readonly json?: boolean;
}

async function retry(
  name: string,
  names: readonly string[],
  { receiver: meant, all = false, json = false }: Flags & { readonly all?: boolean },
): Promise<void> {
  if (all === names.length > 0)
    throw new MarcotError("CommandInvalid", "which events? Name some, or say --all", {
      fix: `marcot events list ${name} --state parked shows those that wait for a person.`,
    });
  const [changed = []] = await withTellers(name, async (teller) => {
    await refuseStranger(teller, meant);
    if (all) return teller.events.retry(meant);
    const positions = await teller.events.find(names);
    return told(teller, positions, await teller.events.retry({ ...meant, positions }), {
      verb: "retried",
      fix: "Only what has failed or was parked is retried, at a receiver that is still there.",
    });
  });
  tell(changed, json, "tried again");
}

async function drop(
  name: string,
  names: readonly string[],
  flags: Flags & { readonly reason: string; readonly yes?: boolean },
): Promise<void> {
  const { receiver: meant, reason, yes = false, json = false } = flags;
  if (reason.trim() === "")
    throw new MarcotError("CommandInvalid", "--reason is empty", {
      fix: "Say why, for those who look for the event later.",
    });
  const [changed = []] = await withTellers(name, async (teller) => {
    await refuseStranger(teller, meant);
    const positions = await teller.events.find(names);
    if (!yes && !(await confirm(await questionOf(teller, positions, meant)))) return [];
    return told(teller, positions, await teller.events.drop({ ...meant, positions, reason }), {
      verb: "dropped",
      fix: "What is done stays done; what is just being delivered can be dropped when it has failed.",
    });
  });
  tell(changed, json, "dropped");
}

/** Says what would be dropped, because a position says little. */
async function questionOf(
  { app, events }: Teller,
  positions: readonly string[],
  { app: to, receiver }: Meant,
): Promise<string> {
  const shown = await Promise.all(positions.map((position) => events.show(position)));
  const lines = shown.map(({ position, event, key, deliveries }) => {
    const open = deliveries.filter(
      (one) =>
        !["completed", "dropped", "processing"].includes(one.state) &&
        [one.app, undefined].includes(to) &&
        [one.receiver, undefined].includes(receiver),
    );
    const where = open.map((one) => `${one.app}/${one.receiver} (${one.state})`).join(", ");
    const about = key === null ? "" : ` of key ${key}`;
    return `  ${position} ${event}${about}: ${where || "nothing is open"}`;
  });
  return `${lines.join("\n")}\nDrop this of ${app}?`;
}

/** Fails where one of the events that were named has nothing to change. */
function told(
  { app }: Teller,
  positions: readonly string[],
  changed: readonly Changed[],
  { verb, fix }: { readonly verb: string; readonly fix: string },
): readonly Changed[] {
  const left = positions.filter((one) => !changed.some(({ position }) => position === one));
  if (left.length === 0) return changed;
  const done = changed.length === 0 ? "" : `; ${changed.length} others were`;
  const message = `nothing of ${app} ${left.join(", ")} could be ${verb}${done}`;
  throw new MarcotError("CommandInvalid", message, { fix });
}

function tell(changed: readonly Changed[], json: boolean, what: string): void {
  if (json) console.log(JSON.stringify(changed, null, 2));
  else if (changed.length === 0) console.log("nothing was changed");
  for (const { position, app, receiver } of json ? [] : changed)
    console.log(`${position} for ${app}/${receiver}: ${what}`);
}
