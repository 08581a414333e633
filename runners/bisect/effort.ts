import type { Readers } from '../../image/kernel/readers.ts';
import { type Bits, has } from './bits.ts';
import type { Space } from './space.ts';

/** How much of a kernel has to be compiled again where a step is made or unmade. */
export interface Efforts {
  /** How many objects a kernel has. */
  readonly whole: number;
  /** By step: how many of them read what it changes. */
  readonly of: readonly number[];
}

/** @param followers by step, the options that change along with it. */
export function effortsOf(
  { differences }: Pick<Space, 'differences'>,
  { objects, of }: Readers,
  followers: readonly (readonly string[])[],
): Efforts {
  const readersOf = (names: readonly string[]) => new Set(names.flatMap((name) => of.get(name) ?? []));
  return {
    whole: objects,
    of: differences.map(({ name }, step) => readersOf([name, ...(followers[step] ?? [])]).size),
  };
}

/** What a kernel takes besides: to be linked, packed and booted. As a share of compiling all of it. */
const BESIDES = 0.1;

/** A step that has more of the kernel compiled than this share is a heavy one. */
const HEAVY = 0.05;

export interface Estimate {
  /** What a set takes, as a share of compiling a whole kernel: from the nearest tree, which make goes on from. */
  readonly of: (set: Bits) => number;
  readonly isHeavy: (step: number) => boolean;
}

/**
 * Steps read by the same objects are not told from those read by others: each is taken to be read by any object with the same
 * chance. For the few that nearly all objects read and the many that a handful does, that is close.
 *
 * @param trees the sets that lie compiled.
 */
export function estimate({ whole, of }: Efforts, trees: readonly Bits[]): Estimate {
  const untouched = of.map((objects) => Math.log1p(-Math.min(objects / whole, 0.999)));
  const between = (set: Bits, tree: Bits) => {
    let left = 0;
    for (const [step, log] of untouched.entries()) if (has(set, step) !== has(tree, step)) left += log;
    return -Math.expm1(left);
  };
  return {
    of: (set) => BESIDES + Math.min(1, ...trees.map((tree) => between(set, tree))),
    isHeavy: (step) => (of[step] ?? 0) > HEAVY * whole,
  };
}
