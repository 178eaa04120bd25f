/** A server with the databases of moves. What a test leaves in them is cleared when it ends. */
import { after, afterEach, before } from "node:test";
import type { ProjectPlan } from "../../src/project/plan.ts";
import type { SideName } from "../../src/extract/types.ts";
import { type Server, startPostgres } from "../torture/machine.ts";
import { clearStreams } from "./moving.ts";
import { makeFolder, plant, planOf, removeFolder } from "./shop.ts";

export interface MoveSite {
  /** Of the project. */
  readonly folder: string;
  /** Makes a database. Answers its owner's URL. */
  database(name: string): Promise<string>;
  /** Two databases, with the app in the first one. */
  place(): Promise<MovePlace>;
  planOf(database: string): ProjectPlan;
  /** Stops the server at once, and starts it. */
  restart(): Promise<void>;
}

export interface MovePlace {
  /** The owner's. */
  readonly urls: Readonly<Record<SideName, string>>;
  readonly plan: ProjectPlan;
}

/** To be called where a file's tests are declared: it starts before the first and ends after the last of them. */
export function moveSite(): MoveSite {
  const used: string[] = [];
  let folder = "";
  let server: Server;
  let count = 0;
  before(async () => {
    folder = await makeFolder();
    server = await startPostgres({ fsync: "off" });
  });
  after(async () => {
    await server.stop();
    await removeFolder(folder);
  });
  afterEach(async () => {
    for (const url of used.splice(0)) await clearStreams(url);
  });
  const database = async (name: string) => {
    const url = await server.createDatabase(name);
    used.unshift(url);
    return url;
  };
  const planIn = (project: string) => planOf({ database: project, folder });
  return {
    get folder() {
      return folder;
    },
    database,
    async place() {
      count += 1;
      const project = await database(`project${count}`);
      const service = await database(`service${count}`);
      await plant(project, folder);
      return { urls: { project, service }, plan: planIn(project) };
    },
    planOf: planIn,
    restart: () => server.restart(),
  };
}
