/** `marcot runserver`: provides the apps of a project, or some of them, until it is told to stop. */
import { type Command, InvalidArgumentError } from "commander";
import { findProject } from "../project/find.ts";
import { openProject, type Project, versionNames } from "../project/project.ts";
import { type Service, startService } from "../provider/service.ts";
import { MarcotError } from "../errors.ts";
import { openLog } from "./log.ts";

interface RunserverOptions {
  readonly only?: string[];
  readonly host?: string;
  readonly port?: number;
}

export function addRunserver(program: Command): void {
  program
    .command("runserver")
    .description("provide the project's apps over HTTP")
    .option("--only <apps>", "provide only these apps; one alone stands at /", toNames)
    .option("--host <host>", "where to listen (default: HOST, else 127.0.0.1)")
    .option("--port <port>", "0 takes any free port (default: PORT, else 8000)", toPort)
    .addHelpText("after", EXAMPLES)
    .action(runserver);
}

const EXAMPLES = `
Examples:
  marcot runserver                                   the whole project on port 8000
  marcot runserver --only faq --port 8001            the app faq as a service
  FAQ_API=http://127.0.0.1:8001 marcot runserver     the project, with faq provided there`;

function toNames(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(",").map((name) => name.trim())];
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a number from 0 to 65535.");
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new MarcotError("SettingInvalid", "PORT is wrong: expected a number from 0 to 65535");
}

async function runserver(options: RunserverOptions): Promise<void> {
  const { HOST = "127.0.0.1", PORT = "8000" } = process.env;
  const { only = [], host = HOST, port = portOf(PORT) } = options;
  const log = openLog();
  const project = await openProject({ folder: findProject(process.cwd()), only, log });
  try {
    const service = await startService({
      project,
      host,
      port,
      onRequest: ({ method, url }, { statusCode }, milliseconds) =>
        log.info({ ms: Math.round(milliseconds) }, `${method} ${url} ${statusCode}`),
    });
    announce(project, service);
    stopOnSignal(project, service);
  } catch (error) {
    await project.close();
    throw error;
  }
}

function announce(project: Project, { address }: Service): void {
  const lines = project.plan.apps.map((listed) => {
    const versions = versionNames(listed).join(", ");
    if (listed.address) return `  ${listed.name}  provided at ${listed.address.href}`;
    return listed.isLocal ? `  ${listed.name}  ${versions}` : `  ${listed.name}  not provided here`;
  });
  console.log([`${project.plan.settings.name} at ${address}`, ...lines].join("\n"));
}

/** A second signal does not wait. */
function stopOnSignal(project: Project, service: Service): void {
  let isStopping = false;
  const stop = () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    void service
      .stop()
      .then(() => project.close())
      .then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
