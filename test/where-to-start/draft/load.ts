/** Drafts of a code base's units, compiled and loaded as an app's contract is. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyContract } from "../../../src/contract/contract.ts";
import { draftOf as draftOfUnit } from "../../../src/where-to-start/draft/draft.ts";
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";

const root = join(import.meta.dirname, "..", "..", "..");

export async function draftOf(
  folder: string,
  unit: string,
  units?: readonly string[],
): Promise<string> {
  const { evidence, files, read } = await whereToStart(folder, { units });
  const facts = evidence.units.find(({ place }) => place.name === unit);
  assert.ok(facts);
  return draftOfUnit(facts, { project: evidence.project, files, read });
}

/** Within the project, so that `marcot/contract` is found as an app finds it. */
export async function loaded(drafts: readonly string[]): Promise<AnyContract[]> {
  const folder = mkdtempSync(join(root, "example", "draft-"));
  try {
    const files = drafts.map((text, index) => {
      const file = join(folder, `contract${index}.ts`);
      writeFileSync(file, text);
      return file;
    });
    const options =
      "--noEmit --strict --target es2024 --module nodenext --skipLibCheck --types node --erasableSyntaxOnly --allowImportingTsExtensions --noUncheckedIndexedAccess".split(
        " ",
      );
    const tsc = join(root, "node_modules", ".bin", "tsc");
    execFileSync(tsc, [...options, "--ignoreConfig", ...files], { cwd: root, stdio: "pipe" });
    const modules = await Promise.all(
      files.map(async (file) => (await import(pathToFileURL(file).href)) as { v1: AnyContract }),
    );
    return modules.map(({ v1 }) => v1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
