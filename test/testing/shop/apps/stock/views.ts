import { view } from "marcot";
import { and, asc, eq, gte, one, sql } from "marcot/tables";
import { v1 as orders } from "#apps/orders";
import { v1 } from "./contract.ts";
import { articles } from "./tables.ts";

export const put = view(v1.put, async ({ article, pieces }, { db }) =>
  one(
    await db
      .insert(articles)
      .values({ article, pieces })
      .onConflictDoUpdate({
        target: articles.article,
        set: { pieces: sql`${articles.pieces} + ${pieces}` },
      })
      .returning({ pieces: articles.pieces }),
  ),
);

export const take = view(v1.take, async ({ article, pieces }, { db, fail }) => {
  const [left] = await db
    .update(articles)
    .set({ pieces: sql`${articles.pieces} - ${pieces}` })
    .where(and(eq(articles.article, article), gte(articles.pieces, pieces)))
    .returning({ left: articles.pieces });
  if (!left) throw fail("OutOfStock", `there are not ${pieces} of ${article}`);
  return left;
});

export const report = view(v1.report, async (_input, { db }) => {
  const { orders: all } = await orders.orders({});
  const found = await db.select().from(articles).orderBy(asc(articles.article));
  return {
    articles: found.map(({ article, pieces }) => ({
      article,
      left: pieces,
      ordered: all.filter((order) => order.article === article).length,
    })),
  };
});
