import { DEPTH, type Decision, decide } from './decide.ts';
import { changesAt, type Job, type Running, type Stage } from './job.ts';
import type { Limits, Reading } from './room.ts';

/**
 * The jobs that wait and run. Knows no clock and reads nothing: both enter with each call, in seconds and as a reading.
 * What drives it, be it the run or the simulation, tells what has happened and does what `next` says.
 */
export class Schedule {
  readonly #limits: Limits;
  /** The first of those that wait, as many as a decision looks at; the others stand behind `#at`. */
  readonly #first: Job[] = [];
  readonly #others: Job[] = [];
  #at = 0;
  readonly #running = new Map<string, Running>();
  readonly #made = new Set<string>();
  #idleSince: number;

  /** @param now when there is nothing to do yet */
  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    this.#idleSince = now;
  }

  /** From now on it waits for its turn, behind those that were added before. */
  add(job: Job): void {
    (this.#first.length < DEPTH ? this.#first : this.#others).push(job);
  }

  /** How many. */
  get waiting(): number {
    return this.#first.length + this.#others.length - this.#at;
  }

  /** In the order in which they were started. */
  get running(): Iterable<Running> {
    return this.#running.values();
  }

  /** What is to be done now; to this schedule it is done. */
  next(now: number, reading: Reading): Decision {
    const waiting = this.#first;
    const running = [...this.#running.values()];
    const [made, idleSince, limits] = [this.#made, this.#idleSince, this.#limits];
    const decision = decide({ now, waiting, running, made, reading, limits, idleSince });
    for (const { job, making } of decision.start) {
      this.#leave(job);
      const end = now + job.seconds;
      this.#running.set(job.id, { job, stage: 'preparing', since: now, stageSince: now, end, making });
    }
    for (const id of decision.boot) this.#enter(id, 'early', now);
    return decision;
  }

  /** What a job had to make is made, or is not: the next that needs it will try. */
  prepared(id: string, ok: boolean): void {
    const running = this.#running.get(id);
    if (!running) return;
    if (ok) for (const name of running.making) this.#made.add(name);
    this.#running.set(id, { ...running, making: [] });
  }

  /** Its guest could start; `next` says when it may. */
  asksTurn(id: string, now: number): void {
    this.#enter(id, 'turn', now);
  }

  /** Its guest is past its early boot, or gone. */
  settled(id: string, now: number): void {
    this.#enter(id, 'steady', now);
  }

  /** How long it is expected to take in all, by what it knows now. */
  expects(id: string, seconds: number): void {
    const running = this.#running.get(id);
    if (running) this.#running.set(id, { ...running, end: running.since + seconds });
  }

  ended(id: string, now: number): void {
    this.#running.delete(id);
    if (this.#running.size === 0) this.#idleSince = now;
  }

  /** When `next` may say something else though nothing happens; none where it will not. */
  get changesAt(): number {
    return Math.min(...[...this.#running.values()].map(changesAt));
  }

  #leave(job: Job): void {
    this.#first.splice(this.#first.indexOf(job), 1);
    const next = this.#others[this.#at];
    if (!next) return;
    this.#first.push(next);
    this.#at += 1;
  }

  #enter(id: string, stage: Stage, now: number): void {
    const running = this.#running.get(id);
    if (running) this.#running.set(id, { ...running, stage, stageSince: now });
  }
}
