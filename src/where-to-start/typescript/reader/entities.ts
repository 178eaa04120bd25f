/** Which entity a repository of TypeORM is of, by what the text says of its type. */
import { type Expression, type Program, type TSTypeAnnotation, Visitor } from "oxc-parser";
import { chainOf } from "./relations.ts";
import { calleeOf, nameOf } from "./walk.ts";

export interface Entities {
  /** By the class and the property, by `this` of a class that is a repository itself, or by a variable. */
  readonly known: Map<string, string>;
  /** Of `this.rows`, `rows`, `this`, and `x.getRepository(Order)`, in a class. */
  readonly of: (node: Expression, owner: string) => string | undefined;
}

export function newEntities(): Entities {
  const known = new Map<string, string>();
  return {
    known,
    of: (node, owner) => {
      if (node.type === "ThisExpression") return known.get(`${owner} this`);
      if (node.type === "Identifier") return known.get(node.name);
      if (node.type === "CallExpression" && calleeOf(node) === "getRepository")
        return chainOf(node.arguments[0]);
      const isOwn = node.type === "MemberExpression" && node.object.type === "ThisExpression";
      return isOwn ? known.get(`${owner} ${nameOf(node.property)}`) : undefined;
    },
  };
}

export function readEntities(program: Program, { known }: Entities): void {
  let owner = "";
  const add = (name: string, type: TSTypeAnnotation | null | undefined) => {
    const entity = entityIn(type?.typeAnnotation);
    if (entity !== undefined) known.set(`${owner} ${name}`, entity);
  };
  new Visitor({
    ClassDeclaration({ id, superClass, superTypeArguments }) {
      owner = id?.name ?? "";
      const entity = nameIn(superTypeArguments?.params[0]);
      if (superClass && calleeOf(superClass)?.endsWith("Repository") && entity !== undefined)
        known.set(`${owner} this`, entity);
    },
    PropertyDefinition({ key, typeAnnotation }) {
      add(nameOf(key), typeAnnotation);
    },
    TSParameterProperty({ parameter }) {
      const { left } = parameter as { left?: unknown };
      const named = (left ?? parameter) as { name?: string; typeAnnotation?: TSTypeAnnotation };
      add(named.name ?? "", named.typeAnnotation);
    },
    VariableDeclarator({ id, init }) {
      if (id.type !== "Identifier" || init?.type !== "CallExpression") return;
      const entity = calleeOf(init) === "getRepository" ? chainOf(init.arguments[0]) : undefined;
      if (entity !== undefined) known.set(id.name, entity);
    },
  }).visit(program);
}

/** `Order` of `Repository<Order>`. */
function entityIn(type: TSTypeAnnotation["typeAnnotation"] | undefined): string | undefined {
  if (type?.type !== "TSTypeReference") return undefined;
  return nameIn(type)?.endsWith("Repository") ? nameIn(type.typeArguments?.params[0]) : undefined;
}

/** `Order`, `shop.Order`. */
function nameIn(type: TSTypeAnnotation["typeAnnotation"] | undefined): string | undefined {
  const name = type?.type === "TSTypeReference" ? type.typeName : undefined;
  if (name?.type !== "TSQualifiedName") return chainOf(name);
  const of = chainOf(name.left);
  return of === undefined ? undefined : `${of}.${name.right.name}`;
}
