/** Where two values of JSON differ first. */

/** A JSON Pointer (RFC 6901); undefined where they are equal. Members of objects have no order. */
export function firstDifference(one: unknown, other: unknown, at = ""): string | undefined {
  if (one === other) return undefined;
  if (Array.isArray(one) && Array.isArray(other)) {
    for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
      if (index >= one.length || index >= other.length) return `${at}/${index}`;
      const found = firstDifference(one[index], other[index], `${at}/${index}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isObject(one) || !isObject(other)) return at;
  for (const key of Object.keys({ ...one, ...other }).toSorted()) {
    const below = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (!Object.hasOwn(one, key) || !Object.hasOwn(other, key)) return below;
    const found = firstDifference(one[key], other[key], below);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
