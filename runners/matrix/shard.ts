import type { Plan, PlannedCell } from './plan.ts';

/** One of `count` parts of a plan, each for a host of its own; `index` from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The part of a plan that one host runs: every cell is in exactly one shard, and the shards take about the same time. The longest
 * cell first, each goes to the shard that has the least to do so far.
 *
 * Pure, and the same on every host: it goes by the plan of matrix.yaml alone. Times that one host has measured must not be in it,
 * or two hosts would cut differently, and a cell would run twice or not at all.
 */
export function shardOf(plan: Plan, { index, count }: Shard): Plan {
  const ids = sharesOf(plan.run, count)[index - 1] ?? new Set();
  const isMine = ({ cell }: PlannedCell) => ids.has(cell.id);
  // Also what is left out is told once: reports of shards can be put together.
  const isTold = (_: unknown, place: number) => place % count === index - 1;
  return {
    run: plan.run.filter(isMine),
    skip: plan.skip.filter(isTold),
    unselected: [
      ...plan.unselected,
      ...plan.run.filter((each) => !isMine(each)).map(({ cell }) => cell),
      ...plan.skip.filter((each, place) => !isTold(each, place)).map(({ cell }) => cell),
    ],
  };
}

/** The ids of the cells of each shard. */
function sharesOf(cells: readonly PlannedCell[], count: number): ReadonlySet<string>[] {
  const shares = Array.from({ length: count }, () => ({ seconds: 0, ids: new Set<string>() }));
  for (const { cell, expected } of cells.toSorted(longestFirst)) {
    const least = shares.reduce((best, each) => (each.seconds < best.seconds ? each : best));
    least.ids.add(cell.id);
    // A cell of which nothing is known is taken for a second, so that those do not end up in one shard.
    least.seconds += Math.max(1, expected);
  }
  return shares.map(({ ids }) => ids);
}

/** Whatever order the cells come in: of two that take the same, the name decides. */
function longestFirst(a: PlannedCell, b: PlannedCell): number {
  return b.expected - a.expected || (a.cell.id < b.cell.id ? -1 : 1);
}
