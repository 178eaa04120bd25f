/** The service of a move, as the command about it sees it: reached, kept in the foreground, and ended with it. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, shownDatabase } from "../../../../data/database.ts";
import { MarcotError } from "../../../../errors.ts";
import { style } from "../../../terminal/style.ts";
import type { Opened } from "../opened.ts";
import { facts } from "../words.ts";
import { refuseOther } from "./answers.ts";
import { ownAddress, runningAt, runService, type ServiceChild } from "./child.ts";

/** A child that was started is waited for by its own clock; one of others, as long as a deploy takes. */
const SERVICE_MS = 300_000;
/** How often a service in the foreground looks whether its app has gone home. */
const LOOKED_MS = 2_000;
/** A process is in its database before it answers; one that lost its connection is back by then. */
const KNOWN_MS = 5_000;
const KNOWN_AGAIN_MS = 200;

export interface Reached {
  readonly target: string;
  /** The project, as the service reaches it. */
  readonly home: string | undefined;
  /** Where the service is to run here. */
  readonly serve: number | undefined;
  /** Where it runs already. */
  readonly service: string | undefined;
  /** The app is there already, so that its service is what answers. */
  readonly isThere: boolean;
}

/** Before anything is copied: who answers there may be seen to be another one. */
export async function refuseOthers(
  app: string,
  { serve, service }: Partial<Pick<Reached, "serve" | "service">>,
): Promise<void> {
  if (serve !== undefined) await refuseOther(ownAddress(serve), app, { isOwn: true });
  if (service !== undefined) await refuseOther(service, app, { isOwn: false });
}

/** Starts the service, or waits until it answers. Refuses what answers there and is another one. */
export async function reach(opened: Opened, where: Reached): Promise<ServiceChild> {
  const { serve, service = "", target, isThere } = where;
  const reached =
    serve === undefined ? await untilThere(opened, service) : await run(opened, where, serve);
  if (reached.pid === undefined && !isThere)
    await refuseOtherDatabase(opened, reached.address, target);
  opened.line.clear();
  for (const text of facts([["serves", servesText(reached, serve !== undefined)]]))
    console.log(text);
  return reached;
}

function servesText({ address, pid }: ServiceChild, isOwn: boolean): string {
  if (pid !== undefined) return `${address} (process ${pid})`;
  return isOwn ? `${address} (was there already)` : address;
}

async function run(opened: Opened, { target, home }: Reached, port: number): Promise<ServiceChild> {
  const { app, plan, line, atEnd, signal } = opened;
  line.say({ step: "starting the service" });
  const onChild = (child: ServiceChild) =>
    atEnd(async () => {
      await child.stop();
      if (signal.aborted) await tellUnserved(opened, port);
    });
  return runService(plan, { app, target, home, port, onChild, signal });
}

async function untilThere(opened: Opened, address: string): Promise<ServiceChild> {
  const { app, line, signal } = opened;
  const giveUpAt = performance.now() + SERVICE_MS;
  let isTold = false;
  for (;;) {
    const found = await refuseOther(address, app, { isOwn: false });
    if (found === "service") return runningAt(address);
    // A person may see this first when it has stood still for a while, and a log has no line of progress.
    if (!isTold) tellMissing(opened, address);
    isTold = true;
    if (performance.now() > giveUpAt)
      throw new MarcotError("CommandInvalid", `no service answers at ${address}/-/live`, {
        fix: "`marcot extract plan` prints the command that starts it. The same command goes on here.",
      });
    line.say({ step: "waiting for the service", note: address });
    await sleep(LOOKED_MS, undefined, { signal });
  }
}

function tellMissing({ app, line }: Opened, address: string): void {
  line.clear();
  const minutes = SERVICE_MS / 60_000;
  const text = `for the service at ${address}, at most ${minutes} min: \`marcot extract plan ${app}\` prints its command`;
  for (const fact of facts([["waits", text]])) console.log(fact);
}

/** The project itself answers for the app as well, and so does the service of another move. */
async function refuseOtherDatabase(opened: Opened, address: string, target: string): Promise<void> {
  const { app, signal } = opened;
  const sql = connect(await opened.serviceUrl(), { name: "reach" });
  try {
    const giveUpAt = performance.now() + KNOWN_MS;
    while (performance.now() < giveUpAt) {
      const found = await sql`
        select from marcot.processes p join pg_stat_activity a on a.pid = p.backend
        where ${app} = any(p.apps) and coalesce(a.backend_start = p.backend_start, true)`;
      if (found.length > 0) return;
      await sleep(KNOWN_AGAIN_MS, undefined, { signal });
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
  const message = `what answers at ${address} works on another database than ${shownDatabase(target)}`;
  throw new MarcotError("CommandInvalid", message, {
    fix: `Start the service on that database: \`marcot extract plan ${app}\` prints the command.`,
  });
}

/** The service stays in the foreground, until somebody ends it or the app has gone home. */
export async function stay(opened: Opened, service: ServiceChild, port: number): Promise<void> {
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
  if (why === "ended") process.exitCode = 1;
  if (!(await tellUnserved({ app, extract }, port))) console.log("the service has ended");
}

/** False where the app is not the service's, so that nobody misses it. */
async function tellUnserved(
  { app, extract }: Pick<Opened, "app" | "extract">,
  port: number,
): Promise<boolean> {
  if ((await extract.move())?.holder !== "service") return false;
  console.log(`the service has ended: nobody provides ${app} now
  marcot extract ${app} --serve ${port}   runs it again
  marcot absorb ${app}                brings ${app} home`);
  return true;
}
