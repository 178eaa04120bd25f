/** What a field of Django holds, as a field of a contract. */
import { linkOf } from "../../python/reader/fields.ts";
import type { Scope } from "../../python/resolve/scope.ts";
import type { LinkKind } from "../../types/source.ts";
import type { Written } from "./written.ts";

const TYPES: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:CI)?(?:Char|Text|Slug|Email|URL|File|Image|FilePath|GenericIPAddress|IPAddress|CommaSeparatedInteger)Field$/,
    "text()",
  ],
  [/^(?:Positive)?(?:Big|Small)?IntegerField$|^(?:Big|Small)?AutoField$/, "integer()"],
  [/^(?:Null)?BooleanField$/, "boolean()"],
  [/^DecimalField$/, "decimal()"],
  [/^FloatField$/, "number()"],
  [/^DateField$/, "date()"],
  [/^DateTimeField$/, "datetime()"],
  // A contract knows no time without a day: as ISO 8601 has it.
  [/^TimeField$/, "text()"],
  [/^UUIDField$/, "uuid()"],
  [/^(?:JSON|HStore)Field$/, "json()"],
  [/^BinaryField$/, "binary()"],
];

/** A field class of the code base is what it inherits, and that again: longer ways are circles. */
const DEPTH_MAX = 10;

export interface Kind {
  /** `json()` where nobody knows. */
  readonly field: string;
  readonly isKnown: boolean;
}

/** Undefined when it is no field at all: a manager, a name. */
export function kindOf(scope: Scope, file: string, written: Written): Kind | undefined {
  const { call, choices, item } = written;
  if (item !== undefined) {
    const of = kindOf(scope, file, item);
    return of && { field: `list(${of.field})`, isKnown: of.isKnown };
  }
  const type = typeOf(scope, { call, file });
  const isField = type !== undefined || classOf(scope, { call, file }).endsWith("Field");
  if (!isField) return undefined;
  if (type === "text()" && choices !== undefined)
    return { field: `choice(${JSON.stringify(choices).replaceAll(",", ", ")})`, isKnown: true };
  return { field: type ?? "json()", isKnown: type !== undefined };
}

/** Of what refers to other rows. */
export function linkIn(scope: Scope, file: string, { call }: Written): LinkKind | undefined {
  return linkOf(classOf(scope, { call, file }));
}

interface Call {
  readonly call: string;
  readonly file: string;
}

function typeOf(scope: Scope, { call, file }: Call, depth = 0): string | undefined {
  const own = depth < DEPTH_MAX ? scope.classes.find(call, file) : undefined;
  for (const base of own?.bases ?? []) {
    const type = typeOf(scope, { call: base, file: own?.file ?? file }, depth + 1);
    if (type !== undefined) return type;
  }
  if (own !== undefined) return undefined;
  const name = classOf(scope, { call, file });
  return TYPES.find(([pattern]) => pattern.test(name))?.[1];
}

/** `CharField` of `models.CharField`, and of `Text` where that was imported as such. */
function classOf(scope: Scope, { call, file }: Call): string {
  if (call.includes(".")) return call.slice(call.lastIndexOf(".") + 1);
  for (const { names, here = names } of scope.factsOf(file)?.imports ?? []) {
    const name = names[here.indexOf(call)];
    if (name !== undefined && name !== "*") return name;
  }
  return call;
}
