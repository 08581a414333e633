import { type Decision, MEMORY_PATIENCE } from './decide.ts';
import { EARLY_BOUND, type Job, type Stage } from './job.ts';
import type { Limits, Reading } from './room.ts';
import { Schedule } from './schedule.ts';

/** A job, and what becomes of it. Where nothing is said, it is as was expected. */
export interface Task extends Job {
  readonly real?: {
    /** Alone on the host, without what it has to make. */
    readonly seconds?: number;
    readonly cores?: number;
    readonly memoryMiB?: number;
  };
  /** Seconds that making takes what it needs made; only the first that needs it takes them. */
  readonly making?: number;
  /** Of its seconds, those of its guest's early boot. */
  readonly early?: number;
}

export interface SimulatedHost {
  readonly cores: number;
  readonly memoryMiB: number;
  /** What the processes of others would take, from a time on until the next; in the order of time. */
  readonly others?: readonly { readonly at: number; readonly cores: number; readonly memoryMiB: number }[];
}

/** Seconds since the beginning. */
export interface Span {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

export interface Simulated {
  /** In the order in which they started. */
  readonly spans: readonly Span[];
  readonly seconds: number;
  /** The most that ran at the same time. */
  readonly sideBySide: number;
}

/** What is seen of a decision: for those that look into it. */
export type Watch = (seen: {
  readonly now: number;
  readonly decision: Decision;
  readonly reading: Reading;
  /** Running after it. */
  readonly running: readonly Task[];
  /** Of them, the emulated guests that are in their early boot. */
  readonly early: number;
}) => void;

interface Life {
  readonly task: Task;
  readonly start: number;
  stage: Stage;
  /** Of the stage. */
  since: number;
  /** Seconds that its stage still takes at full speed. */
  left: number;
}

const SOON = 1e-9;

/**
 * Plays a run through, decision by decision, on the code that decides real ones: `tasks` in the order in which they are to
 * start. Where more is asked for than there are cores, all are slowed down alike, as by the kernel's scheduler.
 *
 * @throws RangeError where some job never starts
 */
export function simulate(
  tasks: readonly Task[],
  host: SimulatedHost,
  limits: Limits = {},
  watch: Watch = () => {},
): Simulated {
  const schedule = new Schedule(limits, 0);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  for (const task of tasks) schedule.add(task);
  const lives = new Map<string, Life>();
  const spans: Span[] = [];
  let sideBySide = 0;
  let idleSince = 0;
  let now = 0;

  /** Nothing to do in a stage ends it at once. */
  const enter = (life: Life, stage: Stage, left: number) => Object.assign(life, { stage, left, since: now });
  const advance = (life: Life) => {
    const { task } = life;
    const all = task.real?.seconds ?? task.seconds;
    const early = Math.min(task.early ?? 0, all);
    switch (life.stage) {
      case 'preparing':
        schedule.prepared(task.id, true);
        schedule.asksTurn(task.id, now);
        enter(life, 'turn', Number.POSITIVE_INFINITY);
        break;
      case 'early':
        schedule.settled(task.id, now);
        enter(life, 'steady', all - early);
        break;
      case 'steady':
        schedule.ended(task.id, now);
        lives.delete(task.id);
        spans.push({ id: task.id, start: life.start, end: now });
        if (lives.size === 0) idleSince = now;
        break;
      default:
    }
  };

  for (;;) {
    for (const life of [...lives.values()]) if (life.left <= SOON) advance(life);
    const { reading, speed } = readingOf(host, lives.values(), now);
    const decision = schedule.next(now, reading);
    for (const { job, making } of decision.start) {
      const task = byId.get(job.id) as Task;
      lives.set(job.id, {
        task,
        start: now,
        stage: 'preparing',
        since: now,
        left: making.length > 0 ? (task.making ?? 0) : 0,
      });
    }
    for (const id of decision.boot) {
      const life = lives.get(id);
      if (life) enter(life, 'early', Math.min(life.task.early ?? 0, life.task.real?.seconds ?? life.task.seconds));
    }
    sideBySide = Math.max(sideBySide, lives.size);
    const all = [...lives.values()];
    const early = all.filter(
      ({ task, stage, since }) => stage === 'early' && task.staggered && now < since + EARLY_BOUND,
    );
    watch({ now, decision, reading, running: all.map(({ task }) => task), early: early.length });
    if (decision.start.length + decision.boot.length > 0) continue;
    if (all.some(({ left }) => left <= SOON)) continue;

    const ends = all.map(({ left }) => now + left / speed);
    const others = (host.others ?? []).map(({ at }) => at).filter((at) => at > now);
    const patience = lives.size === 0 && schedule.waiting > 0 ? [idleSince + MEMORY_PATIENCE] : [];
    const changes = [schedule.changesAt].filter((at) => at > now);
    const next = Math.min(...ends, ...others, ...patience, ...changes);
    if (lives.size === 0 && schedule.waiting === 0) break;
    if (!Number.isFinite(next) || next <= now) throw new RangeError(`${schedule.waiting} jobs wait for nothing`);
    // Not by a subtraction that may leave a rest: what ends then has ended.
    for (const life of all) life.left = now + life.left / speed <= next ? 0 : life.left - (next - now) * speed;
    now = next;
  }
  return { spans: spans.toSorted((a, b) => a.start - b.start), seconds: now, sideBySide };
}

/** What the host shows, and how fast everything goes on it: 1 where there are cores for all. */
function readingOf(host: SimulatedHost, lives: Iterable<Life>, now: number): { reading: Reading; speed: number } {
  const others = host.others?.findLast(({ at }) => at <= now) ?? { cores: 0, memoryMiB: 0 };
  const residentMiB = new Map<string, number>();
  let asked = others.cores;
  let resident = 0;
  for (const { task, stage } of lives) {
    if (stage === 'turn') continue;
    asked += task.real?.cores ?? task.needs.cores;
    const holds = stage === 'steady' ? (task.real?.memoryMiB ?? task.needs.memoryMiB) : 0;
    residentMiB.set(task.id, holds);
    resident += holds;
  }
  const speed = Math.min(1, host.cores / Math.max(asked, SOON));
  const reading = {
    cores: host.cores,
    others: others.cores * speed,
    memoryTotalMiB: host.memoryMiB,
    memoryAvailableMiB: host.memoryMiB - others.memoryMiB - resident,
    residentMiB,
  };
  return { reading, speed };
}

/** Below this no schedule gets: seconds of the longest job, and of all the work where every core is always busy. */
export function lowerBound(jobs: readonly Pick<Job, 'seconds' | 'needs'>[], cores: number): number {
  const longest = Math.max(0, ...jobs.map(({ seconds }) => seconds));
  const work = jobs.reduce((sum, { seconds, needs }) => sum + seconds * needs.cores, 0);
  return Math.max(longest, work / cores);
}

/** The longest first: then what ends last is short. */
export function longestFirst<J extends Pick<Job, 'seconds'>>(jobs: readonly J[]): J[] {
  return jobs.toSorted((a, b) => b.seconds - a.seconds);
}
