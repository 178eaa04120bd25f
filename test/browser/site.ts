/** The example project for the browser's tests: in one process, and with faq as a service of its own. */
import { openDatabase, type Part, start } from "../company.ts";

export interface Site {
  /** What a person types into the browser. */
  readonly address: string;
  /** The database of the project's own apps, as its owner. */
  readonly databaseUrl: string;
  /** The process that provides faq: the project's own, or another. */
  readonly faq: Part;
  close(): Promise<void>;
}

export interface Arrangement {
  readonly name: string;
  open(): Promise<Site>;
}

export const inOneProcess: Arrangement = {
  name: "in one process",
  async open() {
    const database = await openDatabase();
    const project = await start({ DATABASE_URL: database.url });
    const close = () => end([project], [database]);
    return { address: project.address, databaseUrl: database.url, faq: project, close };
  },
};

export const withFaqElsewhere: Arrangement = {
  name: "with faq elsewhere",
  async open() {
    const own = await openDatabase();
    const faq = await start({ DATABASE_URL: own.url }, ["faq"]);
    const database = await openDatabase();
    const project = await start({ DATABASE_URL: database.url, FAQ_API: faq.address });
    const close = () => end([project, faq], [database, own]);
    return { address: project.address, databaseUrl: database.url, faq, close };
  },
};

async function end(parts: Part[], databases: { drop(): Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.stop();
  for (const database of databases) await database.drop();
}
