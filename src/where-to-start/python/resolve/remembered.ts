/** More would be too many calls inside of each other. */
const DEPTH_MAX = 200;

/**
 * Asks once for each. `meanwhile` is the answer while it is looked for, since code that does not run may inherit in a
 * circle; and where the way is too long.
 */
export function remembered<T extends object, R>(ask: (one: T) => R): (one: T, meanwhile: R) => R {
  const known = new Map<T, R>();
  let depth = 0;
  return (one, meanwhile) => {
    const before = known.get(one);
    if (before !== undefined) return before;
    if (depth > DEPTH_MAX) return meanwhile;
    known.set(one, meanwhile);
    depth += 1;
    const answer = ask(one);
    depth -= 1;
    known.set(one, answer);
    return answer;
  };
}
