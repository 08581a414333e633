import { median } from '../history/experience.ts';
import type { CellRow } from '../history/rows.ts';

/** Runs from which on a cell's own spread is believed. */
const ENOUGH = 5;
/** What a median of absolute deviations has to be multiplied by to be a standard deviation, where noise is normal. */
const NORMAL = 1.4826;

/** Seconds that never mean anything. */
export const LEAST = 2;

/** How much a duration may differ without meaning anything, in seconds. */
export interface Noise {
  readonly seconds: number;
  /** Runs that this was seen in; 0 where it is a guess. */
  readonly runs: number;
}

/**
 * By how many seconds a phase of a cell differs from night to night: three standard deviations, of which an outlier makes none
 * larger; at least a tenth and `LEAST`. Where there are too few runs, a quarter and five seconds.
 *
 * @param before what it took this time, which is all there is to guess from without a history.
 */
export function noiseOf(phase: string, before: number, rows: readonly CellRow[]): Noise {
  const seen = rows.filter(({ status }) => status === 'passed').flatMap(({ phases }) => phases[phase] ?? []);
  const middle = median(seen);
  if (middle === undefined || seen.length < ENOUGH) return { seconds: Math.max(before / 4, 5), runs: 0 };
  const spread = median(seen.map((each) => Math.abs(each - middle))) ?? 0;
  return { seconds: Math.max(3 * NORMAL * spread, middle / 10, LEAST), runs: seen.length };
}
