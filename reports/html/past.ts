import { beginningOf } from '../course.ts';
import type { CellRow, RunRow } from '../history/rows.ts';
import type { RunResult } from '../results.ts';
import type { RunPoint } from './model.ts';
import { ABSENT, letterOf, ORDER, type Verdict } from './words.ts';

/** The last runs as the history hands them out, in any order. Of a row nothing is kept but a few numbers, so it may be an iterator. */
export interface History {
  readonly runs: Iterable<Pick<RunRow, 'run' | 'startedAt' | 'endedAt' | 'properties'>>;
  readonly cells: Iterable<
    Pick<
      CellRow,
      | 'run'
      | 'runStartedAt'
      | 'cell'
      | 'status'
      | 'flaky'
      | 'finished'
      | 'seconds'
      | 'beginning'
      | 'archive'
      | 'facts'
      | 'phases'
    >
  >;
}

/** Where there is none yet. */
export const NO_HISTORY: History = { runs: [], cells: [] };

export type LastGood = Pick<CellRow, 'run' | 'runStartedAt' | 'facts' | 'phases'>;

export interface CellPast {
  /** A letter for each run, oldest first. */
  readonly letters: string;
  /** Seconds in each run; null where it did not run. */
  readonly seconds: readonly (number | null)[];
  /** The median of its good runs that began as this one did, in seconds: an empty disk takes longer than an installed one. */
  readonly usual?: number | undefined;
  /** The newest run in which it passed, from the same kind of archive as now. */
  readonly lastGood?: LastGood | undefined;
}

export interface Past {
  /** Oldest first, this run not among them. */
  readonly runs: readonly RunPoint[];
  of(cell: string): CellPast;
}

interface Sparse {
  readonly runs: number[];
  readonly letters: string[];
  readonly seconds: number[];
  /** Seconds of the good runs that are like this one. */
  readonly good: number[];
  lastGood?: LastGood;
}

type Counts = Record<Verdict, number>;
const zero = (): Counts => Object.fromEntries(ORDER.map((verdict) => [verdict, 0])) as Counts;

/** Folds the history before a run, so that a report made anew says what it said at the time. */
export function foldPast(history: History, result: RunResult): Past {
  const now = new Map(result.cells.map((each) => [each.cell.id, { kind: each.archive, beginning: beginningOf(each) }]));
  const points: (RunPoint & { readonly real: Counts; readonly standIn: Counts })[] = [];
  const byRun = new Map<string, number>();
  const add = (run: string, startedAt: number, more: Partial<RunPoint> = {}) => {
    byRun.set(run, points.length);
    points.push({ run, startedAt, real: zero(), standIn: zero(), ...more });
    return points.length - 1;
  };
  const isBefore = (run: string, startedAt: number) => run !== result.run && startedAt < result.startedAt;
  for (const { run, startedAt, endedAt, properties } of history.runs) {
    if (isBefore(run, startedAt))
      add(run, startedAt, { seconds: (endedAt - startedAt) / 1000, commit: properties.commit });
  }

  const cells = new Map<string, Sparse>();
  for (const row of history.cells) {
    // What the end of its run broke off has no verdict of its own.
    if (!row.finished || !isBefore(row.run, row.runStartedAt)) continue;
    const index = byRun.get(row.run) ?? add(row.run, row.runStartedAt);
    const verdict: Verdict = row.flaky ? 'flaky' : row.status;
    const standIn = row.archive === 'stand-in';
    const counts = points[index]?.[standIn ? 'standIn' : 'real'];
    if (counts) counts[verdict] += 1;
    let cell = cells.get(row.cell);
    if (!cell) {
      cell = { runs: [], letters: [], seconds: [], good: [] };
      cells.set(row.cell, cell);
    }
    cell.runs.push(index);
    cell.letters.push(letterOf(verdict, standIn));
    cell.seconds.push(Math.round(row.seconds));
    const { kind, beginning } = now.get(row.cell) ?? {};
    const comparable = kind === undefined || (kind === 'stand-in') === standIn;
    if (row.status !== 'passed' || !comparable) continue;
    if (!row.flaky && (beginning === undefined || beginning === row.beginning)) cell.good.push(row.seconds);
    if (row.runStartedAt > (cell.lastGood?.runStartedAt ?? 0)) {
      const { run, runStartedAt, facts, phases } = row;
      cell.lastGood = { run, runStartedAt, facts, phases };
    }
  }

  const order = points.map((_, index) => index);
  order.sort((a, b) => (points[a]?.startedAt ?? 0) - (points[b]?.startedAt ?? 0));
  const place = new Map(order.map((index, position) => [index, position]));
  return {
    runs: order.flatMap((index) => points[index] ?? []),
    of(id) {
      const letters = new Array<string>(points.length).fill(ABSENT);
      const seconds = new Array<number | null>(points.length).fill(null);
      const cell = cells.get(id);
      for (const [each, run] of (cell?.runs ?? []).entries()) {
        const position = place.get(run) ?? 0;
        letters[position] = cell?.letters[each] ?? ABSENT;
        seconds[position] = cell?.seconds[each] ?? null;
      }
      const good = cell?.good.toSorted((a, b) => a - b) ?? [];
      const usual = good[good.length >> 1];
      return { letters: letters.join(''), seconds, usual, lastGood: cell?.lastGood };
    },
  };
}

/** This run as the last point of the past. */
export function present(result: RunResult, verdicts: readonly { verdict: Verdict; standIn: boolean }[]): RunPoint {
  const real = zero();
  const standIn = zero();
  for (const each of verdicts) (each.standIn ? standIn : real)[each.verdict] += 1;
  const { run, startedAt, endedAt, properties } = result;
  return { run, startedAt, seconds: (endedAt - startedAt) / 1000, commit: properties.commit, real, standIn };
}
