/** Classes that have rows, and those that they may inherit columns of. */
import type { Class, Decorator, Expression } from "oxc-parser";
import type { ClassFacts } from "../../types/source.ts";
import { chainOf, propertyOf } from "./relations.ts";
import { tableOfEntity } from "./tables.ts";
import { calleeOf, enter, nameOf, placeAt, type Walk } from "./walk.ts";

/** TypeORM's and MikroORM's, also where they are wrapped, and that of Nest's Mongoose. */
const ENTITY = /(?:Entity|^Schema)$/;

export function classRead(walk: Walk, node: Class): void {
  const { id, end, start, decorators, superClass, body } = node;
  const name = id?.name ?? "";
  enter(walk, { name, start, end, is: "owner" });
  if (id === null) return;
  const entity = decorators.find((one) => ENTITY.test(called(one)));
  const saysAbstract = optionOf(entity, "abstract") !== undefined;
  const isModel = entity !== undefined && !saysAbstract;
  const place = placeAt(walk, start);
  if (isModel) walk.models.push({ ...place, name, ...tableOfEntity(node) });
  walk.classes.push({
    ...place,
    name,
    bases: basesOf(superClass),
    isTop: true,
    isModel,
    isAbstract: !isModel && (saysAbstract || node.abstract === true),
    // It has no table of its own: its rows are among those of what it inherits, which has the columns.
    isProxy:
      called(entity).endsWith("ChildEntity") ||
      optionOf(entity, "discriminatorValue") !== undefined,
    keys: [],
    attributes: body.body.flatMap((member) =>
      "key" in member && "decorators" in member && member.decorators.length > 0
        ? [nameOf(member.key)]
        : [],
    ),
  });
}

function called(decorator: Decorator | undefined): string {
  return (decorator && calleeOf(decorator.expression)) ?? "";
}

/** With what they hold; less what holds nothing and inherits nothing. */
export function classesIn({ classes, foreignKeys }: Walk): ClassFacts[] {
  const byOwner = Map.groupBy(foreignKeys, ({ owner }) => owner);
  return classes
    .map((one) => ({ ...one, keys: byOwner.get(one.name) ?? [] }))
    .filter(({ keys, bases }) => keys.length > 0 || bases.length > 0);
}

function optionOf(entity: Decorator | undefined, name: string): Expression | undefined {
  const expression = entity?.expression;
  if (expression?.type !== "CallExpression") return undefined;
  for (const one of expression.arguments) {
    const option = one.type === "ObjectExpression" ? propertyOf(one, name) : undefined;
    if (option !== undefined) return option;
  }
  return undefined;
}

/** More of them no class has. */
const BASES_MAX = 20;

/** `Base` of `extends Base`, and of `extends Mixin(Base)`: what the mixin itself adds is not known. */
function basesOf(superClass: Expression | null): string[] {
  const bases: string[] = [];
  const left: unknown[] = [superClass];
  while (left.length > 0 && bases.length < BASES_MAX) {
    const node = left.shift() as Expression | null;
    if (node?.type === "CallExpression") left.push(...node.arguments);
    const base = chainOf(node);
    if (base !== undefined) bases.push(base);
  }
  return bases;
}
