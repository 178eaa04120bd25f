/** What would be published: the packed files of each package, as a registry would get them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { importsOf } from "../../src/project/check/imports.ts";
import { packAll } from "./stranger.ts";

const packages = packAll().map((one) => ({ ...one, manifest: manifestOf(one.folder) }));

type Manifest = Readonly<Record<string, unknown>> & {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

test("publint finds nothing to say", async () => {
  for (const { tarball, manifest } of packages) {
    const { buffer } = new Uint8Array(readFileSync(tarball));
    const { messages } = await publint({ strict: true, pack: { tarball: buffer } });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, manifest, { color: false })),
      [],
    );
  }
});

test("a package holds code, declarations and data, and nothing of its development", () => {
  assert.equal(packages.length, 4);
  for (const { name, tarball, manifest } of packages) {
    const files = execFileSync("tar", ["-tzf", basename(tarball)], {
      cwd: join(tarball, ".."),
      encoding: "utf8",
    }).split(/\r?\n/);
    const isOurs = (file: string) =>
      /\.(?:js|d\.ts|sql|template)$|\/fixtures\/\w+\.json$|\/(?:LICENSE|README\.md|contract\.lock|package\.json|snapshot\.json)$/.test(
        file,
      );
    assert.deepEqual(
      files.filter((file) => file && !isOurs(file)),
      [],
      name,
    );
    assert.deepEqual(
      files.filter((file) => /(?:^|[/.])tests?[/.]/.test(file) && !file.includes("/templates/")),
      [],
      name,
    );
    for (const file of ["LICENSE", "README.md", "package.json"])
      assert.ok(files.includes(`package/${file}`), `${name} has no ${file}`);
    assert.equal(files.includes("package/contract.lock"), name !== "marcot", name);
    assert.equal("private" in manifest || "devDependencies" in manifest, false, name);
  }
});

test("each package of ours asks for the versions that are published with it", () => {
  for (const { name, manifest } of packages) {
    for (const other of packages.filter((one) => one.name in manifest.dependencies))
      assert.equal(manifest.dependencies[other.name], `^${other.manifest.version}`, name);
  }
});

test("what the code imports is declared", () => {
  for (const { name, folder, manifest } of packages) {
    // Whoever writes migrations installs drizzle-kit; the command says so where it is missing.
    const known = new Set([...Object.keys(manifest.dependencies), "drizzle-kit"]);
    for (const file of globSync("**/*.js", { cwd: folder })) {
      const { imports } = importsOf(file, readFileSync(join(folder, file), "utf8"));
      const wrong = imports
        .flatMap(({ from }) => /^(?!node:|\.)(?:@[^/]+\/)?[^/]+/.exec(from ?? ".")?.[0] ?? [])
        .filter((from) => !known.has(from));
      assert.deepEqual(wrong, [], `${name}/${file}`);
    }
  }
});
