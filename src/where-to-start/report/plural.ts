/** Numbers with their nouns, as page, terminal and sentences have them. */

/** `1 tie`, `2,000 ties`. */
export function plural(count: number, noun: string, ending = "s"): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : ending}`;
}
