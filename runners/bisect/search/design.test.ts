import { expect, test } from 'vitest';
import { bitsOf } from './bits.ts';
import { questions } from './design.ts';
import { type Efforts, estimate, treeOf } from './effort.ts';
import { latticeOf } from './lattice.ts';
import { randomFrom } from './random.ts';

/** Fifty steps are cleared and made in the only tree, and any of fifty others may be to blame: what is asked first, and what it takes. */
function firstQuestion(efforts: Efforts) {
  const tree = bitsOf(100, cleared);
  const effort = estimate(efforts, [treeOf(tree)]);
  const [asked] = questions(
    suspects.map((step) => ({ terms: [[step]] })),
    suspects,
    1,
    { lattice: latticeOf(100, []), random: randomFrom(1), isTested: () => false, effort, trees: [tree] },
  );
  return { bits: asked?.bits, effort: effort.of(asked?.set ?? tree) };
}

const cleared = [...Array(50).keys()];
const suspects = cleared.map((step) => 50 + step);

test('what is cleared stays as it lies compiled: a question costs only what it asks about', () => {
  // What is cleared takes a hundredth of a kernel each, what is in question nothing.
  const of = [...cleared.map((step) => [step]), ...suspects.map(() => [])];
  const { bits, effort } = firstQuestion({ whole: 1000, kinds: cleared.map(() => 10), of, own: [] });
  expect(bits).toBeGreaterThan(0.99);
  expect(effort).toBeCloseTo(0.1);
});

test('also where all that is left in question takes much', () => {
  // What is cleared takes a whole kernel together, what is in question a tenth of it, whichever of them.
  const of = [...cleared.map(() => [0]), ...suspects.map(() => [1])];
  const { bits, effort } = firstQuestion({ whole: 1000, kinds: [1000, 100], of, own: [] });
  expect(bits).toBeGreaterThan(0.99);
  expect(effort).toBeCloseTo(0.2);
});
