/**
 * "Service: provider, endpoint, contract." An app becomes a service by one variable, and no caller
 * changes: the same code runs in one process, with faq elsewhere, and with every app elsewhere.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { get, openDatabase, type Part, post, postForm, start } from "../company.ts";

type Arrangement = {
  readonly name: string;
  open(): Promise<{ project: Part; parts: Part[]; drop(): Promise<void> }>;
};

async function onlyWithOwnDatabase(app: string, addresses: Record<string, string> = {}) {
  const database = await openDatabase();
  return { part: await start({ DATABASE_URL: database.url, ...addresses }, [app]), database };
}

const arrangements: Arrangement[] = [
  {
    name: "in one process",
    async open() {
      const database = await openDatabase();
      const project = await start({ DATABASE_URL: database.url });
      return { project, parts: [project], drop: () => database.drop() };
    },
  },
  {
    name: "with faq elsewhere",
    async open() {
      const faq = await onlyWithOwnDatabase("faq");
      const database = await openDatabase();
      const project = await start({ DATABASE_URL: database.url, FAQ_API: faq.part.address });
      const drop = async () => void (await Promise.all([database.drop(), faq.database.drop()]));
      return { project, parts: [project, faq.part], drop };
    },
  },
  {
    name: "with every app elsewhere, each with its own database",
    async open() {
      const faq = await onlyWithOwnDatabase("faq");
      const tickets = await onlyWithOwnDatabase("tickets");
      const addresses = { FAQ_API: faq.part.address, TICKETS_API: tickets.part.address };
      const creator = await onlyWithOwnDatabase("faqcreator", addresses);
      const database = await openDatabase();
      const all = { ...addresses, FAQCREATOR_API: creator.part.address };
      const project = await start({ DATABASE_URL: database.url, ...all });
      const databases = [database, faq.database, tickets.database, creator.database];
      const drop = async () => void (await Promise.all(databases.map((one) => one.drop())));
      return { project, parts: [project, creator.part, faq.part, tickets.part], drop };
    },
  },
];

for (const arrangement of arrangements) {
  describe(arrangement.name, () => {
    let site = "";
    let opened: Awaited<ReturnType<Arrangement["open"]>>;
    before(async () => {
      opened = await arrangement.open();
      site = opened.project.address;
    });
    after(async () => {
      for (const part of opened.parts) await part.stop();
      await opened.drop();
    });

    test("the talk's first request is answered, form-encoded and JSON alike", async () => {
      const form = await postForm(`${site}/faq/v1/create/`, "question=my question&source=123");
      assert.deepEqual(form, {
        status: 201,
        body: { id: 1, question: "my question", source: 123 },
      });
      const json = await post(`${site}/faq/v1/create/`, { question: "my question", source: 123 });
      assert.deepEqual(json, {
        status: 201,
        body: { id: 2, question: "my question", source: 123 },
      });
      const bare = await postForm(`${site}/faq/create/`, "question=my question&source=123");
      assert.deepEqual(bare.body, { id: 3, question: "my question", source: 123 });
    });

    test("v2 takes related as a repeated form field and as a list, and v1 never shows it", async () => {
      const form = await postForm(
        `${site}/faq/v2/create/`,
        "question=q&source=1&related=1&related=2",
      );
      assert.deepEqual(form.body, { id: 4, question: "q", answer: "", source: 1, related: [1, 2] });
      const json = await post(`${site}/faq/v2/create/`, { question: "q", source: 1, related: [3] });
      assert.deepEqual(json.body, { id: 5, question: "q", answer: "", source: 1, related: [3] });
      assert.deepEqual(await get(`${site}/faq/v1/entries/5/`), {
        status: 200,
        body: { id: 5, question: "q", source: 1 },
      });
      const { body } = await get(`${site}/faq/v1/entries/?limit=2`);
      assert.deepEqual(body, {
        entries: [
          { id: 5, question: "q", source: 1 },
          { id: 4, question: "q", source: 1 },
        ],
      });
    });

    test("a ticket becomes an entry: faqcreator calls both others by contract", async () => {
      await post(`${site}/tickets/v1/open/`, { subject: "It is slow", body: "Very." });
      const early = await post(`${site}/faqcreator/v1/create/`, {
        ticket: 1,
        question: "?",
        answer: "",
      });
      assert.equal(early.status, 409);
      await post(`${site}/tickets/v1/tickets/1/answer/`, { answer: "Wait a moment." });
      await post(`${site}/tickets/v1/tickets/1/resolve/`, {});
      const made = await post(`${site}/faqcreator/v1/create/`, {
        ticket: 1,
        question: "Why is it slow?",
        answer: "Wait a moment.",
      });
      assert.deepEqual(made, { status: 201, body: { entry: 6 } });
      const absent = await post(`${site}/faqcreator/v1/create/`, {
        ticket: 99,
        question: "?",
        answer: "",
      });
      assert.deepEqual([absent.status, codeOf(absent.body)], [404, "NoSuchTicket"]);
    });

    test("pages stand at the same address, and their links lead back there", async () => {
      const response = await fetch(`${site}/faq/questions/6/`, {
        headers: { accept: "text/html" },
      });
      const page = await response.text();
      assert.equal(response.status, 200);
      assert.match(page, /Why is it slow\?/);
      assert.match(page, /href="\/faq\/questions\/6\/edit\/"/);
      assert.match(page, /href="\/tickets\/"/);
      const creator = await (await fetch(`${site}/faqcreator/`)).text();
      assert.match(creator, /href="\/faqcreator\/from\/1\/"/);
    });

    test("a form from another site is refused, one of its own is taken", async () => {
      const send = (origin: string) =>
        fetch(`${site}/tickets/new/`, {
          method: "POST",
          redirect: "manual",
          headers: { origin, "content-type": "application/x-www-form-urlencoded" },
          body: "subject=Hello&body=There",
        });
      assert.equal((await send("http://elsewhere.example")).status, 403);
      const taken = await send(site);
      assert.deepEqual([taken.status, taken.headers.get("location")], [303, "/tickets/show/2/"]);
    });
  });
}

function codeOf(body: unknown): unknown {
  return typeof body === "object" && body !== null && "code" in body ? body.code : undefined;
}
