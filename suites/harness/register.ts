import { aroundAll, describe, inject, test } from 'vitest';
import { openRecord } from '../../reports/record.ts';
import { HarnessError } from '../../runners/errors.ts';
import { openAdmission } from './admission.ts';
import { attemptCell, type Verdicts } from './attempts.ts';
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
 *
 * How often a cell has to be attempted is known only when it has been, and tests are registered before. So a cell's attempts are all
 * done before its tests are, and a test hands on the verdict of the attempt that counts. The cell keeps its place on the host from
 * its first attempt to its last.
 */
export function registerCells<C extends CellContext>(suite: CellSuite<C>): void {
  const { run, runPath, events, cells, options } = suiteInput();
  requireChecks(
    cells.flatMap(({ planned }) => planned.knownFailures),
    suite.checks.map(({ title }) => title),
  );
  const today = new Date().toISOString().slice(0, 10);
  const { emit } = openRecord(events);
  const given = { options, runPath, emit, signal: cancelSignal(run), today };
  const admission = openAdmission(
    cells.map(({ planned }) => planned),
    options,
    given,
  );

  for (const cell of cells) {
    describe(cell.planned.cell.id, { concurrent: true }, () => {
      let verdicts: Verdicts;
      aroundAll(async (handOn) => {
        verdicts = await admission.admit(cell.planned, (admitted) =>
          attemptCell(cell, suite, { ...given, ...admitted }),
        );
        await handOn();
      });
      for (const { title } of suite.checks) {
        test(title, { concurrent: false }, ({ skip }) => {
          const { status, reason, thrown } = verdicts.get(title) ?? {
            status: 'error',
            thrown: new Error('no verdict'),
          };
          if (status === 'skipped' || status === 'known') skip(reason?.message);
          if (status !== 'passed') throw thrown;
        });
      }
    });
  }
}
