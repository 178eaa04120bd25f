/** By code points: the same on every machine, whatever its language. */
export function bySpelling(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
