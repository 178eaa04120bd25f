import { receiver } from "marcot";
import { eq } from "marcot/tables";
import { v1 as faq } from "marcot-faq";
import { tickets } from "./tables.ts";

/** Entries have other sources too: of one that is no ticket here, nothing is kept. */
export const linkAnswer = receiver(faq.published, "link-answer", async ({ id, source }, { db }) => {
  await db.update(tickets).set({ entry: id }).where(eq(tickets.id, source));
});
