/** Whether a message is refused for its shape, whatever its constraints say. */
import { accepts } from "../schema/accepts.ts";
import { asQuestion, whyUnprovable } from "../schema/budget.ts";
import type { Json, Schema, SchemaObject } from "../schema/schema.ts";
import { plainView, shapeView, type View } from "../schema/view.ts";
import { isClosedValue } from "./sent.ts";

/**
 * Whether one of these examples shows that the shape is not included either. It costs less than to compare
 * shapes, and most of what breaks an answer is of this kind.
 */
export function isShapeRefused(
  examples: readonly Json[],
  sender: Schema,
  receiver: Schema,
  view: View = plainView,
): boolean {
  const shape = shapeView(view);
  const bare = view === plainView ? plainBare : withoutFormats(shape);
  const isRefused = (example: Json) =>
    accepts(receiver, example, shape) === false &&
    accepts(receiver, example, bare) === false &&
    accepts(sender, example, plainView) === true &&
    isClosedValue(example, sender, plainView);
  try {
    return asQuestion(() => examples.some(isRefused));
  } catch (error) {
    if (whyUnprovable(error) === undefined) throw error;
    return false; // then the shapes are compared
  }
}

/** A format where there was none is a constraint, in place of another one it is not: here neither counts. */
function withoutFormats(view: View): View {
  const bare = new WeakMap<SchemaObject, SchemaObject>();
  const read = (schema: Schema) => {
    const at = view.read(schema);
    if (typeof at === "boolean" || at["format"] === undefined) return at;
    const known = bare.get(at);
    if (known !== undefined) return known;
    const { format: _, ...rest } = at;
    bare.set(at, rest);
    return rest;
  };
  return { ...view, read, cells: new WeakMap(), verdicts: new WeakMap() };
}

const plainBare = withoutFormats(shapeView(plainView));
