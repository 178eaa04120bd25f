import { emit, view } from "marcot";
import { desc, eq, ilike, inArray, one, placeholder, prepared } from "marcot/tables";
import { v2 } from "./contract.ts";
import { entries } from "./tables.ts";

const shown = {
  id: entries.id,
  question: entries.question,
  answer: entries.answer,
  source: entries.source,
  related: entries.related,
};

const written = {
  question: placeholder("question"),
  answer: placeholder("answer"),
  related: placeholder("related"),
};

const insertEntry = prepared("faq_insert_entry", (db) =>
  db
    .insert(entries)
    .values({ ...written, source: placeholder("source") })
    .returning(shown),
);

const selectEntry = prepared("faq_select_entry", (db) =>
  db
    .select(shown)
    .from(entries)
    .where(eq(entries.id, placeholder("id"))),
);

const searchEntries = prepared("faq_search_entries", (db) =>
  db
    .select(shown)
    .from(entries)
    .where(ilike(entries.question, placeholder("pattern")))
    .orderBy(desc(entries.id))
    .limit(placeholder("limit")),
);

export const create = view(v2.create, async (input, { db }) => {
  const created = one(await insertEntry(db, input));
  await emit(v2.published, created, db); // stored with the entry: both are there, or neither
  return created;
});

export const entry = view(v2.entry, async ({ id }, { db, fail }) => {
  const [found] = await selectEntry(db, { id });
  if (!found) throw fail("NoSuchEntry", `there is no entry ${id}`);
  return found;
});

export const list = view(v2.entries, async ({ search, limit }, { db }) => ({
  entries: await searchEntries(db, { pattern: `%${escapeLike(search)}%`, limit }),
}));

export const many = view(v2.many, async ({ ids }, { db }) => ({
  entries: await db
    .select({ id: entries.id, question: entries.question })
    .from(entries)
    .where(inArray(entries.id, [...ids])),
}));

export const update = view(v2.update, async ({ id, question, answer, related }, { db, fail }) => {
  const [found] = await db
    .update(entries)
    .set({ question, answer, related })
    .where(eq(entries.id, id))
    .returning(shown);
  if (!found) throw fail("NoSuchEntry", `there is no entry ${id}`);
  return found;
});

/** `%` and `_` mean themselves in what a person looks for. */
function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, "\\$&");
}
