/** `marcot runserver`: provides the apps of a project, or some of them, until it is told to stop. */
import { type Command, InvalidArgumentError } from "commander";
import type { Environment } from "../../project/env.ts";
import { findProject } from "../../project/find.ts";
import { openProject } from "../../project/project.ts";
import type { Mistake } from "../../project/settings.ts";
import { startService } from "../../provider/service.ts";
import { announce } from "../terminal/announce.ts";
import { prepareEnding } from "../terminal/ending.ts";
import { openLog } from "../terminal/log.ts";
import { shownMoves } from "./extract/moves.ts";

interface RunserverOptions {
  readonly only?: string[];
  readonly host?: string;
  readonly port?: number;
}

export function addRunserver(program: Command): void {
  program
    .command("runserver")
    .description("provide the project's apps over HTTP")
    .option("--only <apps...>", "provide only these apps; one alone stands at /", toNames)
    .option("--host <host>", "where to listen (default: HOST, else 127.0.0.1)", toHost)
    .option("--port <port>", "0 takes any free port (default: PORT, else 8000)", toPort)
    .addHelpText("after", EXAMPLES)
    .action(runserver);
}

const EXAMPLES = `
Probes: /-/live says whether the process takes requests, /-/ready whether its databases and remote apps
do what it needs of them.

Examples:
  marcot runserver                                   the whole project on port 8000
  marcot runserver --only faq --port 8001            the app faq as a service
  marcot runserver --only faq,tickets                two apps, at /faq/ and /tickets/
  FAQ_API=http://127.0.0.1:8001 marcot runserver     the project, with faq provided there`;

/** `--only faq,tickets`, `--only faq tickets` and `--only faq --only tickets` are the same. */
function toNames(text: string, before: string[] = []): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes(""))
    throw new InvalidArgumentError("Write the names of apps, as in faq,tickets.");
  return [...before, ...names];
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

function toPort(text: string): number {
  if (isPort(text)) return Number(text);
  throw new InvalidArgumentError("A port is a number from 0 to 65535.");
}

/** A name or an address, IPv6 too; whether it exists is known when the server listens. */
function isHost(text: string): boolean {
  return /^[\w.:%-]+$/.test(text);
}

function toHost(text: string): string {
  if (isHost(text)) return text;
  throw new InvalidArgumentError("A host is a name or an IP address.");
}

interface Where {
  readonly host: string;
  readonly port: number;
  readonly mistakes: readonly Mistake[];
}

/** An option, else the variable, else where a developer expects it. */
function readWhere({ host, port }: RunserverOptions, environment: Environment): Where {
  const ownHost = environment["HOST"] || "127.0.0.1";
  const ownPort = environment["PORT"] || "8000";
  const mistakes: Mistake[] = [];
  if (host === undefined && !isHost(ownHost))
    mistakes.push({ is: "variable", what: "HOST is wrong: expected a host name or an IP address" });
  if (port === undefined && !isPort(ownPort))
    mistakes.push({ is: "variable", what: "PORT is wrong: expected a number from 0 to 65535" });
  return { host: host ?? ownHost, port: port ?? Number(ownPort), mistakes };
}

async function runserver(options: RunserverOptions): Promise<void> {
  const { only = [] } = options;
  const folder = findProject(process.cwd());
  const { host, port, mistakes } = readWhere(options, process.env);
  const log = openLog();
  const ending = prepareEnding(log);
  const project = await openProject({ folder, only, mistakes, log });
  const moves = shownMoves(project.plan);
  try {
    const { request: onRequest } = log;
    const service = await startService({ project, host, port, onRequest, moves: moves.read });
    announce(project, service, log);
    ending.become(async () => {
      await service.stop();
      await moves.close();
      await project.close();
    });
  } catch (error) {
    await moves.close();
    await project.close();
    throw error;
  }
}
