import { closeAttempt, openAttempt, see, worstOf } from '../../reports/attempt.ts';
import type { AttemptResult } from '../../reports/fold.ts';
import { cellFolder } from '../../reports/folder.ts';
import type { Surroundings } from '../../runners/cell/surroundings.ts';
import type { EventBody, RunEvent } from '../../runners/events/event.ts';
import { anotherAttempt, type Decision } from './again.ts';
import { CellRun, type Verdict } from './cell-run.ts';
import type { CellContext, CellSuite } from './check.ts';
import type { CellToRun } from './input.ts';
import { DISK_WORDS, diskFor, withDisk } from './retried-disk.ts';

/** By the titles of the checks. */
export type Verdicts = ReadonlyMap<string, Verdict>;

export interface AttemptsGiven extends Omit<Surroundings, 'folder'> {
  /** Absolute path of the run's folder. */
  readonly runPath: string;
  /** By which known failures expire, such as 2026-11-23. */
  readonly today: string;
}

/**
 * Runs a cell as often as it takes: once, again after a failure where that is wanted, or as many times as it is to be repeated. Each
 * attempt is the whole cell from its beginning, with its own `cell-started`, `cell-ended` and folder of evidence.
 *
 * @returns the verdicts of the attempt that speaks for the cell in the reports.
 */
export async function attemptCell<C extends CellContext>(
  cell: CellToRun,
  suite: CellSuite<C>,
  given: AttemptsGiven,
): Promise<Verdicts> {
  const { options, signal, emit } = given;
  const finished = [...(cell.finished ?? [])];
  const verdicts = new Map<AttemptResult, Verdicts>();
  let decision: Decision = { again: true, because: '' };
  // One that has not begun when the run is broken off does not: whoever closes the record says what became of it.
  while (decision.again && !signal.aborted) {
    const attempt = await attemptOnce(cell, suite, given, finished);
    finished.push(attempt.result);
    verdicts.set(attempt.result, attempt.verdicts);
    decision = attempt.decision;
  }
  if (decision.because !== undefined && !decision.again) {
    emit({ type: 'note', cell: cell.planned.cell.id, text: decision.because });
  }
  const results = [...verdicts.keys()];
  const speaking = options.repeat === undefined ? results.at(-1) : worstOf(results);
  return (speaking && verdicts.get(speaking)) ?? new Map();
}

/** @param finished the attempts before this one. */
async function attemptOnce<C extends CellContext>(
  { planned, rerun }: CellToRun,
  suite: CellSuite<C>,
  { runPath, today, ...given }: AttemptsGiven,
  finished: readonly AttemptResult[],
): Promise<{ readonly result: AttemptResult; readonly verdicts: Verdicts; readonly decision: Decision }> {
  const { id } = planned.cell;
  const attempt = finished.length + 1;
  // What decides is what stands in the record, so that a run which goes on after a crash decides the same.
  const open = openAttempt(attempt, Date.now());
  const emit = (body: EventBody) => {
    given.emit(body);
    if ('cell' in body && body.cell === id) see(open, { ...body, time: Date.now() } as RunEvent);
  };
  const options = withDisk(given.options, diskFor(given.options, finished));
  const surroundings = { ...given, options, emit, folder: cellFolder(runPath, id, attempt) };
  const run = new CellRun(planned, suite, surroundings, { rerun, today, attempt });
  const verdicts = new Map<string, Verdict>();
  for (const check of suite.checks) verdicts.set(check.title, await run.judge(check));
  return await run.close((seconds) => {
    open.seconds = seconds;
    const result = closeAttempt(open);
    const soFar = [...finished, result];
    const decision = anotherAttempt(soFar, given.options);
    const again = decision.again ? `${decision.because}${DISK_WORDS[diskFor(given.options, soFar)]}` : undefined;
    return { again, outcome: { result, verdicts, decision } };
  });
}
