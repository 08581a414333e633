import type { Verdict } from './search/evidence.ts';

/** How often one kernel passed and failed in one cell. */
export interface Counts {
  readonly pass: number;
  readonly fail: number;
}

/** How often a trial fails: where what is looked for is in, and where it is not. From 0 to 1. */
export interface Rates {
  readonly bad: number;
  readonly good: number;
}

/** A trial always tells the truth: one is enough. */
export const certain: Rates = { bad: 1, good: 0 };

export const noTrials: Counts = { pass: 0, fail: 0 };

/**
 * How much likelier these counts are where it fails than where it passes, as a logarithm: Wald's sequential probability ratio.
 * Infinite where one of the two cannot be.
 */
export function evidenceFor({ pass, fail }: Counts, { bad, good }: Rates): number {
  const part = (count: number, ratio: number) => (count === 0 ? 0 : count * Math.log(ratio));
  return part(fail, bad / good) + part(pass, (1 - bad) / (1 - good));
}

/** The verdict, once the counts are as clear as the error that is allowed asks for; `undefined`: another trial is needed. */
export function decide(counts: Counts, rates: Rates, error: number): Verdict | undefined {
  const ratio = evidenceFor(counts, rates);
  const threshold = Math.log((1 - error) / error);
  // Against each other two impossible things say nothing.
  if (Number.isNaN(ratio)) return 'unresolved';
  if (ratio >= threshold) return 'fail';
  return ratio <= -threshold ? 'pass' : undefined;
}

/** How likely it is that the verdict of these counts is wrong. */
export function doubt(counts: Counts, rates: Rates): number {
  return 1 / (1 + Math.exp(Math.abs(evidenceFor(counts, rates))));
}

/** How many failures of the bad end are waited for to know its rate, and after how many trials that is given up. */
const FAILURES = 6;
const PATIENCE = 60;
/** Trials of the good end before anything else. */
const PASSES = 12;
/** Two thirds of all estimates are nearer than this many standard errors. */
const CAUTION = 1;

/** Whether the bad end was tried often enough to know how often it fails; one that never does is given up. */
export const knowsBadEnd = ({ pass, fail }: Counts) => fail >= FAILURES || pass + fail >= PATIENCE;
export const knowsGoodEnd = ({ pass, fail }: Counts) => pass + fail >= PASSES;

/**
 * The rates of both ends, erring towards each other: a step that fails more seldom than the bad end was estimated to is taken for a
 * pass too soon.
 */
export function ratesOf(good: Counts, bad: Counts): Rates {
  return { bad: bound(bad, -CAUTION), good: good.fail === 0 ? 0.5 / (good.pass + 1) / 2 : bound(good, CAUTION) };
}

/** Wilson's bound of a share, so many standard errors below or above. */
function bound({ pass, fail }: Counts, errors: number): number {
  const count = pass + fail;
  const share = fail / count;
  const spread = Math.sqrt((share * (1 - share)) / count + errors ** 2 / (4 * count ** 2));
  return (share + errors ** 2 / (2 * count) + errors * spread) / (1 + errors ** 2 / count);
}
