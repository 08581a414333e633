import { UsageError } from '../../runners/errors.ts';
import type { Reason } from '../../runners/events/event.ts';
import type { KnownFailure } from '../../runners/matrix/schema.ts';
import { suggest } from '../../runners/matrix/suggest.ts';
import type { Verdict } from './cell-run.ts';

/** Of a check that passed although matrix.yaml knows it to fail: the guest is well, the file is not. */
export const OUTDATED = 'known-failure-passed';

/**
 * The verdict on a check, now that it is known how it fails. A failure in the words that are known is `known`, until that
 * expires. One in other words, or that has expired, stays what it is, and says so. A check that passes although it is known to
 * fail is a failure: what is not taken back when it is mended would excuse the next thing that breaks. An error of ours is
 * nobody's known failure.
 *
 * @param known what is known of this check in this cell
 * @param today as in matrix.yaml, 2026-11-23
 */
export function againstKnown(verdict: Verdict, known: readonly KnownFailure[], today: string): Verdict {
  const [first] = known;
  if (!first) return verdict;
  if (verdict.status === 'passed') return outdated(first);
  if (verdict.status !== 'failed' || !verdict.reason) return verdict;
  const { reason } = verdict;
  const same = known.filter(({ signature }) => new RegExp(signature).test(reason.message));
  const excuse = same.find(({ expires }) => today <= expires);
  if (excuse) return { ...verdict, status: 'known', reason: { ...reason, ...excused(excuse, reason) } };
  const [expired] = same;
  const why = expired
    ? `this was known until ${expired.expires} (${expired.tracker}), and is known no longer`
    : `this is not what is known of the check (${first.tracker}), whose message matches /${first.signature}/`;
  return { ...verdict, reason: { ...reason, hint: reason.hint ? `${reason.hint}; ${why}` : why } };
}

function excused({ because, tracker, expires }: KnownFailure, { message }: Reason): Pick<Reason, 'code' | 'message'> {
  return { code: 'known-failure', message: `known until ${expires}: ${because} (${tracker}): ${message}` };
}

function outdated({ check, tracker, because }: KnownFailure): Verdict {
  const details = {
    code: OUTDATED,
    message: `"${check}" passes, but matrix.yaml knows it to fail: ${because} (${tracker})`,
    hint: 'take the row out of known-failures in matrix.yaml, or have its `when` mean only the cells that still fail',
  };
  return { status: 'failed', reason: details, thrown: new UsageError(details) };
}

/**
 * Sees to it that each is of a check that there is: one that is not would never be asked for.
 *
 * @throws UsageError `unknown-check` with the nearest titles
 */
export function requireChecks(known: readonly KnownFailure[], titles: readonly string[]): void {
  const stray = known.find(({ check }) => !titles.includes(check));
  if (!stray) return;
  throw new UsageError({
    code: 'unknown-check',
    message: `known-failures in matrix.yaml: there is no check "${stray.check}": ${suggest(stray.check, titles)}`,
  });
}
