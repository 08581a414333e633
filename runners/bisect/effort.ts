import type { Readers } from '../../image/kernel/readers.ts';
import { type Bits, bitsOf, has } from './bits.ts';
import type { Space } from './space.ts';

/** How much of a kernel has to be compiled again where steps are made or unmade. */
export interface Efforts {
  /** How many objects a kernel has. */
  readonly whole: number;
  /** Objects that read the same steps are of one kind: how many there are of each. */
  readonly kinds: readonly number[];
  /** By step, the kinds that read what it changes. */
  readonly of: readonly (readonly number[])[];
}

/** @param followers by step, the options that change along with it. */
export function effortsOf(
  { differences }: Pick<Space, 'differences'>,
  { objects, of }: Readers,
  followers: readonly (readonly string[])[],
): Efforts {
  const stepsOf = new Map<number, number[]>();
  for (const [step, { name }] of differences.entries()) {
    const read = [name, ...(followers[step] ?? [])].flatMap((option) => of.get(option) ?? []);
    for (const object of new Set(read)) stepsOf.set(object, [...(stepsOf.get(object) ?? []), step]);
  }
  const kinds = [...Map.groupBy(stepsOf.values(), (steps) => steps.join())].map(([, alike]) => alike);
  const ofStep: number[][] = differences.map(() => []);
  for (const [kind, [steps = []]] of kinds.entries()) for (const step of steps) ofStep[step]?.push(kind);
  return { whole: objects, kinds: kinds.map(({ length }) => length), of: ofStep };
}

/**
 * How many trees of objects a builder has: one for each end. Most of what is tried is near one of them, while the ends themselves
 * are nearly a whole kernel apart.
 */
export const TREES = 2;

/** What a kernel takes besides: to be linked, packed and booted. As a share of compiling all of it. */
const BESIDES = 0.1;

/** A step that has more of the kernel compiled than this share is a heavy one. */
const HEAVY = 0.05;

export interface Estimate {
  /** What a set takes, as a share of compiling a whole kernel: from the nearest tree, which make goes on from. */
  readonly of: (set: Bits) => number;
  /** Where in the list the nearest tree is. */
  readonly nearest: (set: Bits) => number;
  readonly isHeavy: (step: number) => boolean;
}

/** @param trees the sets that lie compiled, one at least. */
export function estimate({ whole, kinds, of }: Efforts, trees: readonly Bits[]): Estimate {
  const readers = of.map((read) => bitsOf(kinds.length, read));
  const objectsIn = (read: Bits) => kinds.reduce((sum, count, kind) => sum + (has(read, kind) ? count : 0), 0);
  const between = (set: Bits, tree: Bits) => {
    const read = bitsOf(kinds.length, []);
    for (const [step, mine] of readers.entries()) {
      if (has(set, step) === has(tree, step)) continue;
      for (let word = 0; word < read.length; word += 1) read[word] = (read[word] ?? 0) | (mine[word] ?? 0);
    }
    return objectsIn(read) / whole;
  };
  const shares = readers.map((read) => objectsIn(read) / whole);
  return {
    of: (set) => BESIDES + Math.min(...trees.map((tree) => between(set, tree))),
    nearest: (set) => {
      const all = trees.map((tree) => between(set, tree));
      return all.indexOf(Math.min(...all));
    },
    isHeavy: (step) => (shares[step] ?? 0) > HEAVY,
  };
}
