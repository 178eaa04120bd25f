/** People and programs do something to the rows, or to their tables. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { codeOf } from "../../../../src/errors.ts";
import { OLD } from "../judge.ts";
import type { Fault, Victim } from "../fault.ts";
import { stages } from "../stages.ts";

async function inDatabase<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice() {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const ADD_COLUMN = "alter table stock.entries add column note text default 'none'";

/** At the source alone; a row that is written then has a column that the copy has not. */
async function changeSource({ scene }: Victim): Promise<void> {
  await inDatabase(scene.projectUrl, (sql) => sql.unsafe(ADD_COLUMN));
}

/** A program that does not know where the app is, as the owner, who may do anything else. */
async function refused(victim: Victim, url: string, whose: string): Promise<void> {
  try {
    await inDatabase(
      url,
      (sql) => sql`insert into stock.entries (token, amount) values ('rogue', 1)`,
    );
    victim.wrong(`a write to ${whose} database was taken`);
  } catch (error) {
    if (codeOf(error) !== "MV001") victim.wrong(`a write to ${whose} database: ${String(error)}`);
  }
}

const changed: Omit<Fault, "name" | "sentence"> = {
  when: { point: stages.copying },
  strike: changeSource,
  oldRows: 200_000,
  named: /note/,
};

export const rowFaults: readonly Fault[] = [
  {
    ...changed,
    name: "schema-change-while-copying",
    sentence:
      "A column is added at the source alone while rows are copied; then at the target too.",
    async repair({ scene }) {
      await inDatabase(scene.serviceUrl, (sql) =>
        sql.unsafe(ADD_COLUMN.replace("add column", "add column if not exists")),
      );
    },
  },
  {
    ...changed,
    name: "schema-change-cancel",
    sentence: "A column is added at the source alone while rows are copied; it is cancelled.",
    way: "cancel",
  },
  {
    name: "schema-change-while-ready",
    sentence:
      "A column is added at the source alone when the copy has all; then at the target too.",
    when: { before: "extracted" },
    strike: changeSource,
    named: /note/,
    async repair({ scene }) {
      await inDatabase(scene.serviceUrl, (sql) =>
        sql.unsafe(ADD_COLUMN.replace("add column", "add column if not exists")),
      );
    },
  },
  {
    name: "long-transaction",
    sentence: "A transaction holds a row for 3 s when a switch is asked for.",
    when: { during: "extracted" },
    strike: ({ scene }) =>
      inDatabase(scene.projectUrl, async (sql) => {
        await sql.begin(async (tx) => {
          await tx`update stock.entries set amount = amount where token = ${`${OLD}1`}`;
          await sleep(3000);
        });
      }),
  },
  {
    name: "rogue-write-before",
    sentence: "A program writes to the copy, as the owner, before the switch.",
    when: { before: "extracted" },
    strike: (victim) => refused(victim, victim.scene.serviceUrl, "the service's"),
  },
  {
    name: "rogue-write-after",
    sentence: "A program writes to the project's tables, as the owner, after the switch.",
    when: { after: "extracted" },
    strike: (victim) => refused(victim, victim.scene.projectUrl, "the project's"),
  },
];
