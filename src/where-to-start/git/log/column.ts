/** Numbers that are only added to, in blocks: nothing is copied as they grow, and there is no object for any of them. */

export interface Column {
  push(value: number): void;
  at(index: number): number;
  length(): number;
}

const BITS = 12;
const MASK = (1 << BITS) - 1;

/** @param type decides what fits, and how many bytes each takes */
export function columnOf(
  type: Uint8ArrayConstructor | Uint32ArrayConstructor | Float64ArrayConstructor,
): Column {
  const blocks: (Uint8Array | Uint32Array | Float64Array)[] = [];
  let length = 0;
  return {
    push(value) {
      if ((length & MASK) === 0) blocks.push(new type(1 << BITS));
      const block = blocks[length >> BITS];
      if (block !== undefined) block[length & MASK] = value;
      length += 1;
    },
    at: (index) => blocks[index >> BITS]?.[index & MASK] ?? 0,
    length: () => length,
  };
}
