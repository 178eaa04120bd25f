/** Whether a message is refused for its shape, whatever its constraints say. */
import { accepts } from "../schema/accepts.ts";
import { asQuestion, whyUnprovable } from "../schema/budget.ts";
import type { Json, Schema } from "../schema/schema.ts";
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
  const isRefused = (example: Json) =>
    accepts(receiver, example, shape) === false &&
    accepts(sender, example, plainView) === true &&
    isClosedValue(example, sender, plainView);
  try {
    return asQuestion(() => examples.some(isRefused));
  } catch (error) {
    if (whyUnprovable(error) === undefined) throw error;
    return false; // then the shapes are compared
  }
}
