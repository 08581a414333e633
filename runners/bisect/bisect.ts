import { measureRates, requireEnds } from './ends.ts';
import type { Bench } from './judge.ts';
import type { Difference } from './kconfig/space.ts';
import type { Stamped } from './record.ts';
import { bitsOf, membersOf, minus, nameOf } from './search/bits.ts';
import type { Claim } from './search/certificate.ts';
import type { Verdict } from './search/evidence.ts';
import { type Found, search } from './search/search.ts';
import { openSession, type Session, type Task } from './session.ts';
import { doubt } from './trials.ts';

/** An option of the answer. */
export interface Culprit extends Difference {
  /** Options that cannot be changed without it nor it without them. */
  readonly oneWith: readonly string[];
}

/** A smallest set of options that breaks. */
export interface Minimal {
  readonly options: readonly Culprit[];
  /** Options that Kconfig changes along with these. */
  readonly along: readonly string[];
}

/** A part of the proof, as it came out. */
export interface Proven extends Pick<Claim, 'role' | 'expected'> {
  /** Which of the minimal sets it is about, from 0; of all together where absent. */
  readonly term?: number;
  readonly verdict: Verdict | undefined;
  readonly digest: string | undefined;
}

export interface Bisection {
  /** Each is enough to break; together all there is where `complete`. */
  readonly minimal: readonly Minimal[];
  readonly proof: readonly Proven[];
  /** Whether every part of the proof came out as it must. */
  readonly proven: boolean;
  /** Whether it is also proven that nothing else breaks. */
  readonly complete: boolean;
  /** That every verdict of the proof is right, from 0 to 1; 1 where trials are taken to be certain. */
  readonly confidence: number;
  /** Sets that pass although a part of them fails. */
  readonly healed: number;
  readonly differences: readonly Difference[];
  readonly counts: {
    readonly rounds: number;
    readonly tests: number;
    readonly builds: number;
    readonly trials: number;
  };
}

/**
 * Finds which differences between a good and a bad configuration break, all minimal sets of them, with a proof. Goes on from what
 * a record of the same task says, without asking anything twice.
 *
 * @throws UsageError `endpoints-alike`, `good-fails`, `bad-passes`, `another-bisection`; HarnessError `endpoint-unresolved`
 */
export async function bisect(task: Task, bench: Bench, recorded: readonly Stamped[] = []): Promise<Bisection> {
  const session = await openSession(task, bench, recorded);
  if (task.flaky) await measureRates(session);
  await requireEnds(session);
  const { lattice, efforts, trees, ask, remembered, onRound } = session;
  const { seed = 1 } = task;
  const options = { builders: bench.builders.length, seed, efforts, trees: trees(), remembered, onRound };
  const result = resultOf(await search(lattice, ask, options), session);
  const terms = result.minimal.map(({ options: culprits }) => culprits.map(({ name }) => name));
  if (!recorded.some(({ type }) => type === 'ended')) {
    bench.emit({ type: 'ended', terms, confidence: result.confidence });
  }
  return result;
}

function resultOf(
  { terms, claims, unproven, complete, rounds, evidence, lattice }: Found,
  { space, judge, digestOf, tally }: Session,
): Bisection {
  const nameAt = (step: number) => space.differences[step]?.name ?? '';
  const minimal = terms.map((term): Minimal => {
    const options = term.flatMap((step) => {
      const difference = space.differences[step];
      const oneWith = lattice.decision(step).filter((other) => other !== step);
      return difference ? [{ ...difference, oneWith: oneWith.map(nameAt) }] : [];
    });
    const named = bitsOf(
      lattice.size,
      term.flatMap((step) => lattice.decision(step)),
    );
    const along = membersOf(minus(lattice.close(named), named)).map(nameAt);
    return { options, along };
  });
  const proof = claims.map(({ set, role, expected, term }): Proven => {
    const [verdict, digest] = [evidence.tested.get(nameOf(set)), digestOf(set)];
    return { role, expected, ...(term === undefined ? {} : { term }), verdict, digest };
  });
  const sets = [bitsOf(lattice.size, []), lattice.all, ...claims.map(({ set }) => set)];
  // Each wrong verdict is a chance of its own to be mistaken.
  const confidence = sets.reduce((sure, set) => {
    const counts = judge.countsOf(digestOf(set) ?? '');
    return sure * counts.reduce((product, each) => product * (1 - doubt(each, judge.rates())), 1);
  }, 1);
  const { tests, builds, trials } = tally();
  const counts = { rounds, tests, builds, trials };
  const { healed } = evidence;
  const { differences } = space;
  return { minimal, proof, proven: unproven.length === 0, complete, confidence, healed, differences, counts };
}
