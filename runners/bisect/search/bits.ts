/** A set of small whole numbers, a bit each, 32 to a word. Sets that are compared have the same length. Never changed once made. */
export type Bits = Uint32Array;

export const wordsFor = (size: number) => Math.ceil(size / 32);

/** The set of these members, out of 0 … size−1. */
export function bitsOf(size: number, members: Iterable<number>): Bits {
  const bits = new Uint32Array(wordsFor(size));
  for (const member of members) bits[member >>> 5] = (bits[member >>> 5] ?? 0) | (1 << (member & 31));
  return bits;
}

export function allOf(size: number): Bits {
  return bitsOf(size, Array(size).keys());
}

export const has = (bits: Bits, member: number) => (((bits[member >>> 5] ?? 0) >>> (member & 31)) & 1) === 1;

export const union = (a: Bits, b: Bits): Bits => a.map((word, at) => word | (b[at] ?? 0));
export const intersection = (a: Bits, b: Bits): Bits => a.map((word, at) => word & (b[at] ?? 0));
export const minus = (a: Bits, b: Bits): Bits => a.map((word, at) => word & ~(b[at] ?? 0));

/** Whether all of `a` is in `b`. */
export function within(a: Bits, b: Bits): boolean {
  for (let at = 0; at < a.length; at += 1) if (((a[at] ?? 0) & ~(b[at] ?? 0)) !== 0) return false;
  return true;
}

export function sizeOf(bits: Bits): number {
  let size = 0;
  for (let word of bits) for (; word !== 0; size += 1) word &= word - 1;
  return size;
}

export function membersOf(bits: Bits): number[] {
  const members: number[] = [];
  for (const [at, word] of bits.entries()) {
    for (let rest = word; rest !== 0; rest &= rest - 1) members.push(at * 32 + 31 - Math.clz32(rest & -rest));
  }
  return members;
}

export const isEmpty = (bits: Bits) => bits.every((word) => word === 0);

/** The same for equal sets, and for no others. */
export const nameOf = (bits: Bits) => Buffer.from(bits.buffer, bits.byteOffset, bits.byteLength).toString('latin1');
