/** Files of which a program made long lines. With each mistake the parser shows the line that it is in. */

/** What a line is never as long as, where a person writes it. */
const LINE_CHARS = 5000;

/** Of all errors that there may be, with the lines that they show. */
const SHOWN_CHARS_MAX = 100_000_000;

/** Whether there is as much in long lines as only a program puts there. */
export function isPacked(text: string): boolean {
  if (text.length < LINE_CHARS) return false;
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf("\n", from);
    const end = newline === -1 ? text.length : newline;
    const length = end - from;
    if (length > LINE_CHARS && errorsIn(text.slice(from, end)) * length > SHOWN_CHARS_MAX)
      return true;
    from = end + 1;
  }
  return false;
}

/** At most: after most of them it stops, and those that it goes on after have one of these. */
function errorsIn(line: string): number {
  return line.match(/[;{\\]/g)?.length ?? 0;
}
