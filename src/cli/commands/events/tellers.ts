/** What all commands about events need: the apps that tell some, each with its database. */
import { InvalidArgumentError, Option } from "commander";
import { aboutOf } from "../../../contract/contract.ts";
import { withConnection } from "../../../data/database.ts";
import { MarcotError } from "../../../errors.ts";
import { inspect, type Inspection, type Meant } from "../../../events/inspect.ts";
import { findProject } from "../../../project/find.ts";
import { nearest } from "../../../project/name.ts";
import { type Listed, localFiles, ownerUrls, readProject } from "../../../project/plan.ts";

export interface Teller {
  readonly app: string;
  readonly events: Inspection;
}

/** Does it for one app, which must tell events, or for each that does; where their databases are. */
export async function withTellers<T>(
  name: string | undefined,
  work: (teller: Teller) => Promise<T>,
): Promise<T[]> {
  const plan = await readProject({ folder: findProject(process.cwd()) });
  const local = localFiles(plan, name === undefined ? [] : [name]).map(({ app }) => app);
  const telling = plan.apps.filter((listed) => local.includes(listed.name) && hasEvents(listed));
  if (telling.length === 0) throw silent(name);
  const owner = ownerUrls(plan);
  const results: T[] = [];
  try {
    for (const { name: app } of telling)
      results.push(
        await withConnection(await owner.of(app), async (sql) =>
          work({ app, events: await inspect(sql, app) }),
        ),
      );
    return results;
  } finally {
    await owner.close();
  }
}

function hasEvents({ versions }: Listed): boolean {
  return versions.some((version) => aboutOf(version).events.length > 0);
}

function silent(app: string | undefined): MarcotError {
  const message = app === undefined ? "no app here tells events" : `${app} tells no events`;
  return new MarcotError("CommandInvalid", message, {
    fix: "An app tells what its contract has as event(…): what another app tells is looked at there.",
  });
}

export function receiverOption(): Option {
  return new Option("--receiver <app/name>", "only one receiver, or all of an app")
    .argParser(toMeant)
    .default({}, "all");
}

function toMeant(text: string): Meant {
  const [, app, receiver] = /^([a-z][a-z0-9-]*)(?:\/([a-z][a-z0-9-]*|\*))?$/.exec(text) ?? [];
  if (app === undefined) throw new InvalidArgumentError("Receivers are named tickets/link-answer.");
  return receiver === undefined ? { app } : { app, receiver };
}

/** Refuses a receiver that nothing is known of: an empty answer would look like good news. */
export async function refuseStranger({ app, events }: Teller, meant: Meant): Promise<void> {
  if (meant.app === undefined) return;
  const known = await events.receivers();
  const isThere = known.some(
    (one) => one.app === meant.app && [one.receiver, undefined].includes(meant.receiver),
  );
  if (isThere) return;
  const asked = meant.receiver === undefined ? meant.app : `${meant.app}/${meant.receiver}`;
  const names = known.map((one) => `${one.app}/${one.receiver}`);
  const near = nearest(asked, names);
  throw new MarcotError("CommandInvalid", `nothing of ${app} goes to ${asked}`, {
    fix: near ? `Did you mean ${near}?` : `Its receivers: ${names.join(", ") || "none yet"}.`,
  });
}
