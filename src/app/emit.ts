/** Telling others: an event that is stored with what it is about, in one transaction. */
import { check, sentenceOf } from "../contract/check.ts";
import { checkOf } from "../contract/compile.ts";
import { aboutOf } from "../contract/contract.ts";
import { type EventData, eventOf, nameOf, type Told } from "../contract/endpoint.ts";
import { toldFields } from "../contract/steps/plan.ts";
import type { Db } from "../data/db.ts";
import { scopeBeneath } from "../data/scope.ts";
import { setTeller, tellingText } from "../data/telling.ts";
import { MarcotError } from "../errors.ts";
import { codeHere, current } from "./context.ts";
import type { Context, ServedApp } from "./types.ts";

/**
 * Tells an event: `await emit(v2.published, entry, db)`. `db` is the transaction of what it is about: both
 * are there, or neither. The event goes to its receivers when the transaction is committed.
 *
 * It does not wait for the database. The row travels in one packet with COMMIT, which fails if it does.
 */
export async function emit<T>(event: Told<T>, data: NoInfer<T>, db: Db): Promise<void> {
  const told = eventOf(event);
  const name = nameOf(told);
  const context = contextOf(told);
  const { bell } = tellerOf(told, context);
  const scope = scopeBeneath(db);
  if (scope === undefined) {
    const message = `${name} was told outside a transaction, where it could be lost or be told of nothing`;
    throw new MarcotError("AppInvalid", message, {
      fix: "Give emit the `db` of an atomic view, of a receiver, or of db.transaction().",
    });
  }
  const json = check<Record<string, unknown>>(
    checkOf(toldFields(told), "write", name),
    data,
    (errors) =>
      new MarcotError("AppInvalid", sentenceOf(`${name} was told outside its contract:`, errors), {
        errors,
        fix: "Tell the event with the fields that its contract promises.",
      }),
  );
  const key = told.key === undefined ? null : String(json[told.key]);
  scope.later(statementOf(told.app), [
    told.name,
    told.version,
    key,
    JSON.stringify(json),
    context.traceId,
  ]);
  scope.committed(() => bell.ring());
}

/** An app tells its own events, in the words of its newest version. */
function tellerOf(told: EventData, { app, running }: Context): ServedApp {
  const served = codeHere(running, told.app);
  if (app !== told.app || served === undefined) {
    const message = `${app || "a program outside of all apps"} told ${nameOf(told)}, which is for ${told.app} to tell`;
    throw new MarcotError("AppInvalid", message, { fix: `Tell it in a view of ${told.app}.` });
  }
  const newest = aboutOf(served.app.contract);
  if (told.version === newest.version) return served;
  const message = `${nameOf(told)} was told, and ${newest.version} is the newest version of ${told.app}`;
  throw new MarcotError("AppInvalid", message, {
    fix: `Tell ${newest.version}; receivers of older versions get it cut to theirs.`,
  });
}

const statements = new Map<string, string>();

function statementOf(app: string): string {
  const known = statements.get(app);
  if (known !== undefined) return known;
  const text = tellingText(app, "VALUES ($1::text, $2::text, $3::text, $4::text::json, $5::text)");
  statements.set(app, text);
  return text;
}

setTeller((event) => {
  const context = contextOf(event);
  const { bell } = tellerOf(event, context);
  return { traceId: context.traceId, ring: () => bell.ring() };
});

function contextOf(event: EventData): Context {
  const context = current.getStore();
  if (context === undefined)
    throw new MarcotError("NoProject", `${nameOf(event)} was told outside a project`);
  return context;
}
