#!/usr/bin/env node
/** The command `marcot`, from anywhere below a project's folder. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { complaintAbout } from "./node-version.ts";

const complaint = complaintAbout(process.version);
if (complaint === undefined) {
  // Not imported above: the old Node of the complaint could not even load it.
  const own = ownManage();
  const { manage } = own
    ? ((await import(own)) as typeof import("./manage.ts"))
    : await import("./manage.ts");
  await manage();
} else {
  console.error(complaint);
  process.exitCode = 1;
}

/**
 * The project's own copy of the framework, when it has one: a command that was installed elsewhere
 * would run with a second copy, whose running project the apps' code does not see.
 */
function ownManage(): string | undefined {
  try {
    const require = createRequire(join(process.cwd(), "settings.ts"));
    return pathToFileURL(require.resolve("marcot/manage")).href;
  } catch {
    return undefined; // outside of projects there is none
  }
}
