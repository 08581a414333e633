import { join } from 'node:path';
import { openRecord } from '../../reports/record.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import { CellRun } from '../harness/cell-run.ts';
import type { CellContext, CellSuite } from '../harness/check.ts';

/** What a cell came to, once, as far as a single verdict goes. */
export interface Outcome {
  /** `error` is ours, and says nothing of the guest. */
  readonly status: 'passed' | 'failed' | 'error';
  /** The check that did not pass, and why. */
  readonly because?: string;
}

export interface TrialGiven {
  readonly options: RunOptions;
  /** For the evidence: absolute, exists. */
  readonly folder: string;
  /** The command that does the like again. */
  readonly rerun: string;
  readonly signal: AbortSignal;
}

/**
 * How a guest ends whose host did not let its timer run while the kernel looked at it: what is emulated has no time of its own.
 * A kernel may be the reason as well; but a search that takes a busy host for a bad kernel finds anything.
 */
const STARVED = /IO-APIC \+ timer doesn't work/;

/**
 * Takes a cell through checks until one does not pass: for who wants a verdict and no report, all that would come behind it is
 * time lost. What was seen is left in the folder, told in its `events.ndjson`.
 */
export async function tryCell<C extends CellContext>(
  planned: PlannedCell,
  suite: CellSuite<C>,
  { folder, rerun, ...given }: TrialGiven,
): Promise<Outcome> {
  using record = openRecord(join(folder, 'events.ndjson'));
  const { emit } = record;
  const today = new Date().toISOString().slice(0, 10);
  const run = new CellRun(planned, suite, { ...given, folder, emit }, { rerun, today, attempt: 1 });
  let outcome: Outcome = { status: 'passed' };
  for (const check of suite.checks) {
    const { status, reason } = await run.judge(check);
    if (status !== 'failed' && status !== 'error') continue;
    const why = reason?.message ?? status;
    outcome = { status: STARVED.test(why) ? 'error' : status, because: `${check.title}: ${why}` };
    break;
  }
  // Awaited here, where the record is still open.
  return await run.close(() => ({ outcome }));
}
