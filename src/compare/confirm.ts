/**
 * Confirms an example with ajv, which knows nothing of this comparison: the sender's schema must accept it,
 * the receiver's must refuse it. ajv is loaded and a schema compiled only when there is an example.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { isObject, type Json, partsOf, resolve, type Schema, type SchemaObject } from "./schema.ts";
import { isClosedValue } from "./sent.ts";
import { plainView } from "./view.ts";

const compiled = new WeakMap<SchemaObject, ValidateFunction | undefined>();
let ajv: Ajv2020 | undefined;

/** Whether the sender may send the example, and the receiver refuses it. */
export function isConfirmed(example: Json, sender: Schema, receiver: Schema): boolean {
  return (
    judge(sender, example) === true &&
    judge(receiver, example) === false &&
    isClosedValue(example, sender, plainView())
  );
}

function judge(schema: Schema, value: Json): boolean | undefined {
  const at = resolve(schema);
  if (typeof at === "boolean") return at;
  if (!compiled.has(at)) compiled.set(at, compile(at));
  return compiled.get(at)?.(value);
}

function compile(schema: SchemaObject): ValidateFunction | undefined {
  if (ajv === undefined) {
    ajv = new Ajv2020({ strict: false, logger: false, validateSchema: false });
    addFormats.default(ajv);
  }
  try {
    return ajv.compile(bundle(schema));
  } catch {
    return undefined; // what ajv cannot read is not confirmed
  }
}

/** The schema as one document: what several places use stands in `$defs`. */
export function bundle(root: SchemaObject): Record<string, unknown> {
  const names = new Map<SchemaObject, string>([[root, "0"]]);
  for (const at of names.keys()) {
    for (const [, part] of deepParts(at)) {
      const used = resolve(part);
      if (used !== part && typeof used === "object" && !names.has(used)) {
        names.set(used, String(names.size));
      }
    }
  }
  const write = (schema: Schema): unknown => {
    const at = resolve(schema);
    if (typeof at === "boolean") return at;
    const name = names.get(at);
    return name === undefined ? inline(at) : { $ref: `#/$defs/${name}` };
  };
  const inline = (schema: SchemaObject): Record<string, unknown> => {
    const { $unreadable, $ref: _, $id: _id, id: _old, $anchor: _anchor, ...rest } = schema;
    if ($unreadable !== undefined) throw new Error(String($unreadable));
    const copy: Record<string, unknown> = { ...rest };
    delete copy["discriminator"];
    for (const [[keyword = "", place], part] of partsOf(schema)) {
      if (place === undefined) copy[keyword] = write(part);
      else if (isObject(rest[keyword])) {
        copy[keyword] = { ...(copy[keyword] as object), [place]: write(part) };
      } else {
        const list = [...(copy[keyword] as unknown[])];
        list[Number(place)] = write(part);
        copy[keyword] = list;
      }
    }
    return copy;
  };
  const $defs = Object.fromEntries([...names].map(([schema, name]) => [name, inline(schema)]));
  return { $ref: "#/$defs/0", $defs };
}

/** Parts at every depth, up to the next `$ref`. */
function deepParts(schema: SchemaObject): [readonly string[], Schema][] {
  return partsOf(schema).flatMap((entry) => {
    const [, part] = entry;
    const isOwn = typeof part === "object" && resolve(part) === part;
    return isOwn ? [entry, ...deepParts(part)] : [entry];
  });
}
