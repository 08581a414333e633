/**
 * Whether QEMU can run its guest at all: it `runs`; a signal has `stopped` its process; it keeps the guest `paused`, as it does
 * where the host's disk is full; or it is `deaf`, which runs but answers nothing.
 */
export type Hold = 'runs' | 'stopped' | 'paused' | 'deaf';

/** What a guest has done so far, looked at from outside. All but `at` and `hold` only ever grow. */
export interface Sample {
  /** In seconds, by a clock that only goes forward. */
  readonly at: number;
  readonly hold: Hold;
  /** Letters on its console. */
  readonly letters: number;
  /** Bytes of its disks and of the folders shared with it. */
  readonly read: number;
  readonly written: number;
  /** CPU seconds that its virtual CPUs got, all together. */
  readonly ran: number;
  /** Seconds in which they had something to do and got no core of the host. */
  readonly waited: number;
}

/** Seconds. The runner itself may have been kept from looking, and then nobody knows what there was to see in between. */
const LONGEST_GAP = 15;

/** For each sample, the seconds since the first in which the guest could have done something. */
export function givenTimes(samples: readonly Sample[]): number[] {
  let sum = 0;
  return samples.map((sample, index) => {
    const before = samples[index - 1];
    if (before?.hold === 'runs' && sample.hold === 'runs') sum += Math.min(LONGEST_GAP, sample.at - before.at);
    return sum;
  });
}

/** Over which time the host's weight is measured, in seconds. */
const RECENT = 60;

/** However heavy the others weigh. */
const SLOWEST = 10;

/**
 * How many times longer than on a host of its own a guest takes at present, by what its virtual CPUs wanted and what they got:
 * from 1, on a host that is free, to 10.
 */
export function slowness(samples: readonly Sample[]): number {
  const last = samples.at(-1);
  const first = last && samples.find(({ at }) => at >= last.at - RECENT);
  if (!first || first === last) return 1;
  const ran = last.ran - first.ran;
  const waited = last.waited - first.waited;
  // Of a guest that wanted next to nothing, nothing can be told.
  if (ran + waited < (last.at - first.at) / 10) return 1;
  return Math.min(SLOWEST, (ran + waited) / Math.max(ran, 1e-3));
}
