import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { foldRun } from '../fold.ts';
import { ext4, noon, xfs } from '../sample.ts';
import { eventsOf, idOf, resultOf, type Story } from './history.test-support.ts';
import { HISTORY, type History, openHistory } from './history.ts';

let root: string;
let history: History;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'history-'));
  history = openHistory(join(root, HISTORY));
});
afterEach(() => {
  history[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

const night = (number: number, ...stories: Story[]) => history.record(resultOf(number, stories, root));
const day = 86_400_000;

test('a run and its cells come back as they were', () => {
  night(
    0,
    { status: 'failed', before: ['error'], memory: 2000, facts: { 'installed kernel': '6.12' } },
    { cell: ext4 },
  );
  expect(history.lastRuns(5)).toEqual([
    {
      run: idOf(0),
      startedAt: noon,
      endedAt: noon + 300_000,
      interrupted: false,
      counts: { passed: 1, failed: 1, error: 0, known: 0, skipped: 0 },
      flaky: 0,
      properties: { commit: 'c0' },
    },
  ]);
  expect(history.ofCell(xfs.id, 5)).toEqual([
    {
      run: idOf(0),
      runStartedAt: noon,
      cell: xfs.id,
      status: 'failed',
      flaky: false,
      finished: true,
      startedAt: noon,
      seconds: 200,
      attempts: [
        { attempt: 1, status: 'error', seconds: 100, signature: 'panic: boots' },
        { attempt: 2, status: 'failed', seconds: 100, signature: 'panic: boots' },
      ],
      phases: { image: 10, install: 90 },
      beginning: 'empty',
      archive: 'real',
      facts: { 'installed kernel': '6.12' },
      signature: 'panic: boots',
      peakMemoryMiB: 2000,
      cpuSeconds: 200,
      console: `${idOf(0)}/cells/${xfs.id}/console-2.log`,
    },
  ]);
  expect(history.ofRun(idOf(0)).map(({ cell }) => cell)).toEqual([ext4.id, xfs.id]);
  expect(history.ofRun('nobody')).toEqual([]);
});

test('runs are in the order of their starts, whatever order they were written in; one written again is there once', () => {
  night(2, {});
  night(0, {});
  night(1, { status: 'failed' });
  night(1, { before: ['failed'] });
  expect(history.lastRuns(2).map(({ run, flaky }) => [run, flaky])).toEqual([
    [idOf(2), 0],
    [idOf(1), 1],
  ]);
  expect(history.ofCell(xfs.id, 9).map(({ run, attempts }) => [run, attempts.length])).toEqual([
    [idOf(2), 1],
    [idOf(1), 2],
    [idOf(0), 1],
  ]);
});

test('two runs of the same millisecond are two', () => {
  for (const run of ['20261123-141502-aaaa', '20261123-141502-bbbb']) history.record(resultOf(0, [{}], root, run));
  expect(history.ofCell(xfs.id, 9)).toHaveLength(2);
});

test('the last good run is the latest before, from the same archive', () => {
  night(0, { facts: { kernel: 'old' } });
  night(1, { before: ['failed'], facts: { kernel: 'new' } });
  night(2, { archive: 'stand-in' });
  night(3, { status: 'failed' });
  const of = (...wanted: Parameters<History['lastGood']>) => history.lastGood(...wanted)?.run;
  expect(history.lastGood(xfs.id, { archive: 'real', before: noon + 3 * day })).toEqual({
    run: idOf(1),
    startedAt: noon + day,
    console: join(root, idOf(1), 'cells', xfs.id, 'console-2.log'),
    facts: { kernel: 'new' },
  });
  expect(of(xfs.id)).toBe(idOf(2));
  expect(of(xfs.id, { archive: 'real', before: noon + day })).toBe(idOf(0));
  expect(of(xfs.id, { archive: 'real', before: noon })).toBeUndefined();
  expect(of('nobody')).toBeUndefined();
});

test('experience is the median of the last five good runs, of either beginning by itself, without the image', () => {
  night(0, { seconds: 10_000, memory: 9000 });
  for (const [index, seconds] of [110, 130, 120, 150, 140].entries()) night(index + 1, { seconds, memory: seconds });
  night(6, { seconds: 40, installed: true, imageSeconds: 20 });
  night(7, { seconds: 9000, status: 'failed' });
  night(8, { seconds: 50, archive: 'stand-in' });
  expect([...history.experience([xfs.id, ext4.id], 'real')]).toEqual([
    [xfs.id, { seconds: 120, installedSeconds: 20, peakMemoryMiB: 130, cpuSeconds: 13, runs: 6 }],
  ]);
  expect(history.experience([xfs.id], 'stand-in').get(xfs.id)).toEqual({ seconds: 40, runs: 1 });
  expect(history.experience([xfs.id]).get(xfs.id)).toMatchObject({ seconds: 120, runs: 6 });
});

test('flakiness counts runs and attempts, what failed by its signature, and not what was broken off', () => {
  night(0, {}, { cell: ext4 });
  night(1, { before: ['failed', 'error'] });
  night(2, { status: 'failed' });
  const broken = eventsOf(3, [{}], root).filter(({ type }) => type !== 'cell-ended');
  history.record(foldRun(broken));
  expect(history.ofCell(xfs.id, 1)).toMatchObject([{ run: idOf(3), status: 'error', finished: false }]);
  expect(history.flakiness(9)).toEqual([
    {
      ...{ cell: ext4.id, runs: 1, passed: 1, flaky: 0, failed: 0, errors: 0, known: 0, tries: 1, passedTries: 1 },
      ...{ seconds: 90, signatures: [], last: 'passed' },
    },
    {
      ...{ cell: xfs.id, runs: 3, passed: 2, flaky: 1, failed: 1, errors: 0, known: 0, tries: 5, passedTries: 2 },
      ...{ seconds: 90, signatures: [{ signature: 'panic: boots', times: 3 }], last: 'failed' },
    },
  ]);
  expect(history.flakiness(1)).toEqual([]);
});

test('a trend has a letter and a number for each run', () => {
  night(0, {}, { cell: ext4, status: 'error' });
  night(1, { before: ['failed'], seconds: 70 });
  night(2, { status: 'failed' });
  const { runs, cells } = history.trend(5);
  expect(runs.map(({ run }) => run)).toEqual([idOf(0), idOf(1), idOf(2)]);
  expect(cells).toEqual(
    new Map([
      [xfs.id, { verdicts: 'pyf', seconds: [100, 140, 100] }],
      [ext4.id, { verdicts: 'e--', seconds: [100, 0, 0] }],
    ]),
  );
  expect(history.trend(1).cells.get(xfs.id)?.verdicts).toBe('f');
});

test('what a merged run is made of is counted once', () => {
  night(0, {});
  const whole = resultOf(1, [{}], root);
  history.record({ ...whole, properties: { 'merged from': `${idOf(0)}, ${idOf(2)}` } });
  night(0, {});
  night(2, {});
  expect(history.lastRuns(9).map(({ run }) => run)).toEqual([idOf(1)]);
});
