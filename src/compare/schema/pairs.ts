/**
 * What is known of two schemas together. Nearly every schema of the old document is compared with one of the
 * new one alone, and a table for each would cost more than the comparison.
 */
export interface Pairs<T> {
  get(one: object, other: object): T | undefined;
  /** Undefined: it is no longer known. */
  set(one: object, other: object, value: T | undefined): void;
}

interface Row<T> {
  readonly other: object;
  value: T | undefined;
  /** The further partners, where there is more than one. */
  rest?: WeakMap<object, T>;
}

export function pairs<T>(): Pairs<T> {
  const rows = new WeakMap<object, Row<T>>();
  return {
    get: (one, other) => {
      const row = rows.get(one);
      return row?.other === other ? row.value : row?.rest?.get(other);
    },
    set: (one, other, value) => {
      const row = rows.get(one);
      if (row === undefined) rows.set(one, { other, value });
      else if (row.other === other) row.value = value;
      else if (value === undefined) row.rest?.delete(other);
      else (row.rest ??= new WeakMap()).set(other, value);
    },
  };
}
