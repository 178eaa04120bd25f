/**
 * `marcot shell`: Node's own prompt inside the project, with a variable for each app's newest contract.
 *
 * What is piped in is a script: its lines are given to the prompt one after the other, because Node's
 * prompt reads on while an `await` is pending, and its first error ends it with exit code 1.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Recoverable, type REPLEval, type REPLServer, start } from "node:repl";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { findProject } from "../../project/find.ts";
import { openProject, type Project } from "../../project/project.ts";
import { quietLog } from "../terminal/log.ts";
import { style } from "../terminal/style.ts";

export function addShell(program: Command): void {
  program
    .command("shell")
    .description("call the project's apps from a prompt, or from a script on standard input")
    .addHelpText("after", EXAMPLES)
    .action(shell);
}

const EXAMPLES = `
Examples:
  marcot shell
  > await faq.create({ question: "my question", source: 123 })

  echo 'await faq.entry({ id: 1 })' | marcot shell`;

async function shell(): Promise<void> {
  const folder = findProject(process.cwd());
  const project = await openProject({ folder, log: quietLog() });
  try {
    await (process.stdin.isTTY ? converse(project, folder) : runScript(project));
  } finally {
    await project.close();
  }
}

async function converse(project: Project, folder: string): Promise<void> {
  const names = Object.keys(variablesOf(project)).join(", ");
  console.log(style("dim", `Variables: ${names}. Ctrl-D leaves.`));
  const server = start();
  prepare(server, project);
  const data = join(folder, ".data");
  mkdirSync(data, { recursive: true });
  server.setupHistory(join(data, "shell-history"), (error) => {
    if (error) console.error(`there is no history: ${error.message}`);
  });
  await ended(server);
}

async function runScript(project: Project): Promise<void> {
  const lines = (await text(process.stdin)).split(/\r?\n/);
  const input = new PassThrough();
  const server = start({
    prompt: "",
    input,
    output: process.stdout,
    terminal: false,
    ignoreUndefined: true,
    useColors: false,
  });
  // What is evaluated, and what came of it. Node gives no answer for an exception: then it stays.
  let state: "ready" | "running" | "open" | "failed" = "ready";
  prepare(server, project, (error) => {
    state = error === undefined ? "running" : error instanceof Recoverable ? "open" : "failed";
    if (error === null) state = "ready";
  });
  // Node asks for the next line by showing its prompt, after a value and after an error alike.
  server.displayPrompt = () => {
    const line = lines.shift();
    const isFailed =
      state === "running" || state === "failed" || (state === "open" && line === undefined);
    if (isFailed) process.exitCode = 1;
    if (state === "open" && line === undefined)
      console.error("marcot: the script ends in the middle of a statement");
    if (isFailed || line === undefined) input.end();
    else input.write(`${line}\n`);
  };
  const end = ended(server);
  server.displayPrompt();
  await end;
}

function ended(server: REPLServer): Promise<void> {
  return new Promise((resolve) => void server.once("exit", resolve));
}

/** Told when an evaluation begins (undefined) and what came of it (null, or the error). */
type Watch = (error?: Error | null) => void;

/** Every evaluation is the project's, so that what it calls finds its provider. */
function prepare(server: REPLServer, project: Project, watch: Watch = () => {}): void {
  const evaluate = server.eval.bind(server);
  const evaluateInside: REPLEval = (code, context, file, answer) => {
    watch();
    project.run(() =>
      evaluate(code, context, file, (error, result) => {
        watch(error);
        answer(error, result);
      }),
    );
  };
  Object.assign(server, { eval: evaluateInside });
  const define = () => Object.assign(server.context, variablesOf(project));
  define();
  server.on("reset", define);
}

/** `faq`, and `myApp` for an app named my-app. */
function variablesOf(project: Project): Record<string, unknown> {
  const contracts = project.plan.apps.flatMap(({ name, versions }) => {
    const variable = name.replaceAll(/-+(.)?/g, (_, letter: string = "") => letter.toUpperCase());
    const newest = versions.at(-1);
    return newest ? [[variable, newest] as const] : [];
  });
  return { ...Object.fromEntries(contracts), project };
}
