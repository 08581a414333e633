import type { Needs } from './needs.ts';

/** A cell as the scheduler sees it. */
export interface Job {
  readonly id: string;
  readonly needs: Needs;
  /** How long it is expected to take, in seconds. */
  readonly seconds: number;
  /**
   * Names of what it needs made before its guest starts, such as `image x86_64`. Of the jobs that need the same thing the first
   * makes it, and the others hold nothing while it does.
   */
  readonly makes: readonly string[];
  /** Its guest is emulated: only so many of those may be in their early boot at the same time. */
  readonly staggered: boolean;
}

/**
 * What a running job is about: what it needs is being made or looked up; it waits for its turn to start its guest; the guest is
 * in its early boot; or past it.
 */
export type Stage = 'preparing' | 'turn' | 'early' | 'steady';

export interface Running {
  readonly job: Job;
  readonly stage: Stage;
  /** When it was let in, and when its stage began: seconds by the scheduler's clock. */
  readonly since: number;
  readonly stageSince: number;
  /** When it is expected to end. */
  readonly end: number;
  /** What it has to make: nobody has before. */
  readonly making: readonly string[];
}

/**
 * Seconds after which a guest counts as past its early boot, whatever it shows: timers are calibrated within the kernel's first
 * ones, which even an emulated guest on a busy host reaches by then.
 */
export const EARLY_BOUND = 90;

/** Seconds of preparing after which something is really being made, and the guest's start is far away. */
const LOOKED_UP = 5;

/** Whether its guest is in its early boot. */
export function isEarly({ job, stage, stageSince }: Running, now: number): boolean {
  return job.staggered && stage === 'early' && now < stageSince + EARLY_BOUND;
}

/** Whether its guest is in its early boot, or about to be. */
export function isStarting(running: Running, now: number): boolean {
  const { job, stage, stageSince } = running;
  if (stage === 'preparing') return job.staggered && now < stageSince + LOOKED_UP;
  return (job.staggered && stage === 'turn') || isEarly(running, now);
}

/** When a running job will count otherwise though nothing happens; seconds, none where it will not. */
export function changesAt({ job, stage, stageSince }: Running): number {
  if (!job.staggered || stage === 'turn' || stage === 'steady') return Number.POSITIVE_INFINITY;
  return stageSince + (stage === 'early' ? EARLY_BOUND : LOOKED_UP);
}
