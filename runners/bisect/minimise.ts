import { requireGood } from './ends.ts';
import type { Bench } from './judge.ts';
import type { Stamped } from './record.ts';
import { has } from './search/bits.ts';
import { heavyIn, lightestFirst } from './search/effort.ts';
import { grow } from './search/grow.ts';
import { openSession, type Task } from './session.ts';

/** Options that can all be off together, and those that have to stay. */
export interface Minimised {
  readonly off: readonly string[];
  readonly kept: readonly string[];
  readonly counts: {
    readonly rounds: number;
    readonly tests: number;
    readonly builds: number;
    readonly trials: number;
  };
}

/**
 * Makes a configuration that passes as small as it can be with everything still passing: `bad` has all off that may be tried. What
 * stays was seen to be needed, or could not be judged.
 *
 * @throws UsageError `endpoints-alike`, `good-fails`, `another-bisection`; HarnessError `endpoint-unresolved`
 */
export async function minimise(task: Task, bench: Bench, recorded: readonly Stamped[] = []): Promise<Minimised> {
  const session = await openSession(task, bench, recorded);
  await requireGood(session);
  const { lattice, ask, space, tally, efforts } = session;
  // They come last, and are in question all along.
  const heavy = efforts !== undefined && [...efforts.of.keys()].some(heavyIn(efforts));
  const { set, rounds } = await grow(lattice, ask, {
    builders: bench.builders.length,
    order: efforts && lightestFirst(efforts),
    onRound: ({ round, undecided, testsLeft }) =>
      session.onRound({
        round,
        suspects: undecided,
        alone: undecided,
        likeliest: undefined,
        share: 0,
        testsLeft,
        heavy,
      }),
  });
  const [off, kept]: [string[], string[]] = [[], []];
  for (const [step, { name }] of space.differences.entries()) (has(set, step) ? off : kept).push(name);
  if (!recorded.some(({ type }) => type === 'ended')) bench.emit({ type: 'ended', terms: [kept], confidence: 1 });
  const { tests, builds, trials } = tally();
  return { off, kept, counts: { rounds, tests, builds, trials } };
}
