import type { Limits } from './room.ts';
import { longestFirst, lowerBound, type Simulated, type SimulatedHost, simulate, type Task } from './simulate.ts';

/** How many orders are tried, of how many cells at most: a tenth of a second of computing. */
const TRIES = 120;
const MOST = 60;

/** Nearer to the lower bound than this, expectations are too coarse to tell orders apart. */
const NEAR = 1.01;

/** The part behind the point of so many times the golden ratio's kin: spreads evenly over pairs, and the same each time. */
const spread = (times: number, ratio: number) => (times * ratio) % 1;

/**
 * The order in which cells should start: the longest first, and from there what swapping two of them improves when it is played
 * through. On hosts with room for a third of the cells or so, that takes off what longest-first leaves: up to a tenth.
 */
export function bestOrder(
  tasks: readonly Task[],
  host: SimulatedHost,
  limits: Limits,
): { readonly tasks: readonly Task[]; readonly played: Simulated } {
  const longest = { tasks: longestFirst(tasks), played: simulate(longestFirst(tasks), host, limits) };
  let best: readonly Task[] = longest.tasks;
  let { played } = longest;
  if (best.length > MOST || played.sideBySide === best.length) return { tasks: best, played };
  const enough = lowerBound(tasks, host.cores) * NEAR;
  for (let attempt = 1; attempt <= TRIES && played.seconds > enough; attempt++) {
    const swapped = [...best];
    const one = Math.floor(spread(attempt, 0.7548776662) * best.length);
    const other = Math.floor(spread(attempt, 0.5698402909) * best.length);
    [swapped[one], swapped[other]] = [best[other] as Task, best[one] as Task];
    const trial = simulate(swapped, host, limits);
    if (trial.seconds <= played.seconds) [best, played] = [swapped, trial];
  }
  // Where nothing is gained, cells start in the order in which the plan has them.
  return played.seconds < longest.played.seconds ? { tasks: best, played } : longest;
}
