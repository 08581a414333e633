import { StubMatrixError } from '../../runners/errors.ts';
import type { Reason } from '../../runners/events/event.ts';

/** Whose fault it was that a check did not pass, and why. */
export interface Problem {
  readonly status: 'failed' | 'error';
  readonly reason: Reason;
}

/** When cleaning up fails as well, what was thrown first is what counts. */
function first(thrown: unknown): unknown {
  return thrown instanceof SuppressedError ? first(thrown.suppressed) : thrown;
}

const isAssertion = (error: unknown): error is Error =>
  error instanceof Error && error.name.startsWith('AssertionError');

/** Translates anything thrown: the guest's fault and a wrong expectation are failures, all the rest is an error of ours. */
export function classify(thrown: unknown): Problem {
  const error = first(thrown);
  if (error instanceof StubMatrixError) {
    const { fault, code, message, hint, command, evidence, stack } = error;
    const reason: Reason = { code, message, hint, command, evidence };
    if (fault === 'guest') return { status: 'failed', reason };
    return { status: 'error', reason: { ...reason, stack, ...(fault === 'usage' ? { fault } : {}) } };
  }
  if (isAssertion(error)) {
    return { status: 'failed', reason: { code: 'assertion', message: error.message, stack: error.stack } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { status: 'error', reason: { code: 'bug', message, stack: error instanceof Error ? error.stack : undefined } };
}
