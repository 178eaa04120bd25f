/** A request that is passed on to where its app is provided. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { createPassage } from "../../src/provider/passage.ts";
import { replyProblem } from "../../src/provider/reply.ts";

async function listen(server: ReturnType<typeof createServer>): Promise<URL> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const heard: IncomingHttpHeaders[] = [];
const provider = await listen(
  createServer((request, response) => {
    heard.push(request.headers);
    response.end("{}");
  }),
);
const passage = createPassage({ app: "faq", prefix: "/faq", address: provider });
after(() => passage.close());
/** As if each request had waited for half a second. */
const front = await listen(
  createServer((request, response) => {
    const since = performance.now() - 500;
    const passing = { request, response, since, body: undefined };
    void passage.pass(passing, (_request, reply, error) => replyProblem(reply, error));
  }),
);

async function passed(deadline?: string): Promise<unknown> {
  const headers = deadline === undefined ? {} : { "marcot-deadline": deadline };
  await (await fetch(`${front.href}faq/v1/entries/`, { headers })).text();
  return heard.pop()?.["marcot-deadline"];
}

test("what a caller allows is less by what it has waited", async () => {
  const left = Number(await passed("2000"));
  assert.ok(left > 1_000 && left <= 1_500, String(left));
  assert.equal(await passed("100"), "0");
});

test("without a deadline none is made up, and what is no number goes on as it came", async () => {
  assert.equal(await passed(), undefined);
  for (const odd of ["soon", "-5", "0x10", "1e3"]) assert.equal(await passed(odd), odd);
});
