/**
 * A write and the event about it as one statement of SQL, which needs no transaction around it and no
 * second round trip: what the statement returns is told, row by row.
 */
import type { EventData } from "../contract/endpoint.ts";
import { toldFields } from "../contract/steps/plan.ts";
import { MarcotError } from "../errors.ts";
import { ownTable } from "./own-tables.ts";

/**
 * Inserts told events, which it finds in `source`. To whom they are to go is written down later, by the one
 * process that delivers: a row for each receiver would triple what telling costs.
 */
export function tellingText(app: string, source: string): string {
  return `INSERT INTO ${ownTable(app, "event_outbox")} (event, version, key, data, trace_id) ${source}`;
}

/** A column of what a statement returns: Drizzle's inside. */
export interface Returned {
  readonly path: readonly string[];
  readonly field: { readonly columnType?: string };
}

/** How a column is written as JSON, where PostgreSQL's own way is not the contract's. */
const WRITTEN: Readonly<Record<string, (column: string) => string>> = {
  PgNumeric: (column) => `${column}::text`,
  PgInterval: (column) => `${column}::text`,
  PgBytea: (column) => `translate(encode(${column}, 'base64'), E'\\n', '')`,
};

/** `trace` is the number of the parameter with the trace. */
export function withEvent(
  text: string,
  returning: readonly Returned[],
  event: EventData,
  trace: number,
): string {
  const where = `${event.app}.${event.version}.${event.name}`;
  const columns = new Map(returning.map(({ path, field }, at) => [path.join("."), { at, field }]));
  const members = Object.entries(toldFields(event)).flatMap(([name, { presence }]) => {
    const found = columns.get(name);
    if (found === undefined && presence === "required") {
      const message = `${where} needs ${name}, which the statement does not return`;
      throw new MarcotError("AppInvalid", message, { fix: `Return a column as ${name}.` });
    }
    if (found === undefined) return [];
    const column = `row.c${found.at}`;
    return [`'${name}', ${WRITTEN[found.field.columnType ?? ""]?.(column) ?? column}`];
  });
  const key = event.key === undefined ? "NULL" : `row.c${columns.get(event.key)?.at}::text`;
  const source = `SELECT '${event.name}', '${event.version}', ${key},
        json_build_object(${members.join(", ")}), $${trace}::text FROM row`;
  return `WITH row (${returning.map((_, at) => `c${at}`).join(", ")}) AS (
      ${text}),
    told AS (
      ${tellingText(event.app, source)})
    SELECT * FROM row`;
}

/** Who tells: what an event carries besides its data, and what is to be done when it is committed. */
export interface Telling {
  readonly traceId: string;
  readonly ring: () => void;
}

let teller: ((event: EventData) => Telling) | undefined;

/** The one slot: `app/emit` knows the call that runs, and this folder does not. */
export function setTeller(given: (event: EventData) => Telling): void {
  teller = given;
}

export function tell(event: EventData): Telling {
  if (teller === undefined)
    throw new MarcotError(
      "NoProject",
      `${event.app}.${event.version}.${event.name} was told outside a project`,
    );
  return teller(event);
}
