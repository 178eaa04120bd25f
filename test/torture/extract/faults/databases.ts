/** Databases are stopped at once, stand still, or have no disk left. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Victim } from "../fault.ts";
import { stages } from "../stages.ts";

const DOWN_MS = 1000;
const FROZEN_MS = 4000;
/** So much that a copy lasts long enough to be struck. */
const MANY_ROWS = 300_000;

function killServer(side: "a" | "b") {
  return async ({ scene, later }: Victim): Promise<void> => {
    await scene[side].kill();
    later(DOWN_MS, () => scene[side].start());
  };
}

/** One fault of each database at each of three times. */
const kills = (["a", "b"] as const).flatMap((side): Fault[] => {
  const whose = side === "a" ? "the project's" : "the service's";
  const strike = killServer(side);
  const name = `postgres-${side}-kill`;
  const shared = { strike, mayRefuse: true };
  return [
    {
      ...shared,
      name: `${name}-copying`,
      sentence: `PostgreSQL with ${whose} database is stopped at once while rows are copied.`,
      when: { point: stages.copying },
      oldRows: MANY_ROWS,
      mayRefuse: side === "a",
    },
    {
      ...shared,
      name: `${name}-locked`,
      sentence: `PostgreSQL with ${whose} database is stopped at once while the tables are locked.`,
      when: { point: stages.locked },
    },
    {
      ...shared,
      name: `${name}-committed`,
      sentence: `PostgreSQL with ${whose} database is stopped at once right after the point of no return.`,
      when: { point: stages.committed },
    },
    {
      ...shared,
      name: `${name}-after`,
      sentence: `PostgreSQL with ${whose} database is stopped at once after the switch.`,
      when: { after: "extracted" },
    },
  ];
});

/** B holds half a megabyte more; the rows that come do not fit. */
async function fillDisk({ scene, later }: Victim): Promise<void> {
  await scene.b.fill(512 * 1024);
  later(8000, async () => {
    await scene.b.fill(null);
    // PostgreSQL ends itself where its log of changes cannot be written.
    await scene.b.start();
  });
}

export const databaseFaults: readonly Fault[] = [
  ...kills,
  {
    name: "target-disk-full",
    sentence: "The disk of the service's database (a small tmpfs) is full while rows are copied.",
    when: { point: stages.copying },
    strike: fillDisk,
    oldRows: MANY_ROWS,
    megabytes: 320,
  },
  {
    name: "target-disk-full-cancel",
    sentence: "The same; it is cancelled instead of resumed.",
    when: { point: stages.copying },
    strike: fillDisk,
    oldRows: MANY_ROWS,
    megabytes: 320,
    way: "cancel",
  },
  {
    name: "slot-lag",
    sentence: "The service's database stands still for 4 s under load, and a switch is asked for.",
    when: { during: "extracted" },
    async strike({ scene }) {
      await scene.b.freeze();
      await sleep(FROZEN_MS);
      await scene.b.thaw();
    },
  },
];
