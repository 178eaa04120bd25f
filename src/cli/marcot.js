#!/usr/bin/env node
/**
 * The command `marcot`, from anywhere below a project's folder. JavaScript, as is what it loads first:
 * a Node that is too old cannot read TypeScript either, and is to get a sentence, not a stack.
 */
import nodeModule, { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { complaintAbout } from "./node-version.js";

const complaint = complaintAbout(process.version);
if (complaint === undefined) {
  nodeModule.enableCompileCache(); // a start costs a sixth less CPU from the second one on
  const own = isOfStrangers(process.argv.slice(2)) ? undefined : ownManage();
  /** @type {typeof import("./manage.ts")} */
  const { manage } = own ? await import(own) : await import("./manage.ts");
  await manage();
} else {
  console.error(complaint);
  process.exitCode = 1;
}

/**
 * What reads code of others, and promises to run none of it: any folder may say that it has a copy of the framework.
 * What a project measured is in its own database, which its own copy opens.
 *
 * @param {readonly string[]} args
 * @returns {boolean}
 */
function isOfStrangers(args) {
  const command = args.find((one) => !one.startsWith("-")) ?? "";
  return ["where-to-start", "boundaries"].includes(command) && !args.includes("--measured");
}

/**
 * The project's own copy of the framework, when it has one: a command that was installed elsewhere
 * would run with a second copy, whose running project the apps' code does not see.
 *
 * @returns {string | undefined}
 */
function ownManage() {
  try {
    const require = createRequire(join(process.cwd(), "settings.ts"));
    return pathToFileURL(require.resolve("marcot/manage")).href;
  } catch {
    return undefined; // outside of projects there is none
  }
}
