/** Units that a commit touches, each once: a commit may change very many files of very many units. */

export interface Touched {
  add(unit: number): void;
  readonly units: readonly number[];
  /** Begins with the next commit. */
  clear(): void;
}

/** Of so many units; others are left out. */
export function touchedOf(units: number): Touched {
  const seen = new Uint8Array(units);
  const touched: number[] = [];
  return {
    add(unit) {
      if (seen[unit] !== 0) return; // undefined of one that is none
      seen[unit] = 1;
      touched.push(unit);
    },
    units: touched,
    clear() {
      for (const unit of touched) seen[unit] = 0;
      touched.length = 0;
    },
  };
}
