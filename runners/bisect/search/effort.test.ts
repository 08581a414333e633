import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Ask } from './ask.ts';
import { type Bits, bitsOf } from './bits.ts';
import { after, type Efforts, estimate, lightestFirst, treeOf } from './effort.ts';
import { latticeOf } from './lattice.ts';
import { answerOf, anyProblem, compiler, fails, namesOf, oracle, usualEfforts } from './problems.test-support.ts';
import { randomFrom } from './random.ts';
import { type SearchOptions, search } from './search.ts';

vi.setConfig({ testTimeout: 180_000 });

/** Two steps that nearly everything reads, two that share ten objects of twenty, and one that nothing reads. */
const efforts: Efforts = { whole: 1000, kinds: [970, 20, 10, 10, 10], of: [[0, 1], [0], [2, 3], [3, 4], []], own: [] };
const set = (...members: number[]) => bitsOf(efforts.of.length, members);

test('what a set takes is what it has otherwise than the nearest tree, and a little for each', () => {
  const { of, isHeavy } = estimate(efforts, [set(), set(0, 1)].map(treeOf));
  expect(of(set())).toBeCloseTo(0.1);
  // What both read is compiled once.
  expect(of(set(2, 3))).toBeCloseTo(0.13);
  expect(of(set(0, 1, 4))).toBeCloseTo(0.1);
  expect(of(set(1))).toBeCloseTo(1.07);
  expect(of(set(0, 1, 2, 3, 4))).toBeCloseTo(0.13);
  const placeOf = (built: Bits) => compiler(efforts, [set(), set(0, 1)]).build(built);
  expect([set(2), set(0, 1, 2)].map(placeOf)).toEqual([0, 1]);
  expect([0, 1, 2, 3, 4].filter(isHeavy)).toEqual([0, 1]);
});

test('what is there for an option alone is compiled where that is first switched on, and then lies there', () => {
  const alone = { ...efforts, own: [...efforts.of.slice(1).map((): [number, number] => [0, 0]), [0, 200] as const] };
  const tree = treeOf(set(4));
  expect([set(), set(4), set(2)].map(estimate(alone, [tree]).of)).toEqual(
    [0.3, 0.1, 0.32].map((share) => expect.closeTo(share)),
  );
  expect(estimate(alone, [after(after(tree, set()), set(4))]).of(set())).toBeCloseTo(0.1);
  expect(estimate(alone, [treeOf(set())]).of(set(4))).toBeCloseTo(0.1);
});

test('whatever steps take, all minimal sets are found', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyProblem,
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat(1000)),
      async (problem, builders, weights) => {
        const { ask } = oracle((tested) => (fails(problem, tested) ? 'fail' : 'pass'));
        const kinds = Array.from({ length: problem.lattice.size }, () => weights.next().value as number);
        const of = kinds.map(() => [weights, weights].map((some) => (some.next().value as number) % kinds.length));
        const own = kinds.map((count): [number, number] => (count % 2 ? [count, 0] : [0, count]));
        const found = await search(problem.lattice, ask, { builders, efforts: { whole: 1000, kinds, of, own } });
        expect(found.unproven).toEqual([]);
        if (found.complete) expect(namesOf(problem.lattice, found.terms)).toEqual(answerOf(problem));
      },
    ),
    { numRuns: 25 },
  );
});

describe('where few options have nearly all compiled again', () => {
  const [size, count] = [304, 9];
  const efforts = usualEfforts(size);
  const lattice = latticeOf(size, []);
  const random = randomFrom(7);
  const some = (share: number) =>
    bitsOf(
      size,
      [...Array(size).keys()].filter(() => random() < share),
    );

  /** What a single culprit takes in the median. */
  const median = async (
    known: Pick<SearchOptions, 'efforts' | 'trees'>,
    { lies, told = true }: { readonly lies?: readonly Bits[]; readonly told?: boolean } = {},
  ) => {
    const all: number[] = [];
    for (let seed = 1; seed <= count; seed += 1) {
      const problem = { lattice, culprits: [[Math.floor(randomFrom(seed)() * size)]] };
      const { build, kernels } = compiler(efforts, lies);
      const { ask } = oracle((tested) => (fails(problem, tested) ? 'fail' : 'pass'), build);
      const untold: Ask = async (wanted) => (await ask(wanted)).map((outcome) => ({ ...outcome, tree: undefined }));
      const found = await search(lattice, told ? ask : untold, { builders: 1, seed, ...known });
      expect(found.terms).toEqual(problem.culprits);
      all.push(kernels());
    }
    return all.toSorted((a, b) => a - b)[count >> 1] ?? 0;
  };

  test('a culprit costs less than a third of what it costs without knowing them', async () => {
    expect(await median({ efforts })).toBeLessThan(0.3 * (await median({})));
  });

  test('it is worth knowing that another search has left a tree in the middle', async () => {
    const lies = [bitsOf(size, []), some(0.5)];
    expect(await median({ efforts, trees: lies }, { lies })).toBeLessThan(0.9 * (await median({ efforts }, { lies })));
  });

  test('it is worth knowing in which tree each kernel was compiled', async () => {
    const lies = [some(0.3), some(0.7)];
    const known = { efforts, trees: lies };
    expect(await median(known, { lies })).toBeLessThan(0.8 * (await median(known, { lies, told: false })));
  });
});

test('the lightest steps come first: those that few objects read, and that switch few on', () => {
  const efforts = {
    ...{ whole: 1000, kinds: [900, 50, 5], of: [[0], [1, 2], [2], [], []] },
    own: [
      [0, 0],
      [0, 0],
      [0, 0],
      [20, 0],
      [0, 300],
    ] as const,
  };
  expect(lightestFirst(efforts)).toEqual([4, 2, 3, 1, 0]);
});
