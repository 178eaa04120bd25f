/**
 * What strangers wrote (names of files and units, subjects of commits) must not steer who reads it: no control
 * characters, which a terminal obeys, and none that turn the direction of text, which hide what a name is.
 */

export const STEERING = /[\p{Cc}\p{Bidi_Control}]/gu;

export function cleanText(text: string): string {
  return text.replaceAll(STEERING, "�");
}

/** Of what has lines. */
export function cleanLines(text: string): string {
  return text.split("\n").map(cleanText).join("\n");
}

/** Of plain data: each of its texts. */
export function clean<T>(data: T): T {
  const text = JSON.stringify(data, (_, value: unknown) =>
    typeof value === "string" ? cleanText(value) : value,
  );
  return JSON.parse(text) as T;
}
