import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { openDatabase, type Part, post, start } from "../company.ts";

let part: Part;
let database: Awaited<ReturnType<typeof openDatabase>>;
before(async () => {
  database = await openDatabase();
  part = await start({ DATABASE_URL: database.url });
});
after(async () => {
  await part.stop();
  await database.drop();
});

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly ran: string;
  readonly errors?: readonly { pointer: string; expected: string; got: string }[];
}

async function send(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; problem: Problem }> {
  const response = await fetch(`${part.address}${path}`, init);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  return { status: response.status, problem: (await response.json()) as Problem };
}

function json(
  body: string | Uint8Array<ArrayBuffer>,
  contentType = "application/json",
): RequestInit {
  return { method: "POST", headers: { "content-type": contentType }, body };
}

test("every wrong field is named with its place, what was expected and what came", async () => {
  const { status, problem } = await send(
    "/faq/v2/create/",
    json('{"source":"1","related":[1,"x"]}'),
  );
  assert.equal(status, 422);
  assert.equal(problem.code, "InvalidInput");
  assert.deepEqual(problem.errors, [
    { pointer: "/question", expected: "text from 1 to 300 characters", got: "nothing" },
    { pointer: "/source", expected: "an integer from 0 to 2147483647", got: '"1"' },
    { pointer: "/related/1", expected: "an integer from 0 to 2147483647", got: '"x"' },
  ]);
});

test("null, a list and text are no input", async () => {
  for (const body of ["null", "[]", '"x"', "3"]) {
    const { status, problem } = await send("/faq/v1/create/", json(body));
    assert.deepEqual([status, problem.code], [422, "InvalidInput"]);
  }
});

test("text that PostgreSQL cannot keep is refused, not lost", async () => {
  for (const question of ["a\u0000b", "a\ud800b"]) {
    const { problem } = await send(
      "/faq/v1/create/",
      json(JSON.stringify({ question, source: 1 })),
    );
    assert.equal(problem.code, "InvalidInput");
  }
});

test("a number that no row can have is refused before the database sees it", async () => {
  const large = { question: "q", source: 2 ** 40, related: [2 ** 31] };
  const { problem } = await send("/faq/v2/create/", json(JSON.stringify(large)));
  assert.deepEqual(
    problem.errors?.map(({ pointer }) => pointer),
    ["/source", "/related/0"],
  );
  assert.equal((await send("/faq/v1/entries/99999999999/")).problem.code, "InvalidInput");
  assert.equal((await send("/tickets/v1/tickets/99999999999/")).problem.code, "InvalidInput");
});

test("a version, an endpoint and a method that do not exist are told apart", async () => {
  assert.equal((await send("/faq/v9/create/")).problem.code, "UnknownVersion");
  assert.equal((await send("/faq/v1/nothing/")).problem.code, "UnknownEndpoint");
  const wrong = await fetch(`${part.address}/faq/v1/create/`, { method: "DELETE" });
  assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "POST"]);
});

test("a body that cannot be read is refused by kind", async () => {
  assert.equal((await send("/faq/v1/create/", json('{"question":'))).problem.code, "MalformedBody");
  const latin = new Uint8Array([0x22, 0xe9, 0x22]);
  assert.equal((await send("/faq/v1/create/", json(latin))).problem.code, "MalformedBody");
  const xml = await send("/faq/v1/create/", json("<a/>", "application/xml"));
  assert.deepEqual([xml.status, xml.problem.code], [415, "UnsupportedMediaType"]);
  const large = await send(
    "/faq/v1/create/",
    json(JSON.stringify({ question: "x".repeat(1_100_000) })),
  );
  assert.deepEqual([large.status, large.problem.code], [413, "BodyTooLarge"]);
});

test("the server goes on after all of it", async () => {
  const { status } = await post(`${part.address}/faq/v1/create/`, { question: "q", source: 1 });
  assert.equal(status, 201);
});

async function withProvider(
  listener: Parameters<typeof createServer>[1] & {},
  work: (site: string, address: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}`;
  const project = await start({ DATABASE_URL: database.url, TICKETS_API: address });
  try {
    await work(project.address, address);
  } finally {
    server.closeAllConnections();
    server.close();
    await project.stop();
  }
}

async function creating(site: string): Promise<Problem & { status: number }> {
  const answer = await post(`${site}/faqcreator/v1/create/`, {
    ticket: 1,
    question: "?",
    answer: "",
  });
  return { ...(answer.body as Problem), status: answer.status };
}

test("a provider that is down is named with its address and the cause", async () => {
  const project = await start({ DATABASE_URL: database.url, TICKETS_API: "http://127.0.0.1:1" });
  try {
    const { status, code, detail, ran } = await creating(project.address);
    assert.deepEqual([status, code, ran], [503, "Unavailable", "maybe"]);
    assert.match(
      detail,
      /tickets\.v1\.ticket: http:\/\/127\.0\.0\.1:1\/ cannot be reached \(ECONNREFUSED\)/,
    );
  } finally {
    await project.stop();
  }
});

test("a provider that is too slow meets the deadline", async () => {
  await withProvider(
    () => {},
    async (site, address) => {
      const begin = performance.now();
      const { status, code, detail } = await creating(site);
      const took = performance.now() - begin;
      assert.deepEqual([status, code], [504, "TimedOut"]);
      assert.ok(took >= 1_900 && took < 3_000, `it took ${took} ms`);
      assert.ok(detail.includes("tickets") || detail.includes(address));
    },
  );
});

test("a provider that answers outside its contract is told with the field", async () => {
  await withProvider(
    (_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end('{"id":"one"}');
    },
    async (site) => {
      const { status, code, detail } = await creating(site);
      assert.deepEqual([status, code], [502, "ContractBroken"]);
      assert.match(
        detail,
        /answered outside the caller's contract: \/id: expected an integer, got "one"/,
      );
    },
  );
});

test("something that is no provider of ours is told as such", async () => {
  await withProvider(
    (_request, response) => {
      response.writeHead(500, { "content-type": "text/html" });
      response.end("<h1>oops</h1>");
    },
    async (site) => {
      const { code, detail } = await creating(site);
      assert.equal(code, "ContractBroken");
      assert.match(detail, /answered 500 text\/html/);
    },
  );
});
