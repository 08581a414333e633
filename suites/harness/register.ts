import { aroundAll, describe, inject, test } from 'vitest';
import { cellFolder } from '../../reports/folder.ts';
import { openRecord } from '../../reports/record.ts';
import { HarnessError } from '../../runners/errors.ts';
import { openAdmission } from './admission.ts';
import { CellRun } from './cell-run.ts';
import type { CellContext, CellSuite } from './check.ts';
import { cancelChannel, type SuiteInput } from './input.ts';
import { requireChecks } from './known.ts';

/** Aborted when the main thread says so. Vitest's own cancelling would go on to the clean-up while a check still runs. */
function cancelSignal(run: string): AbortSignal {
  const controller = new AbortController();
  const channel = cancelChannel(run);
  channel.onmessage = () => controller.abort(new Error('the run was interrupted'));
  // Listening must not keep the thread alive.
  channel.unref();
  return controller.signal;
}

/** @throws HarnessError `not-started-here` when vitest was started by hand */
function suiteInput(): SuiteInput {
  const input = inject('suiteInput') as SuiteInput | undefined;
  if (input) return input;
  throw new HarnessError({
    code: 'not-started-here',
    message: 'the matrix has no plan: its suites are started by stub-matrix, not by vitest itself',
    command: './stub-matrix run',
  });
}

/**
 * Registers the suite's checks with vitest, once for each cell of the plan: cells side by side, as many as the
 * host has room for, the checks of one cell strictly one after the other.
 */
export function registerCells<C extends CellContext>(suite: CellSuite<C>): void {
  const { run, runPath, events, cells, options } = suiteInput();
  requireChecks(
    cells.flatMap(({ planned }) => planned.knownFailures),
    suite.checks.map(({ title }) => title),
  );
  const today = new Date().toISOString().slice(0, 10);
  const { emit } = openRecord(events);
  const signal = cancelSignal(run);
  const admission = openAdmission(
    cells.map(({ planned }) => planned),
    options,
    { emit, signal },
  );

  for (const { planned, rerun } of cells) {
    describe(planned.cell.id, { concurrent: true }, () => {
      let cellRun: CellRun<C>;
      aroundAll((runChecks) =>
        admission.admit(planned, async (given) => {
          const folder = cellFolder(runPath, planned.cell.id);
          cellRun = new CellRun(planned, suite, { options, folder, signal, ...given }, rerun, today);
          try {
            await runChecks();
          } finally {
            await cellRun.close();
          }
        }),
      );
      for (const check of suite.checks) {
        test(check.title, { concurrent: false }, async ({ skip }) => {
          const verdict = await cellRun.judge(check);
          if (verdict.status === 'skipped' || verdict.status === 'known') skip(verdict.reason?.message);
          if (verdict.status !== 'passed') throw verdict.thrown;
        });
      }
    });
  }
}
