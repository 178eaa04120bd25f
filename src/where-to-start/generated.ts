/** Whether a file says of itself that a program wrote it. */

/** A note of its making stands so early. */
const HEAD_CHARS = 1000;

/** Comments and the text of a module before the first line of code; of a long one, what was cut out of it. */
const comments =
  /^(?:\s|#[^\n]*|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|\{#[^]*?(?:#\}|$)|<!--[^]*?(?:-->|$))*/;

/** Said of this file. Of a code, or of what the file makes, only `auto` says that it is this one. */
const made = new RegExp(
  [
    String.raw`@generated\b`,
    String.raw`\bdo not (?:edit|modify)\b`,
    String.raw`\bthis (?:file|code|module|script) (?:is|was|has been) (?:an? )?generated\b`,
    String.raw`\b(?:file|code|module|script|this|it) (?:is|was|has been) (?:an? )?auto(?:matically)?[- ]?generated\b`,
    String.raw`\b(?:automatically |auto[- ]?)generated (?:file|code|by|from|with|using)\b`,
    String.raw`^\W*(?:automatically |auto[- ]?)generated\s*(?:[^\w\s]|$)`,
  ].join("|"),
  "im",
);

/** The first words, or the first ones of a sentence; in small letters a line of prose may go on so. */
const begins = /^\W*generated (?:by|from|with|using) /i;
const sentence = /^\W*(?:Generated|GENERATED) (?:by|from|with|using) /m;

/** Later, or in the words of a function, `generated` is what the code is about. */
export function saysItIsGenerated(text: string): boolean {
  const head = comments.exec(text.slice(0, HEAD_CHARS))?.[0] ?? "";
  return [made, begins, sentence].some((one) => one.test(head));
}
