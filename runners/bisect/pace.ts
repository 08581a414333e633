import type { StepEnded } from './record.ts';

/** How long tests will probably take, by those that were. */
export interface Pace {
  see(step: Pick<StepEnded, 'purpose' | 'seconds'>): void;
  /**
   * Seconds, of so many tests by so many builders; nothing where none was seen.
   *
   * @param heavy whether an option is in question that has much of the kernel compiled again
   */
  left(tests: number, how: { readonly heavy: boolean; readonly builders: number }): number;
}

/** A test that took this part of a whole kernel was of a heavy option. */
const MUCH = 0.5;

/**
 * Each takes the mean of those before. Of the ends only the quicker one is among these: the other is mostly a whole kernel, compiled
 * from nothing, and what lies between the ends goes on from what they left. As much comes once more when heavy options are asked
 * about, which the search puts off.
 */
export function paceOf(): Pace {
  const ends: number[] = [];
  const between: number[] = [];
  return {
    see: ({ purpose, seconds }) => void (purpose === 'endpoint' ? ends : between).push(seconds),
    left(tests, { heavy, builders }) {
      if (ends.length + between.length === 0) return 0;
      const counted = [...between, ...(ends.length > 0 ? [Math.min(...ends)] : [])];
      const each = counted.reduce((sum, seconds) => sum + seconds, 0) / counted.length;
      const whole = Math.max(0, ...ends);
      const isToCome = heavy && !between.some((seconds) => seconds > MUCH * whole);
      return (each * tests) / builders + (isToCome ? whole : 0);
    },
  };
}
