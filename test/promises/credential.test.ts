/** A service of others that asks who calls is told by one variable, and the secret goes nowhere else. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { MarcotError } from "../../src/errors.ts";
import { openProject } from "../../src/project/project.ts";
import "../../src/client/dispatch.ts";
import { marcot, packageJson, settingsOf, tempFolder } from "../cli/command.ts";

const closing: (() => void)[] = [];
after(() => closing.forEach((close) => close()));

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  closing.push(() => server.close());
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SECRET = "user:pass w+rd/&=";

/** What arrived at the service, and at the one that it redirects to. */
const seen: { url: string; headers: Record<string, unknown> }[] = [];
const elsewhere: unknown[] = [];

const away = await serve((request, response) => {
  elsewhere.push(request.headers);
  response.writeHead(200, { "content-type": "application/json" }).end("{}");
});

const ways = {
  bearer: { type: "http", scheme: "Bearer" },
  basic: { type: "http", scheme: "basic" },
  oauth: { type: "oauth2", flows: {} },
  header: { type: "apiKey", in: "header", name: "X-Key" },
  query: { type: "apiKey", in: "query", name: "key" },
  digest: { type: "http", scheme: "digest" },
  same: { $ref: "#/components/securitySchemes/header" },
};
const answer = {
  responses: {
    200: {
      description: "",
      content: { "application/json": { schema: { type: "object", properties: {} } } },
    },
  },
};
const find = { name: "q", in: "query", schema: { type: "string" } };
const operations: Record<string, object> = {
  plain: { security: [] },
  standard: {},
  bearer: { security: [{ bearer: [] }] },
  basic: { security: [{ digest: [] }, { basic: [] }] },
  oauth: { security: [{ oauth: ["read"] }] },
  query: { security: [{ query: [] }], parameters: [find] },
  same: { security: [{ same: [] }, {}] },
  digest: { security: [{ digest: [] }] },
  both: { security: [{ bearer: [], header: [] }] },
  away: { security: [{ bearer: [] }] },
  refused: { security: [{ bearer: [] }] },
};
const document = {
  openapi: "3.1.0",
  info: { title: "Hub", version: "1" },
  security: [{ header: [] }],
  components: { securitySchemes: ways },
  paths: Object.fromEntries(
    Object.entries(operations).map(([name, one]) => [`/${name}`, { get: { operationId: name, ...answer, ...one } }]), // prettier-ignore
  ),
};

const address = await serve((request, response) => {
  const { url = "", headers } = request;
  seen.push({ url, headers });
  if (url === "/away") response.writeHead(302, { location: `${away}/` }).end();
  else if (url === "/refused") response.writeHead(401).end();
  else response.writeHead(200, { "content-type": "application/json" }).end("{}");
});

const shop = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["hub"]),
  "openapi.json": JSON.stringify(document),
  "shop/caller.ts": `export { v1 as hub } from "#apps/hub";\n`,
});
closing.push(() => shop.remove());
const pulled = await marcot(["contract", "pull", "hub", "--from", "openapi.json"], { cwd: shop.folder }); // prettier-ignore

const logged: unknown[] = [];
async function open(environment: Record<string, string>) {
  const log = (...line: unknown[]) => void logged.push(line);
  return openProject({
    folder: shop.folder,
    environment: { HUB_API: address, ...environment },
    log: { info: log, warn: log, error: log },
  });
}

const { hub } = (await import(join(shop.folder, "shop/caller.ts"))) as {
  hub: Record<string, (input?: unknown) => Promise<unknown>>;
};

test("the command says which variable to set, and what cannot be sent", () => {
  assert.equal(pulled.code, 0, pulled.stderr);
  assert.match(pulled.stdout, /It asks who calls: set HUB_API_TOKEN to the secret/);
  assert.match(pulled.stderr, /the credential digest, which cannot be sent: digest/);
  assert.match(pulled.stderr, /the credential bearer and header, which cannot be sent: both/);
});

test("the secret is sent as each endpoint wants it", async () => {
  const project = await open({ HUB_API_TOKEN: SECRET });
  const send = async (name: string, input = {}) => {
    await project.run(() => hub[name]?.(input) ?? assert.fail(name));
    const { url, headers } = seen.at(-1) ?? assert.fail();
    return [url, headers["authorization"], headers["x-key"]];
  };
  assert.deepEqual(await send("plain"), ["/plain", undefined, undefined]);
  assert.deepEqual(await send("standard"), ["/standard", undefined, SECRET]);
  assert.deepEqual(await send("bearer"), ["/bearer", `Bearer ${SECRET}`, undefined]);
  const basic = `Basic ${Buffer.from(SECRET).toString("base64")}`;
  assert.deepEqual(await send("basic"), ["/basic", basic, undefined]);
  assert.deepEqual(await send("oauth"), ["/oauth", `Bearer ${SECRET}`, undefined]);
  const key = new URLSearchParams({ key: SECRET }).toString();
  assert.deepEqual(await send("query"), [`/query?${key}`, undefined, undefined]);
  assert.deepEqual(await send("query", { q: "a" }), [`/query?q=a&${key}`, undefined, undefined]);
  assert.deepEqual(await send("same"), ["/same", undefined, SECRET]);
  await project.close();
});

test("no redirect is followed, and nothing that is said or shown has the secret", async () => {
  const project = await open({ HUB_API_TOKEN: SECRET });
  const failures: unknown[] = [];
  for (const name of ["away", "refused"]) {
    const failed = project.run(() => hub[name]?.() ?? assert.fail(name));
    failures.push(await failed.catch((error: unknown) => error));
  }
  assert.deepEqual(elsewhere, []);
  const [redirected, refused] = failures;
  assert.ok(redirected instanceof MarcotError && refused instanceof MarcotError);
  assert.equal(redirected.code, "ContractBroken");
  assert.deepEqual([refused.code, refused.ran], ["NotAllowed", "no"]);
  assert.equal(refused.fix, "Set HUB_API_TOKEN to what the service has given you.");
  const shown = inspect([failures, logged, project], { depth: 20, showHidden: true });
  for (const secret of [SECRET, "pass w+rd", Buffer.from(SECRET).toString("base64")])
    assert.ok(!shown.includes(secret), secret);
  await project.close();
});

test("without a secret the call goes without one", async () => {
  const project = await open({});
  await project.run(() => hub["bearer"]?.());
  assert.equal(seen.at(-1)?.headers["authorization"], undefined);
  await project.close();
});

test("a secret that cannot be a header stops the start, and is not repeated", async () => {
  for (const wrong of ["a\nb", " a", "a\n", "é"]) {
    await assert.rejects(open({ HUB_API_TOKEN: wrong }), {
      code: "SettingInvalid",
      message:
        "HUB_API_TOKEN is wrong: expected printable ASCII, without a space or a line break around it",
    });
  }
});
