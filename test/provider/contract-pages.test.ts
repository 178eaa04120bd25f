import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { v2 as faq } from "../../apps/faq/contract.ts";
import { canonical, toLock } from "../../src/lock/lock.ts";
import { openProject } from "../../src/project/project.ts";
import { marcot, packageJson, settingsOf, tempFolder } from "../cli/command.ts";
import { openDatabase, type Part, start } from "../company.ts";

let database: Awaited<ReturnType<typeof openDatabase>>;
let service: Part;
let project: Part;

before(async () => {
  database = await openDatabase();
  const environment = { DATABASE_URL: database.url };
  service = await start(environment, ["faq"]);
  project = await start({ ...environment, FAQ_API: service.address });
});
after(async () => {
  await project.stop();
  await service.stop();
  await database.drop();
});

const places = [
  ["a service of one app", () => `${service.address}/-/`],
  ["a project that passes a remote app on", () => `${project.address}/faq/-/`],
] as const;

for (const [name, place] of places) {
  test(`${name} serves the lock, and says when a copy is still right`, async () => {
    const first = await fetch(`${place()}contract`);
    const text = await first.text();
    assert.equal(text, canonical(toLock(faq)));
    const etag = first.headers.get("etag") ?? "";
    assert.equal(etag, `"${createHash("sha256").update(text).digest("hex")}"`);
    for (const [known, status] of [
      [etag, 304],
      [`"another", W/${etag}`, 304],
      ['"another"', 200],
    ] as const) {
      const again = await fetch(`${place()}contract`, { headers: { "if-none-match": known } });
      assert.deepEqual([again.status, again.headers.get("etag")], [status, etag]);
      assert.equal((await again.text()) === "", status === 304);
    }
  });

  test(`${name} serves an OpenAPI document that the lock links to`, async () => {
    const contract = await fetch(`${place()}contract`);
    const [, link = ""] =
      /^<(.+)>; rel="service-desc"$/.exec(contract.headers.get("link") ?? "") ?? [];
    const response = await fetch(new URL(link, contract.url));
    assert.match(
      response.headers.get("content-type") ?? "",
      /^application\/vnd\.oai\.openapi\+json/,
    );
    const document = (await response.json()) as {
      openapi: string;
      servers: { url: string }[];
      paths: Record<string, unknown>;
    };
    assert.equal(document.openapi, "3.1.1");
    // What the document says of its server leads to the endpoints.
    const base = new URL(document.servers[0]?.url ?? "", response.url).href.replace(/\/$/, "");
    assert.ok(document.paths["/v1/entries/"]);
    assert.equal((await fetch(`${base}/v1/entries/`)).status, 200);
  });
}

test("an app of a project has its contract below its own path", async () => {
  const response = await fetch(`${project.address}/tickets/-/contract`);
  assert.equal(((await response.json()) as { app: string }).app, "tickets");
});

const CALLER = `import { v1 as faq } from "#apps/faq";
export const ask = (question: string) => faq.create({ question, source: 1 });
export const entry = (id: number) => faq.entry({ id });
`;

type Caller = Readonly<Record<"ask" | "entry", (input: unknown) => Promise<{ id: number }>>>;

for (const [kind, path] of [
  ["contract", "contract"],
  ["OpenAPI document", "openapi.json"],
] as const) {
  test(`a project without the app's code calls it by its pulled ${kind}`, async () => {
    const files = { "package.json": packageJson, "settings.ts": settingsOf(["faq"]) };
    const other = tempFolder({ ...files, "caller.ts": CALLER });
    const from = `${service.address}/-/${path}`;
    const { code, stdout, stderr } = await marcot(
      ["contract", "pull", "faq", "--from", from, "--version", "v1"],
      { cwd: other.folder },
    );
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(stdout.includes(`FAQ_API=${service.address}`), stdout);
    const quiet = () => {};
    const caller = await openProject({
      folder: other.folder,
      environment: { FAQ_API: service.address },
      log: { info: quiet, warn: quiet, error: quiet },
    });
    try {
      const { ask, entry } = (await import(join(other.folder, "caller.ts"))) as Caller;
      const { id, ...asked } = await caller.run(() => ask("Who?"));
      assert.deepEqual(asked, { question: "Who?", source: 1 });
      assert.deepEqual(await caller.run(() => entry(id)), { id, ...asked });
      await assert.rejects(
        caller.run(() => entry(99_999)),
        { code: "NoSuchEntry" },
      );
      await assert.rejects(
        caller.run(() => ask("")),
        { code: "InvalidInput" },
      );
    } finally {
      await caller.close();
      other.remove();
    }
  });
}
