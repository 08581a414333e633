import { readFileSync } from 'node:fs';
import { availableParallelism, getPriority, loadavg } from 'node:os';
import { type ProcessStat, withDescendants } from './processes.ts';
import { parseMeminfo } from './resources.ts';

/** The processors of the whole host, as /proc/stat tells of them. */
export interface HostCpu {
  /** How many there are. */
  readonly cores: number;
  /** What they have computed since boot, for whomever. */
  readonly busySeconds: number;
  /** Of that, for programs that give way to others (nice). */
  readonly niceSeconds: number;
}

/** In which the kernel tells times. */
const TICKS_PER_SECOND = 100;

/** Over how many seconds the load of others is averaged: what comes and goes within a few is none. */
const MEMORY = 10;

/** Seconds between two moments that make a measurement: the kernel counts in hundredths. */
const SHORTEST = 0.1;

/** Of the first row: user and nice, which hold the guests' share, system, irq, softirq, and what other virtual machines took. */
const BUSY = [0, 1, 2, 5, 6, 7];
const NICE = 1;

export function parseHostCpu(text: string): HostCpu {
  const times = /^cpu +(.+)$/m.exec(text)?.[1]?.split(' ').map(Number) ?? [];
  const ticks = BUSY.reduce((sum, column) => sum + (times[column] ?? 0), 0);
  const cores = text.match(/^cpu\d/gm)?.length ?? 1;
  return { cores, busySeconds: ticks / TICKS_PER_SECOND, niceSeconds: (times[NICE] ?? 0) / TICKS_PER_SECOND };
}

export const hostCpu = (): HostCpu => parseHostCpu(readFileSync('/proc/stat', 'utf8'));

/** Total, and what can be taken without swapping; both within the limit of our control group. In MiB. */
export function hostMemory(): { readonly totalMiB: number; readonly availableMiB: number } {
  const memory = parseMeminfo(readFileSync('/proc/meminfo', 'utf8'));
  const [total = 0, available = 0] = [memory.get('MemTotal'), memory.get('MemAvailable')];
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const within = (bytes: number, bound: number) => Math.floor(Math.min(bytes, bound) / 2 ** 20);
  return { totalMiB: within(total, limit), availableMiB: within(available, process.availableMemory()) };
}

/** What was counted at a moment: seconds since boot of one, of computing the others. */
export interface Sample {
  readonly at: number;
  readonly busySeconds: number;
  readonly ownSeconds: number;
}

/**
 * What counts of what a host has computed, for a program of this niceness: what gives way to it takes nothing from it.
 *
 * @param niceness from -20 to 19; of who gives way himself, others that do are in the way.
 */
export function inTheWay({ busySeconds, niceSeconds }: HostCpu, niceness: number): number {
  return niceness > 0 ? busySeconds : busySeconds - niceSeconds;
}

/** How many cores the processes of others kept busy between two moments. */
export function othersBetween(before: Sample, after: Sample): number {
  const busy = after.busySeconds - before.busySeconds;
  const own = after.ownSeconds - before.ownSeconds;
  return Math.max(0, (busy - own) / (after.at - before.at));
}

/** What we and all that we started have computed so far, those of them that have ended included. */
export function ownSeconds(table: ReadonlyMap<number, ProcessStat>, pid = process.pid): number {
  const family = withDescendants([pid], table).map((each) => table.get(each));
  return family.reduce((sum, each) => sum + (each ? each.cpuSeconds + each.childrenSeconds : 0), 0);
}

/** How many cores others keep busy, of those that this process may use. */
export class OthersLoad {
  /** Before the first measurement, the kernel's word: runnable processes in the mean over the last minute. */
  #others = loadavg()[0] ?? 0;
  #measured = false;
  #hostCores = 0;
  #last: Sample | undefined;

  /** Looks again. The first look only begins to measure. */
  sample(table: ReadonlyMap<number, ProcessStat>, at = performance.now() / 1000): void {
    const before = this.#last;
    if (before && at - before.at < SHORTEST) return;
    const host = hostCpu();
    const sample = { at, busySeconds: inTheWay(host, getPriority()), ownSeconds: ownSeconds(table) };
    this.#hostCores = host.cores;
    this.#last = sample;
    if (!before) return;
    const weight = this.#measured ? 1 - Math.exp((before.at - at) / MEMORY) : 1;
    this.#others += (othersBetween(before, sample) - this.#others) * weight;
    this.#measured = true;
  }

  /** The cores that we may not use are the first that others do. */
  get cores(): number {
    return Math.max(0, this.#others - Math.max(0, this.#hostCores - availableParallelism()));
  }
}
