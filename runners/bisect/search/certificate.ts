import { type Bits, bitsOf, nameOf } from './bits.ts';
import type { Evidence, Verdict } from './evidence.ts';
import type { Hypothesis } from './hypotheses.ts';
import type { Lattice } from './lattice.ts';

/** A test of a proof: what it must come to if the hypothesis is right. */
export interface Claim {
  readonly set: Bits;
  readonly expected: Verdict;
  /** For a person: which part of the proof it is. */
  readonly role: 'breaks' | 'heals' | 'complete' | 'minimal';
  /** Which term it is about; of `heals` and `complete` none alone. */
  readonly term?: number;
}

/** More would be asked than anybody waits for; then the proof does not say that there are no further terms. */
const MOST_CHOICES = 24;

/**
 * What has to be tested to know that a hypothesis is right and the whole of it:
 *
 * - `breaks`: good + term fails, for each term;
 * - `heals`: bad − all terms passes;
 * - `minimal`: good + term − one of its steps passes, for each step;
 * - `complete`: bad − one step of each term passes, whichever steps those are. Any further term would have to lie in one of
 *   these sets and make it fail, so all terms have been found, those too that share steps.
 *
 * Each set once, the most telling first.
 */
export function claimsOf({ terms }: Hypothesis, lattice: Lattice): Claim[] {
  const { size, all, close, without } = lattice;
  const closed = terms.map((term) => close(bitsOf(size, term)));
  const passing = (set: Bits, gone: readonly number[], role: Claim['role'], term?: number) =>
    (without(set, gone) ?? []).map(
      (left): Claim => ({ set: left, expected: 'pass', role, ...(term === undefined ? {} : { term }) }),
    );
  const claims: Claim[] = [
    ...closed.map((set, term): Claim => ({ set, expected: 'fail', role: 'breaks', term })),
    ...transversals(terms, MOST_CHOICES).flatMap((steps) => passing(all, steps, 'complete')),
    ...passing(all, terms.flat(), 'heals'),
    ...terms.flatMap((steps, term) => steps.flatMap((step) => passing(closed[term] ?? all, [step], 'minimal', term))),
  ];
  // Where two parts of a proof are one test it stands in the place of the first, and is called by the simpler name, the later.
  return [...new Map(claims.map((claim) => [nameOf(claim.set), claim])).values()];
}

/** Whether the claims look at every way to take a step of each term, and at all that is left then. */
export function isComplete({ terms }: Hypothesis, { all, without }: Lattice): boolean {
  if (ways(terms) > MOST_CHOICES) return false;
  return transversals(terms, MOST_CHOICES).every((steps) => without(all, steps) !== undefined);
}

const ways = (terms: readonly (readonly number[])[]) => terms.reduce((product, term) => product * term.length, 1);

/** The claims that were not tested yet, in the order in which they tell most. */
export const openClaims = (claims: readonly Claim[], { tested }: Evidence) =>
  claims.filter(({ set }) => !tested.has(nameOf(set)));

/** Every way to choose a step of each term, without those that choose more than another way does; none where they are too many. */
function transversals(terms: readonly (readonly number[])[], most: number): number[][] {
  if (ways(terms) > most) return [];
  let chosen: number[][] = [[]];
  for (const term of terms) {
    chosen = chosen.flatMap((steps) =>
      term.some((step) => steps.includes(step)) ? [steps] : term.map((step) => [...steps, step]),
    );
  }
  const sets = [...new Map(chosen.map((steps) => [steps.toSorted((a, b) => a - b).join(), steps])).values()];
  return sets.filter((steps) => !sets.some((other) => other !== steps && other.every((step) => steps.includes(step))));
}
