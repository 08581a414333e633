import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ask } from './ask.ts';
import { bitsOf, has, membersOf, union } from './bits.ts';
import { grow } from './grow.ts';
import { latticeOf } from './lattice.ts';
import { anyProblem, fails, oracle } from './problems.test-support.ts';
import { randomFrom } from './random.ts';

test('what is made passes, and with any step that is kept it would not', async () => {
  const any = fc.record({ problem: anyProblem, builders: fc.integer({ min: 1, max: 5 }), unresolved: fc.nat(59) });
  await fc.assert(
    fc.asyncProperty(any, async ({ problem, builders, unresolved }) => {
      const { lattice } = problem;
      // One step cannot be judged, which is no pass.
      const verdictOf = (set: Uint32Array) =>
        fails(problem, set) ? 'fail' : has(set, unresolved) ? 'unresolved' : 'pass';
      const { set, kept } = await grow(lattice, oracle(verdictOf).ask, { builders });
      expect(verdictOf(set)).toBe('pass');
      expect(membersOf(lattice.close(set))).toEqual(membersOf(set));
      expect([...membersOf(set), ...kept].toSorted((a, b) => a - b)).toEqual([...Array(lattice.size).keys()]);
      for (const step of kept) {
        expect(verdictOf(lattice.close(union(set, bitsOf(lattice.size, [step]))))).not.toBe('pass');
      }
    }),
    { numRuns: 300 },
  );
});

test('a step that Kconfig never makes is kept, and asked for no end of times it is not', async () => {
  const lattice = latticeOf(40, []);
  let calls = 0;
  const ask: Ask = async (wanted) => {
    calls += 1;
    const without = (set: Uint32Array) =>
      bitsOf(
        40,
        membersOf(set).filter((step) => step !== 17 && step !== 18),
      );
    return wanted.map(({ set }) => ({ set: without(set), verdict: 'pass' }));
  };
  const { kept } = await grow(lattice, ask, { builders: 1 });
  expect(kept.toSorted((a, b) => a - b)).toEqual([17, 18]);
  expect(calls).toBeLessThan(40);
});

test.each([
  [1, 0.02, 1.2],
  [1, 0.1, 1.1],
  [1, 0.3, 1.1],
  [4, 0.1, 2],
])(
  '%i builders, %d of a thousand options have to stay: few more tests than there are bits to be known',
  async (builders, share, factor) => {
    const random = randomFrom(3);
    const culprits = [...Array(1000).keys()].filter(() => random() < share).map((step) => [step]);
    const lattice = latticeOf(1000, []);
    const { ask, asked } = oracle((set) => (fails({ lattice, culprits }, set) ? 'fail' : 'pass'));
    const told: [before: number, left: number][] = [];
    await grow(lattice, ask, { builders, onRound: ({ testsLeft }) => told.push([asked.length, testsLeft]) });
    const part = culprits.length / 1000;
    const bits = -1000 * (part * Math.log2(part) + (1 - part) * Math.log2(1 - part));
    expect(asked.length).toBeLessThan(factor * bits);
    // What is left was told before, half-way at the latest.
    const [before = 0, left = 0] = told.find(([at]) => at > asked.length / 2) ?? [];
    expect(left).toBeGreaterThan((asked.length - before) / 2);
    expect(left).toBeLessThan((asked.length - before) * 2);
  },
);
