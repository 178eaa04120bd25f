/** What the table of a model is called in the database. */
import type { Class } from "oxc-parser";
import { propertyOf } from "./relations.ts";
import { calleeOf, literalOf } from "./walk.ts";

/** `@Entity("app_users")`, `@Entity({ name })`; without a name that of the class, as TypeORM and MikroORM write it. */
export function tableOfEntity({ id, decorators }: Class): { table?: string } {
  const asked = decorators.find(({ expression }) => calleeOf(expression)?.endsWith("Entity"));
  const name = asked === undefined ? "" : (calleeOf(asked.expression) ?? "");
  // The rows of a child are in the table of what it inherits.
  if (asked === undefined || id === null || name === "ChildEntity") return {};
  const given = asked.expression.type === "CallExpression" ? asked.expression.arguments : [];
  const options = given.find((one) => one.type === "ObjectExpression");
  const named =
    literalOf(given[0]) ??
    (options &&
      (literalOf(propertyOf(options, "tableName")) ?? literalOf(propertyOf(options, "name")))) ??
    inSnakes(id.name);
  return { table: named };
}

function inSnakes(name: string): string {
  return name
    .replaceAll(/([A-Z])([A-Z])([a-z])/g, "$1_$2$3")
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
