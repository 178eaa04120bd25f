/** Two databases that have the same app, and what makes one follow the other. */
import type { Sql } from "postgres";
import { connect } from "../../src/data/database.ts";
import { migrate } from "../../src/data/migrate.ts";
import { appUrl, roleOf } from "../../src/data/roles.ts";
import { testDatabase, type TestDatabase } from "../../src/data/testing.ts";
import type { SideName } from "../../src/extract/types.ts";

export const APP = "shop";

export interface TestSide {
  readonly name: SideName;
  readonly ownerUrl: string;
  /** As the owner. */
  readonly sql: Sql;
  /** As the app's own role. */
  readonly own: Sql;
}

export interface TwoSides {
  readonly from: TestSide;
  readonly to: TestSide;
  /** Runs a statement as the app on both sides. */
  both(statement: string): Promise<void>;
  /** `to` follows `from` from now on. Default name: one that nobody else has. */
  follow(options?: { readonly name?: string; readonly copies?: boolean }): Promise<void>;
  drop(): Promise<void>;
}

/** Two copies of an app without tables of its own. */
export async function openSides(): Promise<TwoSides> {
  const databases: TestDatabase[] = [];
  const open = async (name: SideName): Promise<TestSide> => {
    const database = await testDatabase("empty", async () => undefined);
    databases.push(database);
    const ownerUrl = database.url;
    await migrate({ ownerUrl, app: APP, folder: "/nowhere" });
    return {
      name,
      ownerUrl,
      sql: connect(ownerUrl, { max: 4, name: "test" }),
      own: connect(appUrl(ownerUrl, APP), { max: 4, name: "test" }),
    };
  };
  const from = await open("project");
  const to = await open("service");
  let slot = `test_${process.pid}_${roleOf(to.ownerUrl, APP)}`.slice(0, 60);
  let follows = false;
  return {
    from,
    to,
    async both(statement) {
      await from.own.unsafe(statement);
      await to.own.unsafe(statement);
    },
    async follow({ name = slot, copies = false } = {}) {
      slot = name;
      await from.sql.unsafe(`CREATE PUBLICATION test FOR TABLES IN SCHEMA ${APP}`);
      // Made first: within one cluster the subscription would wait for itself.
      await from.sql`select pg_create_logical_replication_slot(${slot}, 'pgoutput')`;
      await to.sql.unsafe(
        `CREATE SUBSCRIPTION ${slot} CONNECTION '${from.ownerUrl}' PUBLICATION test
         WITH (create_slot = false, slot_name = '${slot}', copy_data = ${copies})`,
      );
      follows = true;
    },
    async drop() {
      if (follows) await unfollow(from, to, slot);
      const pools = [from, to].flatMap(({ sql, own }) => [sql, own]);
      await Promise.all(pools.map((sql) => sql.end({ timeout: 1 })));
      for (const database of databases) await database.drop();
    },
  };
}

/** A test may have dropped the one or the other. */
async function unfollow(from: TestSide, to: TestSide, name: string): Promise<void> {
  const [found] = await to.sql`select from pg_subscription where subname = ${name}`;
  if (found !== undefined) {
    await to.sql.unsafe(`ALTER SUBSCRIPTION ${name} DISABLE`);
    await to.sql.unsafe(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
    // A table's slot that is just being made waits for this transaction, and this one would wait for the slot.
    await to.sql.unsafe(`ALTER SUBSCRIPTION ${name} CONNECTION 'host=/dev/null password=none'`);
    await to.sql.unsafe(`DROP SUBSCRIPTION ${name}`);
  }
  await from.sql`
    select pg_terminate_backend(active_pid, 5000) from pg_replication_slots
    where database = current_database() and active_pid is not null`;
  await from.sql`
    select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()`;
}
