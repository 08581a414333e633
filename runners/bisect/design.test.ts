import { expect, test } from 'vitest';
import { bitsOf } from './bits.ts';
import { questions } from './design.ts';
import { type Efforts, estimate, treeOf } from './effort.ts';
import { latticeOf } from './lattice.ts';
import { randomFrom } from './random.ts';

test('what is cleared stays as it lies compiled: a question costs only what it asks about', () => {
  // Fifty steps are cleared, and each takes a hundredth of a kernel; any of fifty others, which take nothing, may be to blame.
  const size = 100;
  const cleared = [...Array(50).keys()];
  const suspects = cleared.map((step) => 50 + step);
  const efforts: Efforts = {
    whole: 1000,
    kinds: cleared.map(() => 10),
    of: [...cleared.map((step) => [step]), ...suspects.map(() => [])],
    own: [],
  };
  const tree = bitsOf(size, cleared);
  const effort = estimate(efforts, [treeOf(tree)]);
  const [asked] = questions(
    suspects.map((step) => ({ terms: [[step]] })),
    suspects,
    1,
    { lattice: latticeOf(size, []), random: randomFrom(1), isTested: () => false, effort, trees: [tree] },
  );
  expect(asked?.bits).toBeGreaterThan(0.99);
  expect(effort.of(asked?.set ?? tree)).toBeCloseTo(0.1);
});
