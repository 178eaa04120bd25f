/** Whether a file says of itself that a program wrote it. */

/** A note of its making stands so early. */
const HEAD_CHARS = 1000;

/** Comments and the text of a module before the first line of code; of a long one, what was cut out of it. */
const comments =
  /^(?:\s|#[^\n]*|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|\{#[^]*?(?:#\}|$)|<!--[^]*?(?:-->|$))*/;

const made =
  /@generated\b|\bdo not (?:edit|modify)\b|\b(?:file|code|module|script|this|it) (?:is|was|has been) (?:an? )?(?:auto(?:matically)?[- ]?)?generated\b|^\W*generated (?:by|from|with|using) |\b(?:automatically |auto[- ]?)generated (?:file|code|by|from|with|using)\b|^\W*(?:automatically |auto[- ]?)generated\s*(?:[^\w\s]|$)/im;

/** Later, or in the words of a function, `generated` is what the code is about. */
export function saysItIsGenerated(text: string): boolean {
  return made.test(comments.exec(text.slice(0, HEAD_CHARS))?.[0] ?? "");
}
