/**
 * POST /v1/create/ without a database: our server (`src/provider`) against Fastify 5 with JSON Schema for
 * input and output. Both check what comes in, answer 201, and cut what goes out.
 *
 *     npm run bench:request
 */
import Fastify from "fastify";
import { app } from "../src/app/app.ts";
import { view } from "../src/app/view.ts";
import { contract, integer, post, text } from "../src/contract/index.ts";
import { beSide, compare, ownSide, type Side } from "./rounds.ts";
import { startServer } from "./server.ts";

async function marcot(): Promise<Side> {
  const v1 = contract("faq/v1", {
    create: post("/create/", {
      input: { question: text({ max: 300 }), source: integer() },
      output: { id: integer(), question: text(), source: integer() },
      status: 201,
    }),
  });
  const create = view(v1.create, async ({ question, source }) => ({ id: 1, question, source }));
  return { address: await startServer(app("faq", { contract: v1, views: { create } })) };
}

interface Entry {
  readonly question: string;
  readonly source: number;
}

async function fastify(): Promise<Side> {
  const server = Fastify();
  const question = { type: "string" };
  const source = { type: "integer" };
  const schema = {
    body: {
      type: "object",
      properties: { question: { ...question, maxLength: 300 }, source },
      required: ["question", "source"],
      additionalProperties: false,
    },
    response: {
      201: {
        type: "object",
        properties: { id: { type: "integer" }, question, source },
        required: ["id", "question", "source"],
      },
    },
  };
  server.post<{ Body: Entry }>("/v1/create/", { schema }, async ({ body }, reply) => {
    reply.code(201);
    return { id: 1, question: body.question, source: body.source };
  });
  return { address: await server.listen({ port: 0, host: "127.0.0.1" }) };
}

const sides = { marcot, fastify };
const body = JSON.stringify({ question: "my question", source: 123 });
if (ownSide) await beSide(sides);
else {
  const request = { path: "/v1/create/", body, status: 201 };
  await compare({ name: "request", file: import.meta.filename, sides, request });
}
