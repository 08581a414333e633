import { type AttemptResult, foldRun } from '../../reports/fold.ts';
import type { RunEvent } from '../../runners/events/event.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import { anotherAttempt, type Wish } from '../harness/again.ts';

/** A cell that has not come to its end. */
export interface Unfinished {
  readonly planned: PlannedCell;
  /** The attempts at it that have. */
  readonly finished: readonly AttemptResult[];
}

/**
 * The cells that a run which was broken off still has to do, in their order: those without an end, and those whose last attempt is
 * to be followed by another. Pure.
 */
export function unfinishedOf(cells: readonly PlannedCell[], events: readonly RunEvent[], wish: Wish): Unfinished[] {
  const byId = new Map(foldRun(events).cells.map((each) => [each.cell.id, each]));
  return cells.flatMap((planned) => {
    const result = byId.get(planned.cell.id);
    const finished = result?.attempts.filter((each) => each.finished) ?? [];
    const isOver = result?.finished && !anotherAttempt(finished, wish).again;
    return isOver ? [] : [{ planned, finished }];
  });
}
