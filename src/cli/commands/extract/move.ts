/** `marcot extract faq`: the whole way, in one command. Repeated, it goes on where it was. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { MarcotError } from "../../../errors.ts";
import type { Move } from "../../../extract/types.ts";
import { style } from "../../terminal/style.ts";
import { confirmed, type Opened, withExtract } from "./opened.ts";
import { toAddress, toMilliseconds, toPort, toSeconds, toTarget } from "./options.ts";
import { planFor, refuseBlocked, summaryOf } from "./plan.ts";
import { isBad, rehearsalLines, rehearse } from "./rehearse.ts";
import { answers, runService, type ServiceChild } from "./service.ts";
import { change, compare, copy, type SwitchFlags, targetOf } from "./steps.ts";
import { facts, plural, shownTarget, verifiedLines, whereLine } from "./words.ts";

interface Flags extends SwitchFlags {
  readonly to?: string;
  readonly serve?: number;
  readonly rehearse?: number;
  readonly yes?: boolean;
}

/** A child that was started is waited for by its own clock; one of others, as long as a deploy takes. */
const SERVICE_MS = 300_000;
/** How often a service in the foreground looks whether its app has gone home. */
const LOOKED_MS = 2_000;
const EVERY_READ = 1;

export function addMove(extract: Command): void {
  extract
    .command("move", { isDefault: true })
    .argument("<app>", "the app that is to become a service")
    .description("all of it: plan, copy, compare, ask, switch, and say how long writes waited")
    .option("--to <url>", "an empty database, as its owner; or embedded:FOLDER", toTarget)
    .option("--serve <port>", "run the service here, on this port, until Ctrl+C", toPort)
    .option("--service <url>", "where the service runs, if not here", toAddress)
    .option("--home <url>", "the project, as the service reaches it", toAddress)
    .option("--rehearse <seconds>", "compare answers to real reads before", toSeconds)
    .option("--budget <ms>", "how long writes may wait. Default: 1000", toMilliseconds)
    .option(
      "--pause <ms>",
      "where rows are copied at the switch: the allowed pause",
      toMilliseconds,
    )
    .option("--yes", "do not ask before the switch")
    .addHelpText("after", EXAMPLES)
    .action((app: string, flags: Flags) => withExtract(app, (opened) => run(opened, flags)));
}

const EXAMPLES = `
\`marcot extract faq\` alone means this. Where the project's database is embedded, --to is embedded:./.data-faq
if nothing else is said. Where nobody can be asked it switches without; --yes says so on a terminal too.
Ctrl+C stops it at any time: the same command goes on from there.

Examples:
  marcot extract faq --serve 8001
  marcot extract faq --to postgres://owner@db2.example.org/faq --service http://faq.internal:8001
  marcot extract faq --serve 8001 --rehearse 30 --yes
  marcot absorb faq                                          brings it home again`;

async function run(opened: Opened, flags: Flags): Promise<void> {
  const { app, extract, whole } = opened;
  if ((flags.serve === undefined) === (flags.service === undefined))
    throw new MarcotError("CommandInvalid", `where does the service of ${app} run?`, {
      fix: "Say --serve 8001 to run it here, or --service http://host:port where it runs already.",
    });
  const found = await extract.move();
  if (found?.state === "switching" || found?.state === "settling")
    await whole("what was begun is finished first", () => extract.resume());
  const move = await extract.move();
  const home = flags.home ?? (await ownHome());
  const target = await targetOf(opened, flags.to);
  const isThere = move?.holder === "service" && move.state !== "copying";
  if (!isThere) await prepare(opened, move, target);
  const service = await reach(opened, flags, { target, home });
  if (isThere) console.log(whereLine(app, "service", service.address));
  else if (!(await decide(opened, service, { ...flags, ...(home !== undefined && { home }) })))
    return;
  if (flags.serve !== undefined) await stay(opened, service, flags.serve);
}

/** Plans and copies. A copy that was begun is watched until it is complete. */
async function prepare(opened: Opened, move: Move | undefined, target: string): Promise<void> {
  const { app, line } = opened;
  if (move === undefined) {
    const plan = await planFor(opened.plan, app, { to: target, home: undefined });
    line.clear();
    refuseBlocked(plan);
    console.log(summaryOf(plan));
  } else console.log(`${app} goes on where it was`);
  const copied =
    move?.state === "ready" ? "before, and follows" : await copy(opened, { to: target });
  print([
    ["to", shownTarget(target)],
    ["copied", copied],
  ]);
}

function print(rows: readonly (readonly [string, string])[]): void {
  for (const text of facts(rows)) console.log(text);
}

/** Where `npm start` listens, if the project runs there. */
async function ownHome(): Promise<string | undefined> {
  const address = `http://127.0.0.1:${process.env["PORT"] || "8000"}`;
  return (await answers(address)) ? address : undefined;
}

async function reach(
  opened: Opened,
  { serve, service }: Flags,
  where: { readonly target: string; readonly home: string | undefined },
): Promise<ServiceChild> {
  const { app, plan, line, atEnd, signal } = opened;
  if (serve !== undefined) {
    line.say({ step: "starting the service" });
    const child = await runService(plan, { app, port: serve, ...where });
    atEnd(() => child.stop());
    line.clear();
    const process = child.pid === undefined ? "was there already" : `process ${child.pid}`;
    print([["serves", `${child.address} (${process})`]]);
    return child;
  }
  const address = service ?? "";
  const giveUpAt = performance.now() + SERVICE_MS;
  while (!(await answers(address))) {
    if (performance.now() > giveUpAt)
      throw new MarcotError("CommandInvalid", `no service answers at ${address}/-/live`, {
        fix: "`marcot extract plan` prints the command that starts it. The same command goes on here.",
      });
    line.say({ step: "waiting for the service", note: address });
    await sleep(LOOKED_MS, undefined, { signal });
  }
  line.clear();
  print([["serves", address]]);
  return { pid: undefined, address, show() {}, ended: new Promise(() => {}), async stop() {} };
}

/** Compares, asks and switches. False where a person, or a difference, said no. */
async function decide(opened: Opened, service: ServiceChild, flags: Flags): Promise<boolean> {
  const { app, extract, line } = opened;
  const move = await extract.move();
  const isStreaming = move?.mode === "stream";
  if (isStreaming && !(await isAlike(opened, service, flags))) return false;
  const yes = flags.yes ?? !process.stdin.isTTY;
  const budget = (flags.budget ?? 1_000).toLocaleString("en");
  const wait = isStreaming
    ? `Writes wait for a moment, at most ${budget} ms.`
    : "Writes wait while its rows are copied.";
  if (!(await confirmed(`Switch ${app} to ${service.address}? ${wait}`, yes))) {
    console.log(`not switched: its copy follows on; marcot extract cancel ${app} drops it`);
    return false;
  }
  const lines = await change(opened, "service", { ...flags, service: service.address });
  line.clear();
  console.log(lines.join("\n"));
  print([["back", `marcot absorb ${app}`]]);
  return true;
}

async function isAlike(opened: Opened, service: ServiceChild, flags: Flags): Promise<boolean> {
  const { app, line } = opened;
  if (flags.rehearse !== undefined) {
    const options = { service: service.address, seconds: flags.rehearse, share: EVERY_READ };
    const rows = await rehearse(opened, options);
    line.clear();
    console.log(rehearsalLines(rows).join("\n"));
    if (rows.some(isBad)) return refused(app);
  }
  const verified = await compare(opened);
  line.clear();
  if (verified.different > 0) {
    console.log(verifiedLines(app, verified).join("\n"));
    return refused(app);
  }
  const { rows, tables } = verified;
  print([["equal", `${plural(rows, "row")} of ${plural(tables.length, "table")} on both sides`]]);
  return true;
}

function refused(app: string): false {
  console.log(`not switched. marcot extract cancel ${app} drops the copy`);
  process.exitCode = 1;
  return false;
}

/** The service stays in the foreground, until somebody ends it or the app has gone home. */
async function stay(opened: Opened, service: ServiceChild, port: number): Promise<void> {
  const { app, ending } = opened;
  if (service.pid === undefined) return;
  const extract = await opened.release();
  console.log(
    `\nThe service runs here, at ${style("underline", service.address)}. Ctrl+C ends it.`,
  );
  service.show();
  const asked = new AbortController();
  const end = () => asked.abort();
  const why = await ending(end, async () => {
    const { signal } = asked;
    const goesHome = async () => {
      while (!signal.aborted) {
        await sleep(LOOKED_MS, undefined, { signal }).catch(() => undefined);
        const isKnown = await extract.move().then(
          (move) => move !== undefined,
          () => true,
        );
        if (!isKnown) return "home";
      }
      return "asked";
    };
    const why = await Promise.race([goesHome(), service.ended.then(() => "ended")]);
    end();
    await service.stop();
    return why;
  });
  if (why === "home") return console.log(`${app} is home again: its service has ended`);
  const holder = (await extract.move())?.holder;
  if (why === "ended") process.exitCode = 1;
  if (holder !== "service") return console.log("the service has ended");
  console.log(`the service has ended: nobody provides ${app} now
  marcot extract ${app} --serve ${port}   runs it again
  marcot absorb ${app}                brings ${app} home`);
}
