import fc from 'fast-check';
import type { Ask, Wanted } from './ask.ts';
import { allOf, type Bits, bitsOf, nameOf, within } from './bits.ts';
import { builtIn, type Efforts, estimate, type Tree, treeOf } from './effort.ts';
import type { Verdict } from './evidence.ts';
import { type Lattice, latticeOf, type Rule } from './lattice.ts';
import { below, randomFrom } from './random.ts';

export const anySteps = (size: number) => fc.uniqueArray(fc.nat(size - 1), { maxLength: 6 });

/** Mostly one step that takes another along, sometimes two that do so only together; circles too. */
export const anyRules = (size: number): fc.Arbitrary<Rule[]> =>
  fc.array(
    fc.record({
      body: fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 2 }),
      head: fc.nat(size - 1),
    }),
    { maxLength: 12 },
  );

/** Rules with one step in front, as nearly all of Kconfig's are. */
export const plainRules = (size: number): fc.Arbitrary<Rule[]> =>
  fc.array(fc.record({ body: fc.tuple(fc.nat(size - 1)), head: fc.nat(size - 1) }), { maxLength: size });

/** Sets of culprits: one to five, of one to three steps, that may share steps. */
export const anyCulprits = (size: number) =>
  fc.array(fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });

export interface Problem {
  readonly lattice: Lattice;
  readonly culprits: readonly (readonly number[])[];
}

export const anyProblem: fc.Arbitrary<Problem> = fc
  .integer({ min: 1, max: 60 })
  .chain((size) =>
    fc.record({ lattice: plainRules(size).map((rules) => latticeOf(size, rules)), culprits: anyCulprits(size) }),
  );

export const fails = ({ lattice, culprits }: Problem, set: Bits) =>
  culprits.some((culprit) => within(bitsOf(lattice.size, culprit), set));

/** The smallest legal sets that fail, by name: none lies in another. */
export function answerOf({ lattice, culprits }: Problem): string[] {
  const sets = culprits.map((culprit) => lattice.close(bitsOf(lattice.size, culprit)));
  const least = sets.filter((set) => !sets.some((other) => within(other, set) && !within(set, other)));
  return [...new Set(least.map(nameOf))].toSorted();
}

/** The same of terms that a search names. */
export const namesOf = (lattice: Lattice, terms: readonly (readonly number[])[]) =>
  terms.map((term) => nameOf(lattice.close(bitsOf(lattice.size, term)))).toSorted();

/**
 * Much as between our kernel and one with 300 options more: a tenth of the options stands in headers that nearly everything reads,
 * some more in those of a subsystem, and each has a few files of its own.
 */
export function usualEfforts(size: number): Efforts {
  const random = randomFrom(7);
  const subsystems = [...Array(12).keys()];
  /** The rest of the kernel, and the objects of each subsystem. */
  const kinds = [1000, ...subsystems.map(() => 70)];
  const of = Array.from({ length: size }, () => {
    const share = random();
    if (share < 0.1) return [0, ...subsystems.filter(() => random() < 0.8).map((at) => 1 + at)];
    return share < 0.25 ? [1 + below(random, subsystems.length)] : [];
  });
  // The bad end has them off; some are a file system of a hundred files.
  const own = of.map((): [number, number] => [0, random() < 0.03 ? 100 : below(random, 4)]);
  return { whole: kinds.reduce((sum, count) => sum + count, 0), kinds, of, own };
}

/**
 * A single builder: tells in which of its trees it builds a set, and sums up what it compiles, in whole kernels.
 *
 * @param lies what lies compiled in its trees at the beginning: an end in each
 */
export function compiler(
  efforts: Efforts,
  lies: readonly Bits[] = [bitsOf(efforts.of.length, []), allOf(efforts.of.length)],
) {
  let trees: readonly Tree[] = lies.map(treeOf);
  let kernels = 0;
  const build = (set: Bits): number => {
    const costs = trees.map((each) => estimate(efforts, [each]).of(set));
    const least = Math.min(...costs);
    const tree = costs.indexOf(least);
    kernels += least;
    trees = builtIn(trees, tree, set);
    return tree;
  };
  return { build, kernels: () => kernels };
}

/** Answers for itself, and counts; `build` tells where a set is compiled. */
export function oracle(verdictOf: (set: Bits) => Verdict, build?: (set: Bits) => number) {
  const asked: Wanted[] = [];
  const rounds: number[] = [];
  const ask: Ask = async (wanted) => {
    asked.push(...wanted);
    rounds.push(wanted.length);
    return wanted.map(({ set }) => ({ set, verdict: verdictOf(set), tree: build?.(set) }));
  };
  return { ask, asked, rounds };
}
