/** More folders has nobody in mind. */
const MAX = 1000;

/** `src/{a,b}` is `src/a` and `src/b`, as a shell has it; braces without a comma are letters. */
export function withoutBraces(patterns: readonly string[]): string[] {
  const done: string[] = [];
  const waiting = patterns.toReversed();
  for (let next = waiting.pop(); next !== undefined && done.length < MAX; next = waiting.pop()) {
    // The innermost first.
    const [all, before = "", inside = "", after = ""] =
      /^(.*?)\{([^{},]*(?:,[^{},]*)+)\}(.*)$/s.exec(next) ?? [];
    if (all === undefined || waiting.length > MAX) done.push(next);
    else for (const one of inside.split(",").toReversed()) waiting.push(`${before}${one}${after}`);
  }
  return [...new Set(done)];
}
