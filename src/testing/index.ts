/**
 * `marcot/testing`: the door for tests of apps. A test is written once; the variable MARCOT_TEST says
 * whether the apps run in one process or in a process each, always on databases that nobody else has.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { test } from "node:test";
 * import { testProject } from "marcot/testing";
 * import { v1 } from "../contract.ts";
 *
 * const project = await testProject(import.meta.dirname);
 *
 * test("a question that was asked can be read", async () => {
 *   const { id } = await v1.create({ question: "my question", source: 123 });
 *   assert.equal((await project.get(`/faq/v1/entries/${id}/`)).status, 200);
 * });
 * ```
 */
import "../client/dispatch.ts"; // puts itself into the slot that contracts call
import { after, afterEach, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { current } from "../app/context.ts";
import type { Running } from "../app/types.ts";
import { MarcotError } from "../errors.ts";
import { findProject } from "../project/find.ts";
import { outside } from "../project/project.ts";
import { readArrangement } from "./arrangement.ts";
import { type Browser, createBrowser } from "./browser.ts";
import { createRecording, type Recording } from "./recording.ts";
import { openSite, type Site } from "./site.ts";
import { recordUses } from "./uses.ts";

export type { Reply } from "./browser.ts";

/** What other processes have logged comes over a pipe; longer would only make a failing test slower. */
const LOG_LAG_MS = 50;

/**
 * A file without a test would wait for ever, since what is open keeps its process alive. Sooner would
 * close the project under a file that prepares much before its first test.
 */
const IDLE_MS = 30_000;

recordUses(process.env);

/** A project that is open for the tests of one file. */
export interface TestProject extends Browser {
  /** `http://127.0.0.1:40123`, where the whole project answers. */
  readonly address: string;
  /** Runs code as the project. What stands below `await testProject()` runs so anyway. */
  run<T>(work: () => T): T;
}

/**
 * Opens the project around a folder (the nearest one upwards with a settings.ts) for the tests of this
 * file, and closes it when they are done. From here on the file may call contracts.
 */
export function testProject(folder: string): Promise<TestProject> {
  const recording = createRecording();
  const context = { ...outside(notYet(recording)) };
  // Now, not after the first `await`: what is entered here is the caller's.
  current.enterWith(context);
  let site: Site | undefined;
  after(async () => {
    await site?.close().catch((error: unknown) => {
      process.exitCode = 1; // the runner forgets the failure of a hook when the file is run without it
      throw error;
    });
  });
  afterEach(async (one) => {
    if ("passed" in one && one.passed) return void recording.take();
    await sleep(LOG_LAG_MS);
    const lines = recording.take();
    if (lines.length > 0 && "diagnostic" in one) one.diagnostic(lines.join("\n"));
  });
  return openHere();

  async function openHere(): Promise<TestProject> {
    const arrangement = readArrangement(process.env);
    site = await openSite({ folder: findProject(folder), arrangement, recording });
    const { project, address } = site;
    context.running = project;
    const idle = setTimeout(() => void site?.close(), IDLE_MS);
    before(() => clearTimeout(idle));
    return { address, run: project.run, ...createBrowser(address) };
  }
}

function notYet(log: Recording): Running {
  const why = "the project is not open yet: write `await testProject(import.meta.dirname)`";
  return {
    deadlineMs: 0,
    log,
    providers: { get: (app) => ({ is: "absent", app, why }) },
    onClose() {
      throw new MarcotError("NoProject", why);
    },
  };
}
