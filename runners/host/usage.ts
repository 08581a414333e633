import { memoryOf, type ProcessStat, statOf, withDescendants } from './processes.ts';

/** What was taken by a number of processes and all that they started, as far as it was looked at. */
export class Usage {
  readonly #roots = new Set<number>();
  /** The last known family. */
  #family: readonly number[] = [];
  /** By pid and start: the kernel hands out pids again. */
  readonly #seconds = new Map<string, number>();
  /** What they hold together, when it was looked at last. */
  residentMiB = 0;
  peakMemoryMiB = 0;

  add(pid: number): void {
    this.#roots.add(pid);
    this.#family = [...this.#family, pid];
  }

  get cpuSeconds(): number {
    return [...this.#seconds.values()].reduce((sum, each) => sum + each, 0);
  }

  /** @param table finds those that were started since; without it, only those known are looked at. */
  sample(table?: ReadonlyMap<number, ProcessStat>): void {
    if (table) this.#family = withDescendants(this.#roots, table);
    let own = 0;
    let shared = 0;
    for (const pid of this.#family) {
      const stat = statOf(pid);
      if (!stat) continue;
      this.#seconds.set(`${pid} ${stat.startTime}`, stat.cpuSeconds);
      const { ownMiB, sharedMiB } = memoryOf(pid);
      own += ownMiB;
      // What one of them shares, all of them share: the guest's memory, with what serves its root.
      shared = Math.max(shared, sharedMiB);
    }
    this.residentMiB = own + shared;
    this.peakMemoryMiB = Math.max(this.peakMemoryMiB, this.residentMiB);
  }
}
