import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { bitsOf, membersOf, nameOf } from './bits.ts';
import { latticeOf } from './lattice.ts';
import { answerOf, anyProblem, fails, namesOf, oracle } from './problems.test-support.ts';
import { search } from './search.ts';

/** Hundreds of searches; on a host that is busy they take their time. */
vi.setConfig({ testTimeout: 180_000 });

const builders = fc.integer({ min: 1, max: 9 });
const seed = fc.integer({ min: 1, max: 1000 });

test('all minimal sets are found and proven, whichever break alone, only together, or share steps; nothing is asked twice', async () => {
  await fc.assert(
    fc.asyncProperty(anyProblem, builders, seed, async (problem, count, drawn) => {
      const { ask, asked, rounds } = oracle((set) => (fails(problem, set) ? 'fail' : 'pass'));
      const found = await search(problem.lattice, ask, { builders: count, seed: drawn });
      expect(found.unproven).toEqual([]);
      if (found.complete) expect(namesOf(problem.lattice, found.terms)).toEqual(answerOf(problem));
      expect(new Set(asked.map(({ set }) => nameOf(set))).size).toBe(asked.length);
      expect(Math.max(0, ...rounds)).toBeLessThanOrEqual(count);
      expect(found.rounds).toBe(rounds.length);
    }),
    { numRuns: 25 },
  );
});

test('each part of the proof was tested, on sets that the rules allow, and came out as it must', async () => {
  await fc.assert(
    fc.asyncProperty(anyProblem, builders, async (problem, count) => {
      const { ask } = oracle((set) => (fails(problem, set) ? 'fail' : 'pass'));
      const { claims, terms } = await search(problem.lattice, ask, { builders: count });
      for (const { set, expected } of claims) {
        expect(nameOf(problem.lattice.close(set))).toBe(nameOf(set));
        expect(fails(problem, set) ? 'fail' : 'pass').toBe(expected);
      }
      const broken = claims.filter(({ role }) => role === 'breaks').map(({ set }) => nameOf(set));
      expect(broken.toSorted()).toEqual(namesOf(problem.lattice, terms));
    }),
    { numRuns: 20 },
  );
});

test.each([1, 2, 4, 8])(
  'one culprit among 1757 takes %i builders about log₂ n tests, a proof included',
  async (count) => {
    const lattice = latticeOf(1757, []);
    for (const culprit of [0, 877, 1756]) {
      const problem = { lattice, culprits: [[culprit]] };
      const { ask } = oracle((set) => (fails(problem, set) ? 'fail' : 'pass'));
      const found = await search(lattice, ask, { builders: count });
      expect(found.terms).toEqual([[culprit]]);
      // By k-ary splitting; and the two tests of the proof.
      expect(found.rounds).toBeLessThanOrEqual(Math.ceil(Math.log(1757) / Math.log(count + 1)) + (count === 1 ? 4 : 2));
    }
  },
);

test('how many may be to blame alone only shrinks, down to the culprit; of two that break together none may', async () => {
  const lattice = latticeOf(300, []);
  const countsOf = async (culprit: readonly number[]) => {
    const { ask } = oracle((set) => (fails({ lattice, culprits: [culprit] }, set) ? 'fail' : 'pass'));
    const counts: number[] = [];
    await search(lattice, ask, { builders: 1, onRound: ({ alone }) => counts.push(alone) });
    return counts;
  };
  const single = await countsOf([123]);
  expect(single).toEqual(single.toSorted((a, b) => b - a));
  expect([single[0], single.at(-1)]).toEqual([300, 1]);
  expect((await countsOf([123, 45])).at(-1)).toBe(0);
});

test('what cannot be tested is no verdict: what is found fails, and without any step of it nothing was seen to fail', async () => {
  await fc.assert(
    fc.asyncProperty(anyProblem, builders, fc.integer({ min: 2, max: 6 }), async (problem, count, every) => {
      const untestable = (members: readonly number[]) =>
        members.reduce((sum, step) => sum * 31 + step, 7) % every === 0;
      const full = problem.lattice.size;
      const verdictOf = (set: Uint32Array) => {
        const members = membersOf(set);
        if (members.length > 0 && members.length < full && untestable(members)) return 'unresolved';
        return fails(problem, set) ? 'fail' : 'pass';
      };
      const { ask } = oracle(verdictOf);
      const found = await search(problem.lattice, ask, { builders: count });
      const [broken] = found.claims.filter(({ role }) => role === 'breaks');
      expect(broken && verdictOf(broken.set)).toBe('fail');
      for (const { set } of found.claims.filter(({ role }) => role === 'minimal')) {
        expect(verdictOf(set)).not.toBe('fail');
      }
      if (found.unproven.length === 0 && found.complete) {
        expect(namesOf(problem.lattice, found.terms)).toEqual(answerOf(problem));
      }
    }),
    { numRuns: 15 },
  );
});

test('where one option heals what another breaks, what is found fails and no smaller part of it does', async () => {
  const lattice = latticeOf(30, []);
  await fc.assert(
    fc.asyncProperty(fc.nat(29), fc.nat(29), builders, async (culprit, healer, count) => {
      fc.pre(culprit !== healer);
      // All of them fail, though: else there would be no bad end.
      const verdictOf = (set: Uint32Array) => {
        const members = membersOf(set);
        if (members.length === 30) return 'fail';
        return members.includes(culprit) && !members.includes(healer) ? 'fail' : 'pass';
      };
      const { ask } = oracle(verdictOf);
      const { terms, claims } = await search(lattice, ask, { builders: count });
      for (const term of terms) {
        expect(verdictOf(bitsOf(30, term))).toBe('fail');
        for (const step of term)
          expect(
            verdictOf(
              bitsOf(
                30,
                term.filter((other) => other !== step),
              ),
            ),
          ).toBe('pass');
      }
      expect(claims.length).toBeGreaterThan(0);
    }),
    { numRuns: 15 },
  );
});
