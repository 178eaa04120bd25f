/** JSON as configuration of TypeScript has it, and paths in it. */

/** With comments and commas at the end. Undefined for what is broken. */
export function readJson(text: string): Record<string, unknown> | undefined {
  // What is never closed ends with the text: to look for its end again and again takes too long.
  const bare = text
    .replaceAll(/("(?:[^"\\\n]|\\.)*"?)|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/g, "$1")
    .replaceAll(/("(?:[^"\\\n]|\\.)*"?)|,(\s*[}\]])/g, "$1$2");
  if (bare.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(bare);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function folderOf(file: string): string {
  const at = file.lastIndexOf("/");
  return at === -1 ? "" : file.slice(0, at);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The texts of a list, or of the `packages` in it. */
export function patternsOf(value: unknown): string[] {
  const list = isRecord(value) ? value["packages"] : value;
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
}
