import type { AttemptResult, CellResult, CheckResult } from '../fold.ts';

/** What of an attempt is told again beside a verdict. */
type Attempt = Pick<AttemptResult, 'checks' | 'attachments'>;

export interface Retold {
  /** In the words of Maven Surefire: `flaky…` beside a pass, `rerun…` beside a failure that came before it. */
  readonly element: 'flakyFailure' | 'flakyError' | 'rerunFailure' | 'rerunError';
  readonly result: CheckResult;
  readonly attempt: Attempt;
}

/** What a check came to over all attempts of its cell. */
export interface Verdict {
  readonly result: CheckResult;
  /** The attempt that the result is of. */
  readonly attempt: Attempt;
  readonly retold: readonly Retold[];
}

const isBad = ({ status }: Pick<CheckResult, 'status'>) => status === 'failed' || status === 'error';

/**
 * One verdict for each check of a cell, as Surefire has it: who passes after a failure passes, with the failures beside it; who
 * fails each time has failed as it did first, with the others beside it. A check that failed and was then not reached any more
 * goes with its cell.
 */
export function verdictsOf(cell: CellResult): Verdict[] {
  // A run that was broken off between two attempts has a last word that is none of theirs.
  const attempts: readonly Attempt[] =
    cell.attempts.at(-1)?.checks === cell.checks ? cell.attempts : [...cell.attempts, cell];
  const titles = new Set(
    attempts
      .toReversed()
      .flatMap(({ checks }, index) => checks.filter((each) => index === 0 || isBad(each)).map(({ check }) => check)),
  );
  return [...titles].map((title) => {
    const told = attempts.flatMap((attempt) => {
      const result = attempt.checks.find(({ check }) => check === title);
      return result ? [{ result, attempt }] : [];
    });
    return verdictOf(told, cell, attempts.at(-1) ?? cell);
  });
}

type Told = Omit<Verdict, 'retold'>;

function verdictOf(told: readonly Told[], cell: CellResult, last: Attempt): Verdict {
  const final = told.at(-1) as Told;
  const bad = told.filter(({ result }) => isBad(result));
  const [first, ...rest] = bad;
  if (!first) return { ...final, retold: [] };
  const reached = final.attempt === last && final.result.status !== 'skipped';
  const failed = reached ? isBad(final.result) : isBad(cell);
  if (failed) return { ...first, retold: rest.map((each) => retold('rerun', each)) };
  const result: CheckResult = reached ? final.result : { ...first.result, status: 'passed' };
  return { result, attempt: final.attempt, retold: bad.map((each) => retold('flaky', each)) };
}

const retold = (kind: 'flaky' | 'rerun', { result, attempt }: Told): Retold => ({
  element: `${kind}${result.status === 'failed' ? 'Failure' : 'Error'}`,
  result,
  attempt,
});
