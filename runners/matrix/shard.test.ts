import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan, PlannedCell } from './plan.ts';
import { shardOf } from './shard.ts';

const cellOf = (id: string) => ({ id, distro: id, arch: 'x86_64', fs: 'xfs' });
const planned = (id: string, expected: number) => ({ cell: cellOf(id), expected }) as PlannedCell;
const planOf = (seconds: readonly number[], skipped = 0): Plan => ({
  run: seconds.map((each, place) => planned(`cell${place}`, each)),
  skip: Array.from({ length: skipped }, (_, place) => ({ cell: cellOf(`skip${place}`), because: 'no luck' })),
  unselected: [],
});
const shardsOf = (plan: Plan, count: number) =>
  Array.from({ length: count }, (_, place) => shardOf(plan, { index: place + 1, count }));
const ids = (cells: readonly { readonly cell: { readonly id: string } }[]) => cells.map(({ cell }) => cell.id);
const load = ({ run }: Plan) => run.reduce((sum, { expected }) => sum + expected, 0);

const anySeconds = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 60 });
const anyCount = fc.integer({ min: 1, max: 12 });

describe('shards of any plan', () => {
  test('each cell, run or left out, is in exactly one, and in each no cell is lost', () => {
    fc.assert(
      fc.property(anySeconds, fc.nat(20), anyCount, (seconds, skipped, count) => {
        const plan = planOf(seconds, skipped);
        const shards = shardsOf(plan, count);
        expect(shards.flatMap(({ run }) => ids(run)).toSorted()).toEqual(ids(plan.run).toSorted());
        expect(shards.flatMap(({ skip }) => ids(skip)).toSorted()).toEqual(ids(plan.skip).toSorted());
        for (const { run, skip, unselected } of shards)
          expect(run.length + skip.length + unselected.length).toBe(seconds.length + skipped);
      }),
    );
  });

  test('the cut is the same in whatever order the cells come, and each shard keeps the order of the plan', () => {
    const shuffled = anySeconds.chain((seconds) =>
      fc.tuple(
        fc.constant(planOf(seconds)),
        fc.shuffledSubarray([...seconds.keys()], { minLength: seconds.length }),
        anyCount,
      ),
    );
    fc.assert(
      fc.property(shuffled, ([plan, order, count]) => {
        const other = { ...plan, run: order.flatMap((place) => plan.run[place] ?? []) };
        const again = shardsOf(other, count);
        for (const [place, shard] of shardsOf(plan, count).entries()) {
          expect(ids(again[place]?.run ?? []).toSorted()).toEqual(ids(shard.run).toSorted());
          expect(shard.run).toEqual(plan.run.filter((each) => shard.run.includes(each)));
        }
      }),
    );
  });

  test('none could give away a cell to end earlier than the others: the longest is within one cell of the shortest', () => {
    fc.assert(
      fc.property(anySeconds, anyCount, (seconds, count) => {
        const shards = shardsOf(planOf(seconds), count);
        const least = Math.min(...shards.map(load));
        for (const shard of shards) {
          const shortest = Math.min(...shard.run.map(({ expected }) => expected));
          if (shard.run.length > 0) expect(load(shard) - shortest).toBeLessThanOrEqual(least);
        }
      }),
    );
  });

  test('cells of which nothing is known are spread as well', () => {
    const shards = shardsOf(planOf(new Array<number>(8).fill(0)), 4);
    expect(shards.map(({ run }) => run.length)).toEqual([2, 2, 2, 2]);
  });
});
