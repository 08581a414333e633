import type { CellResult } from './results.ts';

/** How often something passes, from how often it did: the share, and the interval that holds the true one. */
export interface Rate {
  readonly passed: number;
  readonly of: number;
  /** Between 0 and 1, as the bounds. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Attempts of which nobody can tell; they count neither way. */
  readonly untold?: number;
}

/** The quantile of the normal distribution that leaves 2.5 % on either side. */
const Z = 1.959963984540054;

/**
 * The interval of Wilson (1927), at a confidence of 95 %. It keeps its word for few trials and for shares near 0 and 1, where the
 * textbook's p ± z·s has no width: twenty passes of twenty say "at least 84 %", not "100 %".
 *
 * @param of 1 or more
 */
export function passRate(passed: number, of: number): Rate {
  const rate = passed / of;
  const scale = 1 + Z ** 2 / of;
  const centre = (rate + Z ** 2 / (2 * of)) / scale;
  const half = (Z * Math.sqrt((rate * (1 - rate)) / of + Z ** 2 / (4 * of ** 2))) / scale;
  // At the ends the bound is exactly there; what is left of the arithmetic is noise.
  const low = passed === 0 ? 0 : centre - half;
  const high = passed === of ? 1 : centre + half;
  return { passed, of, rate, low, high };
}

/** How often a cell passed, of the attempts of which somebody can tell; undefined where there is none. */
export function rateOf({ attempts }: Pick<CellResult, 'attempts'>): Rate | undefined {
  const told = attempts.filter(({ status }) => status === 'passed' || status === 'failed' || status === 'known');
  if (told.length === 0) return undefined;
  const passed = told.filter(({ status }) => status === 'passed').length;
  return { ...passRate(passed, told.length), untold: attempts.length - told.length };
}

const percent = (share: number) => `${(share * 100).toFixed(share === 1 ? 0 : 1)} %`;

/** "passed 18 of 20: 90.0 % (95 % confidence: 69.9 % to 97.2 %)" */
export function rateText({ passed, of, rate, low, high, untold = 0 }: Rate): string {
  const more = untold > 0 ? `, and ${untold} that could not tell` : '';
  return `passed ${passed} of ${of}: ${percent(rate)} (95 % confidence: ${percent(low)} to ${percent(high)})${more}`;
}
