/**
 * A stream carries the tables that it was told of. One that was made on both sides since then is in neither the
 * publication nor the subscription: what is written to it would stay where it was.
 */
import { type Course, moveOf, type Roles } from "../course.ts";
import { altering, fenceStatements, makeRecognisable, setFence, unrecognised } from "../fence.ts";
import { dropStream, publish, publicationOf, refresh, streamOf } from "../stream.ts";
import { movedTables, nameIn } from "../tables.ts";
import { waitUntilCopied } from "./copied.ts";

/** Tables of both sides that the stream does not carry, or whose rows it has not copied yet. */
export async function unjoined({ app }: Course, roles: Roles): Promise<readonly string[]> {
  const { holder, follower } = roles;
  const published = await holder.sql<{ name: string }[]>`
    select tablename::text as name from pg_publication_tables
    where pubname = ${publicationOf(app)} and schemaname = ${app}`;
  const followed = await follower.sql<{ name: string }[]>`
    select c.relname as name from pg_subscription s join pg_subscription_rel on srsubid = s.oid
      join pg_class c on c.oid = srrelid join pg_namespace n on n.oid = c.relnamespace
    where subname = ${streamOf(app, holder.name)} and nspname = ${app} and srsubstate = 'r'
      and subdbid = (select oid from pg_database where datname = current_database())`;
  const [sent, taken] = [published, followed].map((rows) => new Set(rows.map(({ name }) => name)));
  const all = (await movedTables(holder.sql, app)).filter(({ isPartitioned }) => !isPartitioned);
  return all.map(({ name }) => name).filter((name) => !sent?.has(name) || !taken?.has(name));
}

/**
 * Makes the stream carry every table, and waits until it has copied those that are new to it. Answers their names.
 * The tables are the same on both sides, and the stream runs. Fails with MoveRefused when one cannot be copied.
 */
export async function joinTables(course: Course, roles: Roles): Promise<readonly string[]> {
  const names = await unjoined(course, roles);
  if (names.length === 0) return names;
  const { app, journal, say } = course;
  const { holder, follower } = roles;
  say({ step: "copy", note: names.join(", ") });
  // It knows as little of them; and what is deleted here would go back by it.
  await dropStream(follower, holder, streamOf(app, follower.name));
  await setFence(holder, "disabled");
  await setFence(follower, "enabled");
  const { full = [] } = (await moveOf(course)).info;
  const added = [...(await unrecognised(holder)), ...(await unrecognised(follower))];
  await journal.change({ info: { full: [...new Set([...full, ...added])] } });
  await makeRecognisable(holder);
  await makeRecognisable(follower);
  await emptyNew(course, roles);
  await publish(holder);
  await publish(follower);
  await refresh(follower, streamOf(app, holder.name));
  await waitUntilCopied(course, roles);
  return names;
}

/** Who made a table may have filled it as well, on both sides: its rows come from the holder. */
async function emptyNew({ app }: Course, { holder, follower }: Roles): Promise<void> {
  const known = await follower.sql<{ name: string }[]>`
    select c.relname as name from pg_subscription s join pg_subscription_rel on srsubid = s.oid
      join pg_class c on c.oid = srrelid
    where subname = ${streamOf(app, holder.name)}
      and subdbid = (select oid from pg_database where datname = current_database())`;
  const isKnown = new Set(known.map(({ name }) => name));
  const tables = (await movedTables(follower.sql, app)).filter(
    ({ name, isPartitioned }) => !isPartitioned && !isKnown.has(name),
  );
  if (tables.length === 0) return;
  const has = tables.filter(({ fence }) => fence !== undefined);
  await altering(follower.sql, [
    fenceStatements(app, has, "DISABLE"),
    ...tables.map(({ name }) => `DELETE FROM ONLY ${nameIn(app, name)}`),
    fenceStatements(app, has, "ENABLE"),
  ]);
}
