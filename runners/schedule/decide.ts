import { isEarly, isStarting, type Job, type Running } from './job.ts';
import {
  couldFit,
  fits,
  type Limits,
  type Reading,
  type Room,
  roomBeside,
  startsAtATime,
  withBack,
  without,
} from './room.ts';

/** All that a decision depends on. Times are seconds by the same clock. */
export interface State {
  readonly now: number;
  /** The first `DEPTH` of them, in the order in which they should start: the longest first. */
  readonly waiting: readonly Job[];
  readonly running: readonly Running[];
  /** What has been made: nobody has to wait for it any more. */
  readonly made: ReadonlySet<string>;
  readonly reading: Reading;
  readonly limits: Limits;
  /** Since when nothing has been running. */
  readonly idleSince: number;
}

export interface Started {
  readonly job: Job;
  /** What was left at that moment, before it took its part. */
  readonly room: Room;
  /** What it has to make. */
  readonly making: readonly string[];
}

export interface Decision {
  readonly start: readonly Started[];
  /** Ids of the jobs whose guests may boot now. */
  readonly boot: readonly string[];
  /** The job that comes next and does not fit yet: nothing that starts before it may keep it from starting at that time. */
  readonly reserved?: { readonly id: string; readonly at: number };
}

/** How long a job waits on an idle host for the memory that others hold, in seconds. */
export const MEMORY_PATIENCE = 300;

/** A job that takes longer than expected is expected to end this much later, in seconds. */
const OVERRUN = 30;

/** How many waiting jobs a decision looks at. */
export const DEPTH = 100;

/**
 * Who starts now. Pure: the real run and the simulation are decided here.
 *
 * In their order, jobs start as long as they fit. The first that does not fit has its place reserved at the time at which enough of
 * what runs is expected to have ended; a later one starts before it only where it will have ended by then, or where both fit.
 * One job always runs, however little is left.
 */
export function decide(state: State): Decision {
  const { now, running, reading, limits } = state;
  const starts = startsAtATime(reading, limits);
  const start: Started[] = [];
  const taken: Pick<Running, 'job' | 'end'>[] = [...running];
  const making = new Set(running.flatMap((each) => each.making));
  let starting = running.filter((each) => isStarting(each, now)).length;
  let room = roomBeside(running, reading, limits);
  /** The first that does not fit, and what will be left beside it at its time. */
  let reserved: { readonly id: string; readonly at: number } | undefined;
  let beside: Room | undefined;
  let held = false;

  for (const job of state.waiting) {
    if (room.places < 1 || (reserved && room.cores <= 0)) break;
    if (held && job.staggered && starting >= starts) continue;
    const toMake = job.makes.filter((name) => !state.made.has(name));
    if (toMake.some((name) => making.has(name))) continue;
    const alone = taken.length === 0 && mayRunAlone(job, state, room);
    if (!alone && !fits(job.needs, room)) {
      if (reserved) continue;
      const promise = reservation(job, taken, room, now);
      reserved = { id: job.id, at: promise.at };
      beside = without(promise.room, job.needs);
      continue;
    }
    if (job.staggered && starting >= starts) {
      // It starts within seconds. What comes behind it must not take its place.
      if (!held) room = without(room, job.needs);
      held = true;
      continue;
    }
    const end = now + job.seconds;
    if (reserved && beside && end > reserved.at) {
      const left = without(beside, job.needs);
      if (left.places < 0 || left.cores < 0 || left.memoryMiB < 0) continue;
      beside = left;
    }
    start.push({ job, room, making: toMake });
    taken.push({ job, end });
    for (const name of toMake) making.add(name);
    if (job.staggered) starting += 1;
    room = without(room, job.needs);
  }
  return { start, boot: turns(running, starts, now), ...(reserved ? { reserved } : {}) };
}

/** Cores are shared, were it only with others. Memory that others hold is waited for, if it can come at all. */
function mayRunAlone({ needs }: Job, { now, idleSince, reading, limits }: State, room: Room): boolean {
  if (room.memoryMiB >= needs.memoryMiB || !couldFit(needs, reading, limits)) return true;
  return now >= idleSince + MEMORY_PATIENCE;
}

/** When the job will fit, and what will be left then. */
function reservation(job: Job, running: readonly Pick<Running, 'job' | 'end'>[], room: Room, now: number) {
  let at = now;
  let then = room;
  for (const { job: ending, end } of running.toSorted((a, b) => a.end - b.end)) {
    at = Math.max(end, now + OVERRUN * Number(end <= now));
    then = withBack(then, ending.needs);
    if (fits(job.needs, then)) break;
  }
  return { at, room: then };
}

/** Whose guests may boot: in the order in which they asked, as many as may be in their early boot at a time. */
function turns(running: readonly Running[], starts: number, now: number): string[] {
  const free = starts - running.filter((each) => isEarly(each, now)).length;
  const asking = running.filter(({ stage }) => stage === 'turn').toSorted((a, b) => a.stageSince - b.stageSince);
  return asking.slice(0, Math.max(0, free)).map(({ job }) => job.id);
}
