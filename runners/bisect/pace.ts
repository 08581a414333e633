import type { StepEnded } from './record.ts';

/** How long one test more will probably take. */
export interface Pace {
  see(step: Pick<StepEnded, 'purpose' | 'seconds'>): void;
  /** Of one builder; 0 where nothing was tested yet. */
  seconds(): number;
}

/**
 * The mean of the tests so far. Of the ends only the quicker one counts: the other is mostly a whole kernel, compiled from nothing,
 * and what lies between the ends goes on from what they left.
 */
export function paceOf(): Pace {
  const ends: number[] = [];
  const between: number[] = [];
  return {
    see: ({ purpose, seconds }) => void (purpose === 'endpoint' ? ends : between).push(seconds),
    seconds() {
      const counted = [...between, ...(ends.length > 0 ? [Math.min(...ends)] : [])];
      return counted.reduce((sum, each) => sum + each, 0) / Math.max(1, counted.length);
    },
  };
}
