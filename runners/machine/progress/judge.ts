import type { Repeats } from './repeats.ts';
import { givenTimes, type Hold, type Sample } from './sample.ts';

/** How long a guest may go without a sign of progress. None of them is a time by which something has to be done. */
export interface Limits {
  /** Seconds in which nothing moves: no word, no disk, next to no CPU. It waits for what does not come. */
  readonly still: number;
  /** CPU seconds that it got since its last word and its last disk access. It works on what has no end. */
  readonly spin: number;
  /** Seconds in which it says only what it said before. */
  readonly loop: number;
  /** Seconds for which QEMU may be kept from running it, before that is the reason of whatever does not come. */
  readonly held: number;
}

/** What moves of a guest, and since when it does not. */
export interface Standstill {
  /** In seconds, of those in which it could have run. */
  readonly seconds: number;
  /** Since the last word on the console or the last disk access worth the name. */
  readonly quiet: number;
  /** Bytes of disk access since then. */
  readonly bytes: number;
  /** CPU seconds it got since then. */
  readonly cpu: number;
}

export type Verdict =
  | { readonly kind: 'working' }
  | ({ readonly kind: 'hung' | 'spinning' } & Standstill)
  | { readonly kind: 'looping'; readonly seconds: number; readonly repeats: Repeats }
  /** Not the guest's doing: for so many seconds QEMU has not been able to run it. */
  | { readonly kind: 'held'; readonly seconds: number; readonly hold: Exclude<Hold, 'runs'> };

/** A guest at its prompt needs about a hundredth of a core, emulated thrice that; one with something to do, most of one. */
const IDLE = 0.1;

/** An idle system writes its journal now and then, and its filesystem a record every half minute. In bytes. */
const WORTH_THE_NAME = 256 * 1024;

/** Who writes that much while repeating himself is getting on: a download of which each line tells only the size. In bytes. */
const GETTING_ON = 16 * 2 ** 20;

/**
 * Whether a guest gets on, by what was seen of it since the wait for it began. Only time in which QEMU could run counts, only
 * CPU that the guest got, and a guest that wants a core and does not get one is not idle: a slow host makes nobody hang.
 */
export function judge(samples: readonly Sample[], repeats: Repeats | undefined, limits: Limits): Verdict {
  const last = samples.at(-1);
  if (last === undefined) return { kind: 'working' };
  if (last.hold !== 'runs') {
    const seconds = last.at - (samples[lastRun(samples, last) + 1]?.at ?? last.at);
    return seconds < limits.held ? { kind: 'working' } : { kind: 'held', seconds, hold: last.hold };
  }
  const given = givenTimes(samples);
  const end = given.at(-1) ?? 0;
  const ago = (index: number) => end - (given[index] ?? 0);

  if (repeats) {
    const began = samples.findIndex(({ at }) => at >= repeats.since);
    const seconds = began < 0 ? 0 : ago(began);
    const written = last.written - (samples[began]?.written ?? 0);
    if (seconds >= limits.loop && written < GETTING_ON) return { kind: 'looping', seconds, repeats };
  }

  const quietFrom = Math.max(lastWord(samples, last), lastAccess(samples, last));
  const sign = samples[quietFrom] ?? last;
  const quiet = ago(quietFrom);
  const cpu = last.ran - sign.ran;
  const standstill = { quiet, bytes: bytes(last) - bytes(sign), cpu };
  const from = given.findLastIndex((time) => end - time >= limits.still);
  const then = samples[from];
  if (then && from >= quietFrom) {
    const seconds = ago(from);
    const wanted = last.ran + last.waited - then.ran - then.waited;
    if (wanted < IDLE * seconds) return { kind: 'hung', seconds, ...standstill };
  }
  return cpu >= limits.spin ? { kind: 'spinning', seconds: quiet, ...standstill } : { kind: 'working' };
}

const bytes = ({ read, written }: Sample) => read + written;

/**
 * The index of the last sample behind which QEMU has not run its guest. One that is stopped and let go on many times a second
 * may be found stopped whenever somebody looks, and runs all the same. A deaf one's CPUs may run, and nothing comes of it.
 */
function lastRun(samples: readonly Sample[], last: Sample): number {
  const ranSince = ({ ran }: Sample) => last.hold !== 'deaf' && last.ran > ran;
  return samples.findLastIndex((sample) => sample.hold === 'runs' || ranSince(sample));
}

/** The index of the first sample that has the last word of the console. */
function lastWord(samples: readonly Sample[], last: Sample): number {
  return samples.findLastIndex(({ letters }) => letters < last.letters) + 1;
}

/** The index of the sample behind which too little was read and written to mean anything. */
function lastAccess(samples: readonly Sample[], last: Sample): number {
  return samples.findLastIndex((sample) => bytes(last) - bytes(sample) >= WORTH_THE_NAME) + 1;
}
