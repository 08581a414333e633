import type { Reason, RunEnded, RunEvent, RunStarted } from '../runners/events/event.ts';
import { closeAttempt, isFinished, type OpenAttempt, openAttempt, see, worstOf } from './attempt.ts';
import type { AttemptResult, CellResult, CheckResult, RunResult } from './results.ts';

export { firstProblem } from './attempt.ts';
export type { AttemptResult, CellResult, CheckResult, Evidence, PhaseResult, RunResult } from './results.ts';

/** What has been heard of a cell so far. */
interface OpenCell {
  /** In order of their numbers. */
  attempts: OpenAttempt[];
  /** Is to go on, and has not begun to. */
  brokenOff: boolean;
  admitted?: CellResult['admitted'];
  expected?: number | undefined;
  rerun?: string;
  notes: string[];
}

const interrupted = (message: string): Reason => ({ code: 'interrupted', message });

/**
 * Folds a record into one result per cell, in one pass. Nothing is silently missing: a cell that was to run and did not end has
 * a check `ended` with the status `error`, one left out by the plan has `planned`, skipped. Where a run was taken up again, what
 * was then unfinished counts no more: a cell is what came of it at last.
 *
 * @param goesOn somebody is at work on the run: what has not ended is no error yet, but left out with that reason.
 */
export function foldRun(events: readonly RunEvent[], { goesOn = false } = {}): RunResult {
  let start: RunStarted | undefined;
  let end: RunEnded | undefined;
  let packages: RunResult['packages'];
  let resumed = 0;
  const notes: string[] = [];
  const skipped: CellResult[] = [];
  const cells = new Map<string, OpenCell>();
  const cellOf = (id: string) => {
    const known = cells.get(id);
    if (known) return known;
    const fresh: OpenCell = { attempts: [], brokenOff: false, notes: [] };
    cells.set(id, fresh);
    return fresh;
  };

  for (const event of events) {
    switch (event.type) {
      case 'run-started':
        start ??= event;
        break;
      case 'run-resumed':
        resumed += 1;
        end = undefined;
        for (const id of event.cells) breakOff(cellOf(id));
        break;
      case 'cell-skipped':
        skipped.push(leftOut(event));
        break;
      case 'proxy-summary':
        packages = event;
        break;
      case 'run-ended':
        end = event;
        break;
      case 'note':
        notes.push(event.cell === undefined ? event.text : `${event.cell}: ${event.text}`);
        if (event.cell !== undefined) cellOf(event.cell).notes.push(event.text);
        break;
      default:
        seeCell(cellOf(event.cell), event);
    }
  }

  const lost = end?.interrupted
    ? interrupted('the run was interrupted before this cell came to its end')
    : (end?.reason ?? interrupted('the record ends before this cell does: the runner was killed or died'));
  const expected = start?.expected?.seconds ?? {};
  const ran = (start?.cells ?? []).map((cell) => {
    const open = { expected: expected[cell.id], ...cellOf(cell.id) };
    const closed = closeCell(cell, open, lost, start?.repeat !== undefined);
    return goesOn && !closed.finished
      ? leftOut({ cell, because: 'the run goes on, and this cell has not ended' })
      : closed;
  });
  return {
    run: start?.run ?? 'unknown',
    startedAt: start?.time ?? events[0]?.time ?? 0,
    endedAt: events.at(-1)?.time ?? 0,
    properties: start?.properties ?? {},
    cells: [...ran, ...skipped],
    notes,
    packages,
    repeat: start?.repeat,
    resumed,
    interrupted: end?.interrupted ?? false,
    reason: end?.reason,
  };
}

type OfCell = Exclude<
  RunEvent,
  { type: 'run-started' | 'run-resumed' | 'cell-skipped' | 'proxy-summary' | 'run-ended' | 'note' }
>;

function seeCell(cell: OpenCell, event: OfCell): void {
  switch (event.type) {
    case 'cell-admitted': {
      const { time: at, cores, memoryMiB, basis, free } = event;
      cell.admitted = { at, cores, memoryMiB, basis, free };
      return;
    }
    case 'cell-expected':
      cell.expected = event.seconds;
      return;
    case 'cell-started': {
      const { attempt = 1, rerun } = event;
      // Begun once more, it takes the place of what it was before.
      cell.attempts = [...cell.attempts.filter((each) => each.attempt < attempt), openAttempt(attempt, event.time)];
      cell.rerun = rerun;
      cell.brokenOff = false;
    }
  }
  const last = cell.attempts.at(-1) ?? openAttempt(1, event.time);
  if (cell.attempts.length === 0) cell.attempts.push(last);
  see(last, event);
}

/** Leaves of a cell that is to be run again what had come to its own end: a failure before the interruption is not forgotten. */
function breakOff(cell: OpenCell): void {
  cell.attempts = cell.attempts.filter(isFinished);
  cell.brokenOff = true;
  delete cell.admitted;
}

function closeCell(cell: CellResult['cell'], open: OpenCell, lost: Reason, repeated: boolean): CellResult {
  const attempts = open.attempts.map((each) => closeAttempt(each, lost));
  // Who repeats a cell asks whether it always passes.
  const last = open.brokenOff ? undefined : repeated ? worstOf(attempts) : attempts.at(-1);
  const never = closeAttempt(openAttempt(attempts.length + 1, 0), lost);
  const { status, finished, checks, phases, attachments, usage, signature } = last ?? never;
  const latest = <K extends keyof AttemptResult>(key: K) => attempts.findLast((each) => each[key] !== undefined)?.[key];
  const flaky =
    !repeated && status === 'passed' && attempts.some((each) => each.status === 'failed' || each.status === 'error');
  return {
    cell,
    status,
    finished,
    flaky,
    startedAt: attempts[0]?.startedAt,
    seconds: attempts.reduce((sum, { seconds }) => sum + seconds, 0),
    expected: open.expected,
    rerun: open.rerun,
    archive: open.attempts.findLast(({ archive }) => archive !== undefined)?.archive,
    facts: Object.assign({}, ...open.attempts.map(({ facts }) => facts)),
    admitted: open.admitted,
    checks,
    phases,
    attachments,
    usage,
    diagnosis: latest('diagnosis'),
    divergence: latest('divergence'),
    capsule: latest('capsule'),
    signature: flaky ? latest('signature') : signature,
    attempts,
    notes: open.notes,
  };
}

function leftOut({ cell, because }: { readonly cell: CellResult['cell']; readonly because: string }): CellResult {
  const reason = { code: 'not-planned', message: because };
  const checks: CheckResult[] = [{ check: 'planned', status: 'skipped', seconds: 0, reason }];
  const nothing = { phases: [], attachments: [], attempts: [], notes: [], facts: {} };
  return { cell, status: 'skipped', finished: true, flaky: false, because, seconds: 0, checks, ...nothing };
}
