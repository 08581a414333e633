import { HarnessError, UsageError } from '../errors.ts';
import type { Judgement } from './judge.ts';
import type { Session } from './session.ts';
import { knowsBadEnd, knowsGoodEnd, ratesOf } from './trials.ts';

/**
 * Both ends, before anything else: a search between ends that do not differ finds something, and it is nothing.
 *
 * @throws UsageError `good-fails`, `bad-passes`, naming the end that is wrong; HarnessError `endpoint-unresolved`
 */
export async function requireEnds(session: Session): Promise<void> {
  const [good, bad] = await session.ends(['good', 'bad']);
  requireVerdict('good', good);
  requireVerdict('bad', bad);
  if (good?.verdict !== 'pass') throw wrong('good', bad?.verdict === 'pass');
  if (bad?.verdict !== 'fail') throw wrong('bad', false);
}

/** Only that the end passes that everything starts from. */
export async function requireGood(session: Session): Promise<void> {
  const [good] = await session.ends(['good']);
  requireVerdict('good', good);
  if (good?.verdict !== 'pass') throw wrong('good', false);
}

/**
 * Tries both ends often enough to know how often each fails, unless the record says it.
 *
 * @throws UsageError `endpoints-alike` where they fail about as often as each other
 */
export async function measureRates({ judge, space, book, bench }: Session): Promise<void> {
  if (book.rates) return;
  const bad = await judge.sample(space.bad, knowsBadEnd);
  const good = await judge.sample(space.good, knowsGoodEnd);
  // One that never fails is refused with its verdict.
  if (bad.fail === 0 || good.pass === 0) return;
  const rates = ratesOf(good, bad);
  if (rates.bad <= 2 * rates.good) throw alike(rates.good, rates.bad);
  judge.trust(rates);
  bench.emit({ type: 'rates', rates });
}

function requireVerdict(end: 'good' | 'bad', judgement: Judgement | undefined): void {
  if (judgement?.verdict !== 'unresolved') return;
  throw new HarnessError({
    code: 'endpoint-unresolved',
    message: `the ${end} configuration cannot be judged: ${judgement.because ?? 'it came to no verdict'}; nothing was searched`,
    hint: 'where one configuration may pass now and fail then, --flaky repeats its tests',
  });
}

function wrong(end: 'good' | 'bad', exchanged: boolean): UsageError {
  const verdict = end === 'good' ? 'fails' : 'passes';
  return new UsageError({
    code: `${end}-${verdict}`,
    message: exchanged
      ? 'the good configuration fails and the bad one passes: they are exchanged; nothing was searched'
      : `the ${end} configuration ${verdict}; nothing was searched`,
    hint: exchanged
      ? 'exchange --good and --bad'
      : `give a configuration that ${end === 'good' ? 'passes' : 'fails'} as --${end}`,
  });
}

function alike(good: number, bad: number): UsageError {
  const percent = (rate: number) => `${Math.round(100 * rate)} %`;
  return new UsageError({
    code: 'endpoints-alike',
    message: `the good configuration fails in about ${percent(good)} of all trials and the bad one in ${percent(bad)}: too near to be told apart`,
  });
}
