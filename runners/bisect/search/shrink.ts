import type { Wanted } from './ask.ts';
import { type Bits, membersOf, nameOf, sizeOf } from './bits.ts';
import { type Claim, claimsOf } from './certificate.ts';
import type { Evidence } from './evidence.ts';
import type { Lattice } from './lattice.ts';

export interface Shrinking {
  readonly lattice: Lattice;
  readonly evidence: () => Evidence;
  readonly test: (wanted: readonly Wanted[]) => Promise<void>;
  readonly builders: number;
}

/**
 * What is left where verdicts cannot be explained: many sets cannot be tested, or steps heal what others break. Takes the smallest
 * set that was seen to fail and leaves out ever smaller parts of it for as long as it fails without one (Zeller's ddmin, parts
 * side by side). In the end it fails without none of its steps: 1-minimal among what can be tested.
 */
export async function shrink({ lattice, evidence, test, builders }: Shrinking) {
  let current = smallestFailing(evidence()) ?? lattice.all;
  let rounds = 0;
  let parts = 2;
  for (;;) {
    const steps = membersOf(current);
    const smaller = piecesOf(steps, Math.min(parts, steps.length))
      .flatMap((piece) => lattice.without(current, piece) ?? [])
      .filter((set) => sizeOf(set) < steps.length);
    const fails = (set: Bits) => evidence().tested.get(nameOf(set)) === 'fail';
    const asked = new Set<string>();
    for (;;) {
      const unknown = smaller.filter((set) => !evidence().tested.has(nameOf(set)) && !asked.has(nameOf(set)));
      if (smaller.some(fails) || unknown.length === 0) break;
      const wanted = unknown.slice(0, builders);
      for (const set of wanted) asked.add(nameOf(set));
      rounds += 1;
      await test(wanted.map((set) => ({ set, purpose: 'search' })));
    }
    const next = smaller.find(fails);
    if (next) {
      current = next;
      parts = Math.max(2, parts - 1);
    } else if (parts >= steps.length) break;
    else parts *= 2;
  }
  const terms = [lattice.generators(membersOf(current))];
  const claims = claimsOf({ terms }, lattice).map(
    (claim): Claim => (claim.role === 'breaks' ? { ...claim, set: current } : claim),
  );
  const untested = claims.filter(({ set }) => !evidence().tested.has(nameOf(set)));
  for (let at = 0; at < untested.length; at += builders) {
    rounds += 1;
    await test(untested.slice(at, at + builders).map(({ set, role }) => ({ set, purpose: role })));
  }
  return { terms, claims, rounds };
}

function smallestFailing({ tested, fails }: Evidence): Bits | undefined {
  const seen = fails.filter((set) => tested.get(nameOf(set)) === 'fail');
  return seen.toSorted((a, b) => sizeOf(a) - sizeOf(b))[0];
}

function piecesOf(steps: readonly number[], count: number): number[][] {
  const width = Math.ceil(steps.length / count);
  return Array.from({ length: Math.ceil(steps.length / width) }, (_, at) => steps.slice(at * width, (at + 1) * width));
}
