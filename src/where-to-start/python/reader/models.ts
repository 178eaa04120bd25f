/** Which classes have rows. */
import type { ClassScope, Reading } from "./reading.ts";

/** Bases of well-known libraries whose names do not say so. */
const knownBases = new Set([
  "Model",
  "AbstractUser",
  "AbstractBaseUser",
  "MP_Node",
  "NS_Node",
  "AL_Node",
  "Page",
  "Orderable",
  "TimeStampedModel",
  "MPTTModel",
  "ClusterableModel",
  "PolymorphicModel",
]);

/** What has such a base is something about models, not one. */
const noModel =
  /(?:Manager|QuerySet|Form|FormSet|Admin|Inline|Serializer|View|ViewSet|Config|Error|Exception|Choices|Enum|Index|Factory|Resource|TestCase|Migration|Filter|FilterSet|Field|Widget|Mutation|ObjectType|NamedTuple|TypedDict|Protocol|Document)$/;

/** Packages that have a class `Model` or `BaseModel` which is none of Django's. */
const elsewhere =
  /^(?:pydantic|sqlmodel|sqlalchemy|peewee|keras|torch|odoo|ninja|langchain\w*)(?:\.|$)/;

/** Abstract ones, too: they have no rows, but what derives from them has. */
export function modelClasses({ classes, bindings, isModelsFile }: Reading): Set<ClassScope> {
  const known = new Set<string>();
  const found = new Set<ClassScope>();
  for (const scope of classes) {
    const { bases } = scope;
    const isElsewhere = bases.some((base) => {
      const from = bindings.get(base.split(".", 1)[0] ?? "")?.from ?? "";
      return noModel.test(base) || elsewhere.test(from);
    });
    if (isElsewhere) continue;
    const isByBase = bases.some((base) => {
      const parts = base.split(".");
      const last = parts.at(-1) ?? "";
      const from = bindings.get(parts[0] ?? "")?.from ?? "";
      if (known.has(base) || (parts.at(-2) === "models" && knownBases.has(last))) return true;
      const isOfModels = isModelsFile || /(?:^|\.)models(?:\.|$)/.test(from);
      return isOfModels && (knownBases.has(last) || /Model(?:$|With|Base)/.test(last));
    });
    const isByBody = bases.some((base) => base !== "object") && scope.hasField;
    const isMixed = isModelsFile && scope.hasMeta && bases.some((base) => base.endsWith("Mixin"));
    if (!isByBase && !isByBody && !isMixed) continue;
    known.add(scope.name);
    found.add(scope);
  }
  return found;
}
