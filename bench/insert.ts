/**
 * POST /v2/create/ with one INSERT … RETURNING on PostgreSQL: the app faq (`apps/faq`, a query prepared by
 * `src/data/query.ts`) against Fastify 5 with the driver `postgres`. Same table, same role, same
 * number of connections. The database's own time is not counted. Neither side tells anybody of the entry.
 *
 *     npm run bench:insert
 */
import { join } from "node:path";
import Fastify from "fastify";
import postgres from "postgres";
import { app, view } from "marcot";
import { one, placeholder, prepared } from "marcot/tables";
import { v2 } from "../apps/faq/contract.ts";
import { entries } from "../apps/faq/tables.ts";
import * as views from "../apps/faq/views.ts";
import { openDatabase } from "../src/data/database.ts";
import { migrate } from "../src/data/migrate.ts";
import { appUrl } from "../src/data/roles.ts";
import { testDatabase } from "../src/data/testing.ts";
import { beSide, compare, ownSide, type Side } from "./rounds.ts";
import { startServer } from "./server.ts";

/** What `openDatabase` and the driver have by default. */
const CONNECTIONS = 10;

const insertEntry = prepared("bench_insert_entry", (db) =>
  db
    .insert(entries)
    .values({
      question: placeholder("question"),
      answer: placeholder("answer"),
      source: placeholder("source"),
      related: placeholder("related"),
    })
    .returning({
      id: entries.id,
      question: entries.question,
      answer: entries.answer,
      source: entries.source,
      related: entries.related,
    }),
);

/** One statement, as the other side: no event, and so no transaction around it. */
const create = view(v2.create, async (input, { db }) => one(await insertEntry(db, input)), {
  atomic: false,
});

async function marcot(url: string): Promise<Side> {
  const { db } = await openDatabase({ url, app: "faq", max: CONNECTIONS });
  return {
    address: await startServer(app("faq", { contract: v2, views: { ...views, create } }), { db }),
  };
}

interface Entry {
  readonly question: string;
  readonly answer: string;
  readonly source: number;
  readonly related: number[];
}

async function fastify(url: string): Promise<Side> {
  const sql = postgres(url, { max: CONNECTIONS });
  const server = Fastify();
  const ref = { type: "integer", minimum: 0, maximum: 2_147_483_647 };
  const shown = {
    id: { type: "integer" },
    question: { type: "string" },
    source: { type: "integer" },
    answer: { type: "string" },
    related: { type: "array", items: { type: "integer" } },
  };
  const schema = {
    body: {
      type: "object",
      properties: {
        question: { type: "string", minLength: 1, maxLength: 300 },
        source: ref,
        answer: { type: "string", maxLength: 4000, default: "" },
        related: { type: "array", items: ref, maxItems: 20, default: [] },
      },
      required: ["question", "source"],
      additionalProperties: false,
    },
    response: { 201: { type: "object", properties: shown, required: Object.keys(shown) } },
  };
  server.post<{ Body: Entry }>("/v2/create/", { schema }, async ({ body }, reply) => {
    const { question, answer, source, related } = body;
    const [entry] = await sql`
      insert into faq.entries (question, answer, source, related)
      values (${question}, ${answer}, ${source}, ${related})
      returning id, question, answer, source, related`;
    reply.code(201);
    return entry;
  });
  return { address: await server.listen({ port: 0, host: "127.0.0.1" }) };
}

const sides = { marcot, fastify };
if (ownSide) await beSide(sides);
else {
  const database = await testDatabase("empty", async () => {});
  const folder = join(import.meta.dirname, "../apps/faq/migrations");
  await migrate({ ownerUrl: database.url, app: "faq", folder });
  const body = JSON.stringify({ question: "my question", source: 123, related: [1, 2] });
  await compare({
    name: "insert",
    file: import.meta.filename,
    sides,
    argument: appUrl(database.url, "faq"),
    request: { path: "/v2/create/", body, status: 201 },
  });
  await database.drop();
}
