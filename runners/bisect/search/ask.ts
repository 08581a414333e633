import type { Bits } from './bits.ts';
import type { Claim } from './certificate.ts';
import type { Verdict } from './evidence.ts';
import type { Rule } from './lattice.ts';

/** A set of steps whose verdict is wanted, and what for. */
export interface Wanted {
  readonly set: Bits;
  readonly purpose: 'endpoint' | 'search' | Claim['role'];
}

/** What a test came to. */
export interface Outcome {
  /** The steps that the tested configuration really has made: Kconfig may have dropped some, or added some. */
  readonly set: Bits;
  readonly verdict: Verdict;
  /** What was learnt of the rules on the way. */
  readonly rules?: readonly Rule[];
  /** In which of the trees it was compiled; in none where it lay in the store. */
  readonly tree?: number | undefined;
}

/** Tests some sets, side by side; outcomes in the order of the sets. */
export type Ask = (wanted: readonly Wanted[]) => Promise<readonly Outcome[]>;
