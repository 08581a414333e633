import { expect, test } from 'vitest';
import type { EventBody } from '../runners/events/event.ts';
import { foldRun } from './fold.ts';
import {
  broken,
  cellArchive,
  cellEnded,
  cellStarted,
  ended,
  ext4,
  known,
  passed,
  stamped,
  started,
  xfs,
} from './sample.ts';
import { exitCodeOf, summaryLines } from './summary.ts';

const files = { html: '/out/index.html', junit: '/out/junit.xml' };

const good: EventBody[] = [cellStarted(ext4), passed(ext4, 'boots'), cellEnded(ext4, 'passed')];
const failing: EventBody[] = [cellStarted(xfs), broken(xfs, 'boots', 'failed', 'panic'), cellEnded(xfs, 'failed')];
const erring: EventBody[] = [cellStarted(xfs), broken(xfs, 'boots', 'error', 'qemu-died'), cellEnded(xfs, 'error')];
const knowing: EventBody[] = [cellStarted(xfs), known(xfs, 'boots'), cellEnded(xfs, 'known')];
const skip: EventBody = { type: 'cell-skipped', cell: xfs, because: 'EL kernels have no Btrfs' };
const fold = (...events: EventBody[]) => foldRun(stamped(...events));

test.each([
  ['all passed', 0, [started(ext4), ...good, ended()]],
  ['passed and skipped by the plan', 0, [started(ext4), skip, ...good, ended()]],
  ['a guest failed', 1, [started(ext4, xfs), ...good, ...failing, ended()]],
  ['the harness erred', 125, [started(ext4, xfs), ...good, ...erring, ended()]],
  ['a guest failed and the harness erred', 1, [started(xfs), ...failing, ended(false, { code: 'x', message: 'x' })]],
  ['nothing but skipped cells', 125, [started(), skip, ended()]],
  ['nothing', 125, [started(), ended()]],
  ['a cell that never ended', 125, [started(ext4, xfs), ...good, cellStarted(xfs), ended()]],
  ['a cell that never started', 125, [started(ext4, xfs), ...good, ended()]],
  ['a run error after passed cells', 125, [started(ext4), ...good, ended(false, { code: 'x', message: 'x' })]],
  ['known to fail, and nothing else', 0, [started(xfs), ...knowing, ended()]],
  ['known to fail, and an error', 125, [started(xfs), ...knowing, broken(xfs, 'x', 'error', 'x'), ended()]],
  ['passed although known to fail', 1, [started(xfs), broken(xfs, 'boots', 'failed', 'known-failure-passed'), ended()]],
  ['passed against a stand-in', 0, [started(ext4), cellArchive(ext4, 'stand-in'), ...good, ended()]],
  ['interrupted', 130, [started(ext4, xfs), ...failing, ended(true)]],
] as [string, number, EventBody[]][])('exit code: %s → %i', (_name, code, events) => {
  expect(exitCodeOf(fold(...events))).toBe(code);
});

test('the summary says what failed, by whose fault, why, and what to type', () => {
  const log: EventBody = { type: 'attachment', cell: xfs.id, name: 'console', path: '/out/console.log' };
  const result = fold(started(ext4, xfs), skip, ...good, ...failing, log, ended());
  expect(summaryLines(result, files).join('\n')).toBe(`
debian12-x86_64-ext4  passed   12:34
debian13-x86_64-xfs   FAILED   12:34
    the guest failed: boots
    [panic] waited 60 s for boots
    evidence: /out/console.log
    next: look at the console
      $ less console.log
    again: ./stub-matrix run --cell debian13-x86_64-xfs
debian13-x86_64-xfs   skipped  because EL kernels have no Btrfs
3 cells: 1 passed, 1 failed, 1 skipped
report: /out/index.html
junit: /out/junit.xml`);
});

test('the first word on a check counts, and a cell that never ended is an error, not a gap', () => {
  const result = fold(
    started(xfs),
    cellStarted(xfs),
    broken(xfs, 'boots', 'failed', 'panic'),
    broken(xfs, 'boots', 'error', 'interrupted'),
  );
  expect(result.cells[0]?.checks.map(({ check, reason }) => [check, reason?.code])).toEqual([
    ['boots', 'panic'],
    ['ended', 'interrupted'],
  ]);
});

test('the package proxy has its line, and each mirror that failed', () => {
  const none = { local: 0, kept: 0, hit: 0, miss: 0, stale: 0, absent: 0, failed: 0, bytes: 0 };
  const body: EventBody = {
    type: 'proxy-summary',
    archives: [
      { ...none, archive: 'http://a.example/debian', kept: 300, hit: 10, miss: 20, bytes: 300 * 2 ** 20 },
      { ...none, archive: 'http://a.example/security', stale: 2, failed: 1 },
    ],
    mirrors: [
      { mirror: 'http://a.example/debian', asked: 20, failed: 3, bytes: 5 * 2 ** 20 },
      { mirror: 'http://b.example/debian', asked: 3, failed: 0, bytes: 2 ** 19 },
    ],
  };
  const of = (event: EventBody) =>
    summaryLines(fold(started(ext4), ...good, event, ended()), files).filter((line) => /^(packages|mirror)/.test(line));
  expect(of(body)).toEqual([
    'packages: 332 files (300.0 MiB), 300 kept by earlier runs, 10 fetched once for several guests, 20 fetched (5.5 MiB), 2 stale, since no mirror answered, 1 not to be had',
    'mirror: http://a.example/debian failed 3 of 20 times',
  ]);
  const [first, ...others] = body.type === 'proxy-summary' ? body.archives : [];
  const local = { ...body, archives: [{ ...first, local: 7 }, ...others] } as EventBody;
  expect(of(local)[0]).toMatch(/^packages: 339 files \(300\.0 MiB\), 7 out of folders of this host, 300 kept by/);
  expect(of({ ...local, replayOf: 'r' } as EventBody)[0]).toMatch(
    /7 out of folders of this host, the others as in run r,/,
  );
  const replay = { ...body, replayOf: '20261122-020000-0001', mirrors: [] } as EventBody;
  expect(of(replay)[0]).toMatch(/^packages: 332 files \(300\.0 MiB\), all as in run 20261122-020000-0001, /);
  expect(of({ ...body, archives: [], mirrors: [] } as EventBody)).toEqual([]);
});

test('what is known is told with its reason, and a file that is out of date is blamed on nobody', () => {
  const outdated = broken(ext4, 'boots', 'failed', 'known-failure-passed');
  const lines = summaryLines(fold(started(xfs, ext4), ...knowing, outdated, cellEnded(ext4, 'failed'), ended()), files);
  expect(lines.join('\n')).toBe(`
debian13-x86_64-xfs   known    12:34
    known to fail: boots
    [known-failure] known until 2027-03-31: no luck (https://bugs.example/1)
    again: ./stub-matrix run --cell debian13-x86_64-xfs
debian12-x86_64-ext4  FAILED   12:34
    matrix.yaml is out of date: boots
    [known-failure-passed] waited 60 s for boots
    next: look at the console
      $ less console.log
2 cells: 1 failed, 1 known
report: /out/index.html
junit: /out/junit.xml`);
});

test('a stand-in is named and counted by itself, never as the distribution', () => {
  const standIn = [cellStarted(xfs), cellArchive(xfs, 'stand-in'), passed(xfs, 'boots'), cellEnded(xfs, 'passed')];
  const real = cellArchive(ext4, 'real');
  expect(summaryLines(fold(started(ext4, xfs), real, ...good, ...standIn, ended()), files).join('\n')).toBe(`
debian12-x86_64-ext4  passed   12:34
debian13-x86_64-xfs   passed   12:34  against a stand-in, not the distribution itself
2 cells: 1 passed, 1 passed against a stand-in
report: /out/index.html
junit: /out/junit.xml`);
});

test('a reason why the plan leaves cells out is told once', () => {
  const cell = (fs: string) => ({ ...xfs, fs, id: `debian13-x86_64-${fs}` });
  const skips = ['btrfs', 'luks'].map(
    (fs): EventBody => ({ type: 'cell-skipped', cell: cell(fs), because: 'no luck' }),
  );
  const lines = summaryLines(fold(started(ext4), skip, ...skips, ...good, ended()), files);
  expect(lines.slice(2, -2)).toEqual([
    'debian13-x86_64-xfs    skipped  because EL kernels have no Btrfs',
    'debian13-x86_64-btrfs  skipped  because no luck',
    '    and 1 more for the same reason',
    '4 cells: 1 passed, 3 skipped',
  ]);
});

const attempt = (number: number, ...told: EventBody[]): EventBody[] => [
  { ...cellStarted(xfs), attempt: number } as EventBody,
  ...told,
  cellEnded(xfs, 'passed'),
];

test('a pass after a failure is told as flaky, with the failure', () => {
  const failed = attempt(1, broken(xfs, 'boots', 'failed', 'panic'));
  const lines = summaryLines(fold(started(xfs), ...failed, ...attempt(2, passed(xfs, 'boots')), ended()), files);
  expect(lines.slice(1, -2)).toEqual([
    'debian13-x86_64-xfs  passed   25:08  flaky: at attempt 2, after "boots" [panic]',
    '1 cell: 1 passed, 1 of the passed is flaky',
  ]);
});

test('a cell that is repeated has its rate, and the verdict of the worst', () => {
  const repeating = { ...started(xfs), repeat: 3 } as EventBody;
  const good = passed(xfs, 'boots');
  const attempts = [attempt(1, good), attempt(2, broken(xfs, 'boots', 'failed', 'panic')), attempt(3, good)].flat();
  const result = fold(repeating, ...attempts, ended());
  expect(result.cells[0]).toMatchObject({ status: 'failed', flaky: false });
  expect(exitCodeOf(result)).toBe(1);
  const [, line] = summaryLines(result, files);
  expect(line).toBe('debian13-x86_64-xfs  FAILED   37:42  passed 2 of 3: 66.7 % (95 % confidence: 20.8 % to 93.9 %)');
});
