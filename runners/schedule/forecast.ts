import type { Accelerator } from '../host/accelerator.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { Job } from './job.ts';
import { needsOf } from './needs.ts';
import { bestOrder } from './order.ts';
import { coresFor, type Limits, type Reading } from './room.ts';
import { longestFirst, lowerBound, type Simulated, type Task } from './simulate.ts';

/** What an image is called among what jobs need made. */
export const imageOf = (arch: string) => `image ${arch}`;

/** A cell as the scheduler sees it. */
export function jobOf(planned: PlannedCell, accelerator: Accelerator): Job {
  const { cell, archives, expected, experience } = planned;
  const standIn = archives.includes('stand-in') ? [`stand-in ${cell.distro} ${cell.arch}`] : [];
  return {
    id: cell.id,
    needs: needsOf(planned, accelerator, experience),
    seconds: expected,
    makes: [imageOf(cell.arch), ...standIn],
    staggered: accelerator === 'tcg',
  };
}

/** What the user allows. */
export function limitsOf({ jobs, cores, memoryMiB }: Pick<RunOptions, 'jobs' | 'cores' | 'memoryMiB'>): Limits {
  return {
    ...(jobs === undefined ? {} : { jobs }),
    ...(cores === undefined ? {} : { cores }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
  };
}

/** Of so many jobs the schedule is near its lower bound, and need not be played through. */
const MANY = 1000;

/** How an emulated guest's start is taken to be spread, in seconds. */
const EARLY = 20;

export interface Forecast extends Pick<Simulated, 'seconds' | 'sideBySide'> {
  /** Ids, in the order in which they should start. */
  readonly order: readonly string[];
}

/** How long what jobs need made takes to make, in seconds by its name; what is there already has no row. */
export type Making = ReadonlyMap<string, number>;

const NOTHING: Making = new Map();

/** How a run of these jobs will go on a host as it is now. */
export function forecast(jobs: readonly Job[], reading: Reading, limits: Limits, making: Making = NOTHING): Forecast {
  const cores = Math.max(1, coresFor(reading, limits));
  const host = { cores, memoryMiB: reading.memoryAvailableMiB };
  const all = longestFirst(jobs).map(
    (job): Task => ({
      ...job,
      making: job.makes.reduce((sum, name) => sum + (making.get(name) ?? 0), 0),
      early: job.staggered ? EARLY : 0,
    }),
  );
  const order = all.map(({ id }) => id);
  const { tasks, played } = bestOrder(all.slice(0, MANY), host, limits);
  const { sideBySide, seconds } = played;
  if (all.length <= MANY) return { sideBySide, seconds, order: tasks.map(({ id }) => id) };
  const work = all.reduce((sum, each) => sum + each.seconds, 0);
  const made = Math.max(0, ...making.values());
  return { sideBySide, seconds: made + Math.max(lowerBound(all, cores), work / sideBySide), order };
}
