import { type AttemptResult, type CheckResult, firstProblem } from '../../reports/fold.ts';
import type { Status } from '../../runners/events/event.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import { OUTDATED } from './known.ts';

/** Whether a cell is to be attempted once more, and because of what; where it is not, only what a reader would not expect. */
export type Decision =
  | { readonly again: true; readonly because: string }
  | { readonly again: false; readonly because?: string };

/** How often a cell is run: `retries` more times at most after failures, or `repeat` times whatever comes. */
export type Wish = Pick<RunOptions, 'retries' | 'repeat'>;

interface Rule {
  readonly retried: boolean;
  /** The same fault twice in a row is no flake: more attempts would only cost time. */
  readonly unlessSame?: true;
}

/**
 * A guest's failure may be chance, until it comes back unchanged. An error is the host's, or ours: what it says of the next
 * attempt nobody knows. A known failure is what was expected.
 */
const RULES: Readonly<Record<Status, Rule>> = {
  failed: { retried: true, unlessSame: true },
  error: { retried: true },
  known: { retried: false },
  passed: { retried: false },
  skipped: { retried: false },
};

/** Codes of what no further attempt would change. What was typed (`fault`: usage) is as final. */
const FINAL: ReadonlySet<string> = new Set([OUTDATED]);

const words: Partial<Record<Status, string>> = { failed: 'failed', error: 'could not tell' };

/**
 * Decides after an attempt, from those that have come to their end: the same whether they are of this sitting or were read from
 * the record of a run that was broken off. Pure.
 *
 * @param finished one at least
 */
export function anotherAttempt(finished: readonly AttemptResult[], { retries = 0, repeat }: Wish): Decision {
  const last = finished.at(-1);
  if (!last) return { again: true, because: '' };
  if (!last.finished) return { again: false };
  if (repeat !== undefined) {
    if (finished.length >= repeat) return { again: false };
    return { again: true, because: `${finished.length} of ${repeat} times done` };
  }
  const { retried, unlessSame } = RULES[last.status];
  const problem = firstProblem(last);
  const { code = '', fault } = problem?.reason ?? {};
  if (!retried || !problem || FINAL.has(code) || fault === 'usage') return { again: false };
  const before = finished.at(-2);
  const said = `attempt ${last.attempt} ${words[last.status]} at "${problem.check}" [${code}]`;
  if (unlessSame && before && isSame(before, last)) {
    return { again: false, because: `${said} as attempt ${before.attempt} did: this is no flake` };
  }
  return finished.length <= retries ? { again: true, because: said } : { again: false };
}

/** Whether two attempts failed in the same way: by their diagnoses or, where nobody made any, in the same words. */
function isSame(one: AttemptResult, other: AttemptResult): boolean {
  if (one.status !== other.status) return false;
  if (one.diagnosis && other.diagnosis) return one.diagnosis.signature === other.diagnosis.signature;
  const [a, b] = [firstProblem(one), firstProblem(other)];
  return a !== undefined && b !== undefined && saidBy(a) === saidBy(b);
}

const saidBy = ({ check, reason }: CheckResult) => JSON.stringify([check, reason?.code, masked(reason?.message ?? '')]);

/** Without what differs each time: numbers, addresses, times, what this run alone is called by. */
export function masked(text: string): string {
  return text.replaceAll(/\b(?:0x)?[0-9a-f]*\d[0-9a-f]*(?:[-:.][0-9a-f]*\d[0-9a-f]*)*\b/gi, '#');
}
