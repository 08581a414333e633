import { readFileSync } from 'node:fs';
import type { EventBody } from '../../runners/events/event.ts';
import type { CellResult, RunResult } from '../fold.ts';
import type { History } from '../history/history.ts';
import { firstDivergence } from './divergence.ts';

/** Of further good runs, so many say what is no news either. */
const GOOD_RUNS = 3;

/** What did not pass in its last attempt, or in an earlier one. */
const wentWrong = ({ status, flaky }: CellResult) => status === 'failed' || status === 'error' || flaky;

/**
 * Where each cell that went wrong tells another story than in its last good runs, as events for the record.
 *
 * @param history of earlier runs; cells that had no good run from the same archive, or whose console was deleted, say nothing
 */
export function divergencesOf(result: RunResult, history: History): EventBody[] {
  return result.cells.filter(wentWrong).flatMap((cell): EventBody[] => {
    const here = linesOf(cell.attachments.findLast(({ name }) => name === 'console')?.path);
    if (!here || cell.divergence) return [];
    const good = goodRuns(cell, result.startedAt, history);
    const [last, ...others] = good;
    const found =
      last &&
      firstDivergence(
        here,
        last.lines,
        others.map(({ lines }) => lines),
      );
    return found ? [{ type: 'divergence', cell: cell.cell.id, against: last.run, ...found }] : [];
  });
}

/** The newest first. */
function goodRuns({ cell, archive }: CellResult, startedAt: number, history: History) {
  const found: { readonly run: string; readonly lines: readonly string[] }[] = [];
  let before = startedAt;
  while (found.length < GOOD_RUNS) {
    const good = history.lastGood(cell.id, { ...(archive ? { archive } : {}), before });
    if (!good) break;
    const lines = linesOf(good.console);
    if (lines) found.push({ run: good.run, lines });
    before = good.startedAt;
  }
  return found;
}

function linesOf(console: string | undefined): readonly string[] | undefined {
  try {
    return console === undefined ? undefined : readFileSync(console, 'utf8').split('\n');
  } catch {
    return undefined;
  }
}
