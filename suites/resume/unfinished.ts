import { type AttemptResult, type CellResult, foldRun } from '../../reports/fold.ts';
import type { RunEvent } from '../../runners/events/event.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import { anotherAttempt, type Wish } from '../harness/again.ts';

/** A cell that has not come to its end. */
export interface Unfinished {
  readonly planned: PlannedCell;
  /** The attempts at it that have. */
  readonly finished: readonly AttemptResult[];
}

const isBrokenOff = ({ checks }: Pick<CellResult | AttemptResult, 'checks'>) =>
  checks.some(({ reason }) => reason?.code === 'interrupted');

/**
 * The cells that a run which was broken off still has to do, in their order: those without an end, and those whose last attempt is
 * to be followed by another. Pure.
 */
export function unfinishedOf(cells: readonly PlannedCell[], events: readonly RunEvent[], wish: Wish): Unfinished[] {
  // How the run ended says nothing about a cell; without that, what has no end is interrupted.
  const { cells: results } = foldRun(events.filter(({ type }) => type !== 'run-ended'));
  const byId = new Map(results.map((each) => [each.cell.id, each]));
  return cells.flatMap((planned) => {
    const result = byId.get(planned.cell.id);
    const finished = result?.attempts.filter((each) => !isBrokenOff(each)) ?? [];
    const isOver = result && !isBrokenOff(result) && !anotherAttempt(finished, wish).again;
    return isOver ? [] : [{ planned, finished }];
  });
}
