import { type Bits, bitsOf, membersOf, nameOf, within } from '../runners/bisect/search/bits.ts';
import { type Lattice, latticeOf, type Rule } from '../runners/bisect/search/lattice.ts';
import { below, randomFrom } from '../runners/bisect/search/random.ts';

/** As many options as our kernel differs from Debian's by. */
export const OPTIONS = 1757;

/** Of how many options each set is that breaks it: 1 to 4 culprits in every arrangement. */
export const SHAPES = [[1], [2], [1, 1], [3], [2, 1], [1, 1, 1], [4], [3, 1], [2, 2], [2, 1, 1], [1, 1, 1, 1]];

/** All options are on in the good configuration and off in the bad one; a step takes an option off. */
export interface Problem {
  readonly seed: number;
  readonly shape: readonly number[];
  /** By option the one it depends on, which comes before it; -1 for none. */
  readonly parents: readonly number[];
  readonly lattice: Lattice;
  /** The answer: the smallest legal sets that fail, by name. */
  readonly answer: readonly string[];
  readonly least: readonly Bits[];
  readonly fails: (set: Bits) => boolean;
}

export function problemOf(shape: readonly number[], seed: number, dependent: boolean): Problem {
  const random = randomFrom(seed);
  const parents = Array.from({ length: OPTIONS }, (_, option) => {
    // Six of ten stand below another, mostly a near one, as in Kconfig's menus.
    if (!dependent || option === 0 || random() < 0.4) return -1;
    return Math.max(0, option - 1 - below(random, random() < 0.9 ? 12 : 300));
  });
  const rules = parents.flatMap((parent, option): Rule[] => (parent < 0 ? [] : [{ body: [parent], head: option }]));
  const lattice = latticeOf(OPTIONS, rules);
  const culprits = shape.map((count) => {
    const chosen = new Set<number>();
    while (chosen.size < count) chosen.add(below(random, OPTIONS));
    return bitsOf(OPTIONS, chosen);
  });
  const sets = culprits.map((culprit) => lattice.close(culprit));
  const least = sets.filter(
    (set, at) =>
      !sets.some((other, index) => index !== at && within(other, set) && (index < at || nameOf(other) !== nameOf(set))),
  );
  const fails = (set: Bits) => culprits.some((culprit) => within(culprit, set));
  return { seed, shape, parents, lattice, answer: least.map(nameOf).toSorted(), least, fails };
}

/** What a way of searching came to. */
export interface Tried {
  readonly calls: number;
  readonly rounds: number;
  /** The sets it names, each as it would be tested. */
  readonly sets: readonly Bits[];
}

/** Whether it named exactly the answer, and whether what it named is right as far as it goes: parts of the answer's sets. */
export function judged({ lattice, answer, least }: Problem, { sets }: Tried) {
  const closed = sets.map((set) => lattice.close(set));
  return {
    exact: closed.map(nameOf).toSorted().join('|') === answer.join('|'),
    right: closed.length > 0 && closed.every((set) => least.some((one) => within(set, one))),
  };
}

/** A predicate for the peers, which know nothing of what depends on what: Kconfig takes off what is below. Counts. */
export function counted({ lattice, fails }: Problem) {
  let calls = 0;
  const test = (steps: readonly number[]) => {
    calls += 1;
    return fails(lattice.close(bitsOf(OPTIONS, steps)));
  };
  return { test, calls: () => calls };
}

export const allSteps = (problem: Problem) => membersOf(problem.lattice.all);
