/**
 * A service that knows nothing of Marcot, pulled from its OpenAPI document: its callers write the same lines
 * as for any app, and calls are checked, have a deadline, carry the trace and fail with names.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import swagger from "@fastify/swagger";
import fastify from "fastify";
import { openProject, type Project } from "../../src/project/project.ts";
import { startService } from "../../src/provider/service.ts";
import { type Ended, marcot, packageJson, root, settingsOf, tempFolder } from "../cli/command.ts";

const pet = {
  type: "object",
  properties: {
    id: { type: "integer" },
    name: { type: "string", maxLength: 20 },
    status: { type: "string", enum: ["new", "sold"] },
    "@born": { type: "string", format: "date-time" },
  },
  required: ["id", "name"],
};
const message = { type: "object", properties: { message: { type: "string" } } };

/** What arrived: method, address, headers, body. */
const seen: { method: string; url: string; headers: Record<string, unknown>; body: unknown }[] = [];

/** The server adds the code and the message to its reply. */
function fail(statusCode: number): never {
  throw Object.assign(new Error("Oops"), { statusCode, code: "Unavailable" });
}

async function startPetstore() {
  const server = fastify();
  await server.register(swagger, { openapi: { openapi: "3.0.3", info: { title: "Pets", version: "1.0.27" } } }); // prettier-ignore
  server.addHook("preHandler", async ({ method, url, headers, body }) => {
    seen.push({ method, url, headers, body });
  });
  await server.register(async (routes) => {
    const pets = [{ id: 1, name: "Rex", status: "new", "@born": "2026-11-24T10:00:00Z", inner: 1 }];
    const petId = {
      type: "object",
      properties: { petId: { type: "integer" } },
      required: ["petId"],
    };
    const text = { type: "string" };
    routes.get("/pets", {
      schema: {
        operationId: "pets/list",
        querystring: { type: "object", properties: { tags: { type: "array", items: text } } },
        response: { 200: { type: "array", items: { ...pet, additionalProperties: true } } },
      },
      handler: async () => pets,
    });
    routes.post("/pets", {
      schema: { operationId: "addPet", body: pet, response: { 201: pet, 409: message } },
      handler: async ({ body }, reply) => {
        if ((body as { name: string }).name === "Rex")
          return reply.code(409).send({ message: "Rex is there already" });
        return reply.code(201).send(body);
      },
    });
    routes.put("/pets/:petId/photo.json", {
      schema: {
        operationId: "set-photo",
        params: petId,
        querystring: { type: "object", properties: { notify: { type: "boolean" } } },
        headers: { type: "object", properties: { "x-shop": text }, required: ["x-shop"] },
        body: { type: "array", items: { type: "integer" } },
        response: { 200: { type: "object", properties: { size: { type: "integer" } } } },
      },
      handler: async () => ({ size: 3 }),
    });
    routes.delete("/pets/:petId", {
      schema: { operationId: "removePet", params: petId, response: { 204: { type: "null" } } },
      handler: async (_, reply) => reply.code(204).send(),
    });
    const empty = { type: "object", properties: {} };
    routes.get("/slow", {
      schema: { operationId: "slow", response: { 200: empty } },
      handler: () => new Promise((resolve) => setTimeout(resolve, 5000).unref()),
    });
    routes.get("/liar", {
      schema: { operationId: "liar", response: { 200: pet } },
      serializerCompiler: () => JSON.stringify,
      handler: async () => ({ id: "one", name: "Rex" }),
    });
    routes.get("/busy", {
      schema: { operationId: "busy", response: { 200: empty } },
      handler: async () => fail(503),
    });
    routes.get("/broken", {
      schema: { operationId: "broken", response: { 200: empty } },
      handler: async () => fail(500),
    });
  });
  server.get("/openapi.json", { schema: { hide: true } }, async () => server.swagger());
  return {
    address: await server.listen({ host: "127.0.0.1", port: 0 }),
    close: () => server.close(),
  };
}

/** The lines of a caller: nothing in them says where the service is, or that it is foreign. */
const CALLER = `import { v1 as petstore } from "#apps/petstore";

export const list = (tags: string[]) => petstore.petsList({ tags });
export const add = (name: string) => petstore.addPet({ id: 7, name, status: "sold", "@born": new Date(0) });
export const photo = () => petstore.setPhoto({ petId: 7, notify: true, "x-shop": "south", body: [1, 2, 3] });
export const remove = () => petstore.removePet({ petId: 7 });
export const slow = () => petstore.slow({}, { deadlineMs: 100 });
export const liar = () => petstore.liar();
export const busy = () => petstore.busy();
export const broken = () => petstore.broken();
`;

const WRONG = `import { v1 as petstore } from "#apps/petstore";
// @ts-expect-error a pet has a name
await petstore.addPet({ id: 7 });
// @ts-expect-error an old pet is no status
await petstore.addPet({ id: 7, name: "Rex", status: "old" });
const { body } = await petstore.petsList();
const name: string | undefined = body[0]?.name;
// @ts-expect-error a name is no number
const age: number | undefined = body[0]?.name;
console.log(name, age);
`;

type Caller = Record<string, (input?: unknown) => Promise<unknown>>;

const shop = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["petstore"]),
  "shop/caller.ts": CALLER,
  "shop/wrong.ts": WRONG,
  "tsconfig.json": JSON.stringify({
    extends: join(root, "tsconfig.json"),
    compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
    include: ["shop", "contracts"],
    exclude: [],
  }),
});
let petstore: Awaited<ReturnType<typeof startPetstore>>;
let pulled: Ended;
let project: Project;
let caller: Caller;

before(async () => {
  petstore = await startPetstore();
  const from = `${petstore.address}/openapi.json`;
  pulled = await marcot(["contract", "pull", "petstore", "--from", from], { cwd: shop.folder });
  assert.equal(pulled.code, 0, pulled.stderr);
  const quiet = () => {};
  project = await openProject({
    folder: shop.folder,
    environment: { PETSTORE_API: petstore.address },
    log: { info: quiet, warn: quiet, error: quiet },
  });
  caller = (await import(join(shop.folder, "shop/caller.ts"))) as Caller;
});
after(async () => {
  await project.close();
  await petstore.close();
  shop.remove();
});

function call(name: string, input?: unknown): Promise<unknown> {
  return project.run(() => caller[name]?.(input) ?? assert.fail(name));
}

test("the command says what it wrote and what to do next", () => {
  assert.match(pulled.stdout, /contracts\/petstore\/contract\.ts has petstore v1 with 8 endpoints/);
  assert.ok(pulled.stdout.includes(`PETSTORE_API=${petstore.address}`), pulled.stdout);
  assert.match(pulled.stdout, /import \{ v1 as petstore \} from "#apps\/petstore";/);
  const manifest = readFileSync(join(shop.folder, "package.json"), "utf8");
  assert.match(manifest, /"#apps\/petstore": "\.\/contracts\/petstore\/contract\.ts"/);
});

test("the compiler knows the service", async () => {
  const compiler = join(root, "node_modules", ".bin", "tsc");
  await promisify(execFile)(compiler, ["-p", shop.folder]);
});

test("the project has nothing to complain about", async () => {
  const { code, stdout } = await marcot(["check"], { cwd: shop.folder });
  assert.equal(code, 0, stdout);
});

test("a reply that is a list is a field, and fields that are not declared are cut", async () => {
  const answer = await call("list", ["a b", "c"]);
  const born = new Date("2026-11-24T10:00:00Z");
  assert.deepEqual(answer, { body: [{ id: 1, name: "Rex", status: "new", "@born": born }] });
  assert.equal(seen.at(-1)?.url, "/pets?tags=a+b&tags=c");
});

test("path, query, headers and body arrive where the service looks for them", async () => {
  assert.deepEqual(await call("photo"), { size: 3 });
  const { method, url, headers, body } = seen.at(-1) ?? assert.fail();
  assert.deepEqual([method, url], ["PUT", "/pets/7/photo.json?notify=true"]);
  assert.deepEqual([headers["x-shop"], body], ["south", [1, 2, 3]]);
  assert.match(String(headers["traceparent"]), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  // What the apps of this project are called is nothing to others.
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith("marcot")),
    [],
  );
});

test("a success without a body is an empty answer", async () => {
  assert.deepEqual(await call("remove"), {});
  assert.equal(seen.at(-1)?.headers["content-type"], undefined);
});

test("another success than 200 is one", async () => {
  const { name } = (await call("add", "Mia")) as { name: string };
  assert.equal(name, "Mia");
});

test("a declared error has a name and says what the service said", async () => {
  const rejected = { code: "Status409", status: 409, message: /Rex is there already/ };
  await assert.rejects(call("add", "Rex"), rejected);
});

test("input that the service would refuse does not leave", async () => {
  const before = seen.length;
  await assert.rejects(call("add", "a".repeat(21)), { code: "InvalidInput" });
  assert.equal(seen.length, before);
});

test("failures have our names", async () => {
  await assert.rejects(call("slow"), { code: "TimedOut" });
  await assert.rejects(call("liar"), { code: "ContractBroken", message: /\/id/ });
  await assert.rejects(call("busy"), { code: "Unavailable" });
  // A word of theirs that is one of our codes means nothing.
  await assert.rejects(call("broken"), { code: "ContractBroken", message: /500: Oops/ });
});

test("the project does not let strangers through to the service", async () => {
  const service = await startService({ project, port: 0 });
  try {
    const before = seen.length;
    assert.equal((await fetch(`${service.address}/petstore/pets`)).status, 404);
    assert.equal(seen.length, before);
    assert.doesNotMatch(await (await fetch(service.address)).text(), /petstore/i);
  } finally {
    await service.stop();
  }
});

test("without an address the start says which variable to set", async () => {
  const quiet = () => {};
  const log = { info: quiet, warn: quiet, error: quiet };
  await assert.rejects(openProject({ folder: shop.folder, environment: {}, log }), {
    code: "AppNotFound",
    fix: /PETSTORE_API/,
  });
});
