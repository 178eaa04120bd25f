/** The id of another app's row. */
import { integer, type RangeOptions } from "./field.ts";

/** What PostgreSQL's `integer` holds. */
const ID_MAX = 2_147_483_647;

/**
 * The id of a row of another app, or of one's own: `source: ref("tickets")`. No foreign key leads there:
 * the row may be gone, and `hydrate` says null for it.
 */
export function ref<const O extends RangeOptions>(
  app: string,
  options?: O,
): ReturnType<typeof integer<O>> {
  const field = integer<RangeOptions>({ min: 0, max: ID_MAX, ...options });
  // An annotation, which changes nothing about what is accepted (JSON Schema 2020-12, core, 4.3.1).
  const schema = Object.freeze({ ...field.schema, "x-ref": app });
  return Object.freeze({ ...field, schema }) as unknown as ReturnType<typeof integer<O>>;
}
