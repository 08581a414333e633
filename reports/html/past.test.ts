import { expect, test } from 'vitest';
import type { CellRow } from '../history/rows.ts';
import type { RunResult } from '../results.ts';
import { foldPast, type History } from './past.ts';

const day = 86_400_000;
const result = {
  run: 'now',
  startedAt: 10 * day,
  cells: [{ cell: { id: 'a' }, archive: 'real', facts: {}, phases: [{ name: 'install' }] }],
} as unknown as RunResult;

const row = (run: string, at: number, status: CellRow['status'], more: Partial<CellRow> = {}): CellRow => ({
  ...{ run, runStartedAt: at * day, cell: 'a', status, flaky: false, seconds: at, attempts: [], phases: {} },
  ...{ finished: true, archive: 'real', facts: { of: run } },
  ...more,
});
const run = (name: string, at: number) => ({
  ...{ run: name, startedAt: at * day, endedAt: at * day + 60_000 },
  properties: { commit: `c${at}` },
});

const history = (cells: CellRow[]): History => ({ runs: [run('r3', 3), run('r1', 1), run('r2', 2)], cells });

test('the order of the rows does not matter, that of the runs is that of their start', () => {
  const rows = [row('r2', 2, 'failed'), row('r3', 3, 'passed', { flaky: true }), row('r1', 1, 'passed')];
  for (const cells of [rows, rows.toReversed()]) {
    const past = foldPast(history(cells), result);
    expect(past.runs.map((each) => [each.run, each.commit, each.seconds])).toEqual([
      ['r1', 'c1', 60],
      ['r2', 'c2', 60],
      ['r3', 'c3', 60],
    ]);
    expect(past.of('a')).toMatchObject({ letters: 'pfy', seconds: [1, 2, 3], lastGood: { run: 'r3' } });
  }
});

test('this run and later ones are no past, and a cell that never ran has none', () => {
  const later = {
    runs: [run('now', 10), run('r1', 1), run('next', 11)],
    cells: [row('now', 10, 'failed'), row('next', 11, 'failed')],
  };
  const past = foldPast(later, result);
  expect(past.runs.map((each) => each.run)).toEqual(['r1']);
  expect(past.of('a')).toEqual({ letters: '-', seconds: [null], usual: undefined, lastGood: undefined });
});

test('a good run against a stand-in is no good run of the distribution, and is counted by itself', () => {
  const past = foldPast(history([row('r1', 1, 'passed'), row('r2', 2, 'passed', { archive: 'stand-in' })]), result);
  expect(past.of('a')).toMatchObject({ letters: 'pP-', lastGood: { run: 'r1' } });
  expect(past.runs[1]).toMatchObject({ real: { passed: 0 }, standIn: { passed: 1 } });
});

test('a run of which the history has only cells is a run', () => {
  const past = foldPast({ runs: [], cells: [row('r2', 2, 'passed')] }, result);
  expect(past.runs).toMatchObject([{ run: 'r2', startedAt: 2 * day }]);
});

test('what is usual is of runs that began the same way; what was broken off says nothing', () => {
  const past = foldPast(
    history([
      row('r1', 1, 'passed', { beginning: 'empty', seconds: 300 }),
      row('r2', 2, 'passed', { beginning: 'installed', seconds: 60 }),
      row('r4', 4, 'passed', { beginning: 'installed', seconds: 70 }),
      row('r3', 3, 'error', { finished: false }),
    ]),
    result,
  );
  expect(past.of('a')).toMatchObject({ letters: 'pp-p', usual: 300 });
});
