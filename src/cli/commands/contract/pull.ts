/** `marcot contract pull`: the contract of an app that others provide, for callers in this project. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { MarcotError } from "../../../errors.ts";
import { apiVariableOf, tokenVariableOf } from "../../../project/addresses.ts";
import { findProject, loadContract } from "../../../project/find.ts";
import { objectionToName } from "../../../project/name.ts";

interface Flags {
  readonly from: string;
  readonly version?: string;
}

export function addContractPull(contract: Command): void {
  contract
    .command("pull")
    .argument("<name>", "what the app is called in this project: petstore")
    .requiredOption(
      "--from <place>",
      "a provider's /-/contract, or an OpenAPI 3.0 or 3.1 document: an address or a file",
    )
    .option("--version <version>", "v1, v2 … (default: the newest; v1 of a foreign service)")
    .description("write the contract of an app that others provide, so that it can be called")
    .addHelpText(
      "after",
      "\nWrites contracts/<name>/contract.ts and contract.lock. What the contract cannot say is told.\n\nExamples:\n  marcot contract pull faq --from http://127.0.0.1:8001/-/contract --version v1\n  marcot contract pull petstore --from petstore.yaml",
    )
    .action(run);
}

async function run(name: string, { from, version }: Flags): Promise<void> {
  const project = findProject(process.cwd());
  refuse(project, name, version);
  // Loaded only here: no other command needs them.
  const { pullContract } = await import("../../../lock/pull/contract.ts");
  const { canonical } = await import("../../../lock/lock.ts");
  const pulled = pullContract(await read(from), { name, from, version });
  if (pulled.endpoints === 0) {
    const fix = "Give another document.";
    const message = [`${from} has no endpoint that can be called`, ...pulled.notes].join("\n");
    throw new MarcotError("CommandInvalid", message, { fix });
  }
  const folder = join(project, "contracts", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "contract.lock"), canonical(pulled.lock));
  writeFileSync(join(folder, "contract.ts"), pulled.source);
  await loadContract({ name, folder, extension: ".ts", isPackage: false, isPulled: true });
  for (const line of pulled.notes) console.error(line);
  const file = relative(process.cwd(), join(folder, "contract.ts"));
  const count = pulled.endpoints === 1 ? "1 endpoint" : `${pulled.endpoints} endpoints`;
  console.log(`${file} has ${name} ${pulled.version} with ${count}.`);
  addImport(project, name);
  if (pulled.hasCredential)
    console.log(`It asks who calls: set ${tokenVariableOf(name)} to the secret that it gave you.`);
  const server = serverOf(from, pulled.server) ?? "http://…";
  console.log(`
Add "${name}" to the apps in settings.ts, set ${apiVariableOf(name)}=${server}, and call it:
  import { ${pulled.version} as ${identifierOf(name)} } from "#apps/${name}";`);
}

function refuse(project: string, name: string, version: string | undefined): void {
  const objection = objectionToName(name);
  if (objection !== undefined) {
    throw new MarcotError("CommandInvalid", `${name} cannot be the name of an app: ${objection}`, {
      fix: "Choose another name.",
    });
  }
  if (version !== undefined && !/^v[1-9]\d{0,3}$/.test(version)) {
    throw new MarcotError("CommandInvalid", `${version} is no version`, { fix: "Write v1." });
  }
  if (existsSync(join(project, "apps", name))) {
    throw new MarcotError("CommandInvalid", `apps/${name} is an app of this project itself`, {
      fix: "Choose another name.",
    });
  }
}

/** Longer than any document takes, and short enough to wait for. */
const FETCH_MS = 30_000;

async function read(from: string): Promise<unknown> {
  const { parseDocument, readDocument } = await import("../../../lock/document.ts");
  if (!/^https?:/.test(from)) return readDocument(from);
  let response: Response;
  try {
    response = await fetch(from, { signal: AbortSignal.timeout(FETCH_MS) });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MarcotError("Unavailable", `${from} cannot be reached: ${reason}`, { cause: error });
  }
  if (!response.ok) {
    throw new MarcotError("CommandInvalid", `${from} answered ${response.status}`, {
      fix: "A provider of ours has its contract at /-/contract; others, where their documentation says.",
    });
  }
  return parseDocument(await response.text(), from);
}

interface Manifest {
  readonly imports?: Readonly<Record<string, unknown>>;
}

/** `#apps/*` leads into apps/; a name that stands by itself comes first. */
function addImport(project: string, name: string): void {
  const path = join(project, "package.json");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "{}\n";
  const manifest = JSON.parse(text) as Manifest;
  const [key, target] = [`#apps/${name}`, `./contracts/${name}/contract.ts`];
  if (manifest.imports?.[key] === target) return;
  const imports = { [key]: target, ...manifest.imports };
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? 2;
  writeFileSync(path, `${JSON.stringify({ ...manifest, imports }, null, indent)}\n`);
  console.log(`package.json has ${key} among its imports.`);
}

/** Where the service is, as far as the document or its address says. */
function serverOf(from: string, server: string | undefined): string | undefined {
  const isUrl = URL.canParse(from) && /^https?:/.test(from);
  if (server !== undefined && URL.canParse(server)) return server;
  if (isUrl && from.includes("/-/")) return from.slice(0, from.lastIndexOf("/-/"));
  if (!isUrl || server === undefined) return undefined;
  return new URL(server, from).href.replace(/\/$/, "");
}

function identifierOf(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
