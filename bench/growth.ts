export interface Measured {
  /** Of this process on its cores: what else the machine does is not in it. */
  readonly seconds: number;
  /** Growth of the heap by what the work gave back, after a collection. */
  readonly mib: number;
}

const collect = (globalThis as { gc?: () => void }).gc;

/** What was made last: alive, so that its size can be told. */
let held: unknown;

/** What a piece of work takes, the least of `times`, and how much its result holds. */
export function measure(work: () => unknown, times = 3): Measured {
  let seconds = Number.POSITIVE_INFINITY;
  let mib = 0;
  for (let round = 0; round < times; round += 1) {
    held = undefined;
    collect?.();
    const before = process.memoryUsage().heapUsed;
    const began = process.cpuUsage();
    held = work();
    const { user, system } = process.cpuUsage(began);
    seconds = Math.min(seconds, (user + system) / 1e6);
    collect?.();
    mib = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  }
  return { seconds, mib: held === undefined ? 0 : mib };
}

/**
 * A line for one piece of work over growing sizes: CPU seconds and MiB at each, and the exponent of the growth of time from the
 * first to the last, which is 1 for what is linear and 2 for what is quadratic.
 */
export function growthLine(name: string, sizes: readonly number[], measured: readonly Measured[]): string {
  const [first, last] = [measured[0], measured.at(-1)];
  const exponent =
    first && last
      ? Math.log(last.seconds / first.seconds) / Math.log((sizes.at(-1) ?? 1) / (sizes[0] ?? 1))
      : Number.NaN;
  const figures = measured
    .map(({ seconds, mib }) => `${seconds.toFixed(3)} s ${mib.toFixed(0)} MiB`.padStart(18))
    .join('');
  return `${name.padEnd(30)}${figures}   n^${exponent.toFixed(2)}`;
}

/** The line above them. */
export const growthHead = (sizes: readonly number[]): string =>
  `${''.padEnd(30)}${sizes.map((size) => String(size).padStart(18)).join('')}   time grows as`;
