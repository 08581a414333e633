import type { Accelerator } from '../host/accelerator.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { Job } from './job.ts';
import { needsOf } from './needs.ts';
import { coresFor, type Limits, type Reading } from './room.ts';
import { longestFirst, lowerBound, type Simulated, simulate, type Task } from './simulate.ts';

/** A cell as the scheduler sees it. */
export function jobOf(planned: PlannedCell, accelerator: Accelerator): Job {
  const { cell, archives, expected, experience } = planned;
  const standIn = archives.includes('stand-in') ? [`stand-in ${cell.distro} ${cell.arch}`] : [];
  return {
    id: cell.id,
    needs: needsOf(planned, accelerator, experience),
    seconds: expected,
    makes: [`image ${cell.arch}`, ...standIn],
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

/** How a run of these jobs will go on a host as it is now. */
export function forecast(
  jobs: readonly Job[],
  reading: Reading,
  limits: Limits,
): Pick<Simulated, 'seconds' | 'sideBySide'> {
  const cores = Math.max(1, coresFor(reading, limits));
  const host = { cores, memoryMiB: reading.memoryAvailableMiB };
  const tasks = longestFirst(jobs).map((job): Task => ({ ...job, early: job.staggered ? EARLY : 0 }));
  const played = simulate(tasks.slice(0, MANY), host, limits);
  if (tasks.length <= MANY) return played;
  const { sideBySide } = played;
  const work = tasks.reduce((sum, { seconds }) => sum + seconds, 0);
  return { sideBySide, seconds: Math.max(lowerBound(tasks, cores), work / sideBySide) };
}
