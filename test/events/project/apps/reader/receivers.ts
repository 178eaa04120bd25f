import { receiver } from "marcot";
import { v1, v2 } from "#apps/writer";
import { placeholder, prepared } from "marcot/tables";
import { heard } from "./tables.ts";

const insertHeard = prepared("reader_hear", (db) =>
  db.insert(heard).values({
    receiver: placeholder("receiver"),
    number: placeholder("number"),
    box: placeholder("box"),
    line: placeholder("line"),
  }),
);

/** Of the oldest version: gets what a newer one tells, cut to it. */
export const old = receiver(v1.written, "old", async ({ number, box, line }, { db }) => {
  await insertHeard(db, { receiver: "old", number, box, line });
});

export const keep = receiver(v2.written, "keep", async ({ number, box, position }, { db }) => {
  await insertHeard(db, { receiver: "keep", number, box, line: position });
});

/** Without a key. */
export const tally = receiver(v1.counted, "tally", async ({ number }, { db }) => {
  await insertHeard(db, { receiver: "tally", number, box: "", line: 0 });
});

/** Fails where a box is called so, after it has written. */
export const grumble = receiver(
  v2.written,
  "grumble",
  async ({ number, box, position }, { db }) => {
    await insertHeard(db, { receiver: "grumble", number, box, line: position });
    if (box === "far") throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    if (box === "bad" || (box === "sometimes" && position < 0)) throw new Error("a bad letter");
  },
  { attempts: 2 },
);
