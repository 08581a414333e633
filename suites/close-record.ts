import type { Emit, Reason, RunEvent } from '../runners/events/event.ts';
import type { CellToRun } from './harness/input.ts';

/**
 * Gives every check that has no verdict the one that is left: we cannot tell.
 *
 * @param events those of this sitting
 * @param collected the titles of the checks of each cell, as far as the suite was loaded
 */
export function closeRecord(
  events: readonly RunEvent[],
  cells: readonly CellToRun[],
  collected: ReadonlyMap<string, readonly string[]>,
  emit: Emit,
  why: string,
): void {
  for (const { planned, finished = [] } of cells) {
    const cell = planned.cell.id;
    const titles = collected.get(cell);
    const mine = events.filter((each) => 'cell' in each && each.cell === cell);
    const start = mine.findLastIndex(({ type }) => type === 'cell-started');
    const isUnderWay = start >= 0 && !mine.slice(start).some(({ type }) => type === 'cell-ended');
    // One that waits for its next attempt has an end, that of the attempt before: nothing may be added to it.
    const isUntouched = start < 0 && finished.length === 0;
    if (!titles || !(isUnderWay || isUntouched)) continue;

    const attempt = mine.slice(Math.max(0, start));
    const judged = new Set(attempt.map((each) => (each.type === 'check-ended' ? each.check : undefined)));
    const reason: Reason = { code: 'interrupted', message: why };
    for (const check of titles) {
      if (!judged.has(check)) emit({ type: 'check-ended', cell, check, status: 'error', seconds: 0, reason });
    }
    const startedAt = start < 0 ? undefined : mine[start]?.time;
    const seconds = startedAt === undefined ? 0 : (Date.now() - startedAt) / 1000;
    emit({ type: 'cell-ended', cell, status: 'error', seconds });
  }
}
