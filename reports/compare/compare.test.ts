import { expect, test } from 'vitest';
import { resultOf, type Story } from '../history/history.test-support.ts';
import type { CellRow } from '../history/rows.ts';
import { ext4, xfs } from '../sample.ts';
import { compareRuns } from './compare.ts';
import { noiseOf } from './noise.ts';
import { comparisonLines } from './text.ts';

const run = (night: number, ...stories: Story[]) => resultOf(night, stories, '/out', `run-${night}`);
const row = (install: number, more: Partial<CellRow> = {}) =>
  ({
    run: 'x',
    status: 'passed',
    beginning: 'empty',
    archive: 'real',
    phases: { image: 10, install },
    ...more,
  }) as CellRow;
const scattering = [90, 100, 95, 105, 110, 100].map((seconds) => row(seconds));

test('verdicts that changed come first, the worst of them, then times beyond noise', () => {
  const third = { ...ext4, id: 'third', distro: 'third' };
  const before = run(1, {}, { cell: ext4 }, { cell: third, status: 'failed' });
  const after = run(2, { seconds: 300 }, { cell: ext4, status: 'failed' }, { cell: third, before: ['failed'] });
  expect(comparisonLines(compareRuns(before, after, () => scattering))).toEqual([
    'run-1 → run-2',
    '',
    'debian12-x86_64-ext4  passed → FAILED',
    '    boots: no init',
    'debian13-x86_64-xfs   passed',
    '    slower: install 01:30 → 04:50 (+222 %; it scatters by 00:22 in 6 runs)',
    'third                 FAILED → flaky',
    '',
    '0 cells are as before, 3 not',
  ]);
});

test('facts that changed are told once for all cells that they changed in alike', () => {
  const facts = (kernel: string, how: string) => ({
    'installed kernel': kernel,
    image: `k (${how})`,
    'checkpoint of x': how,
  });
  const cells = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, distro: id, arch: 'x86_64', fs: 'xfs' }));
  const of = (night: number, kernel: string, how: string) =>
    run(night, ...cells.map((cell): Story => ({ cell, facts: { ...facts(kernel, how), distro: cell.id } })));
  const comparison = compareRuns(of(1, '6.12.48', 'built'), of(2, '6.12.50', 'reused'));
  expect(comparison).toMatchObject({ same: 5, cells: [] });
  expect(comparisonLines(comparison).slice(1, -1)).toEqual([
    '',
    'what they ran on:',
    'installed kernel, of a, b, c and 2 more',
    '    6.12.48',
    '  → 6.12.50',
    '',
  ]);
});

test('what is within the noise is as before, in either direction', () => {
  const at = (seconds: number) => compareRuns(run(1, {}), run(2, { seconds }), () => scattering).cells;
  expect([at(121), at(79)]).toEqual([[], []]);
  expect([at(123), at(77)].map(([change]) => change?.phases.length)).toEqual([1, 1]);
});

test('only what went the same way can be compared: not a failure, not another beginning or archive', () => {
  const slow = { seconds: 900 };
  const of = (story: Story, rows = scattering) =>
    compareRuns(run(1, {}), run(2, { ...slow, ...story }), () => rows).cells[0];
  expect(of({})?.phases).toHaveLength(1);
  expect(of({ status: 'failed' })?.phases).toEqual([]);
  expect(of({ installed: true, imageSeconds: 500 })).toBeUndefined();
  // Other archives' times, and the two runs themselves, say nothing of how these scatter.
  const others = [
    ...scattering.map((each) => ({ ...each, archive: 'stand-in' as const })),
    ...scattering.map((each) => ({ ...each, run: 'run-1' })),
  ];
  expect(of({}, others)?.phases[0]?.runs).toBe(0);
});

test('an image that was built in one of them is no slower phase', () => {
  const of = (facts: Record<string, string>) =>
    compareRuns(run(1, { facts }), run(2, { seconds: 900 + 90, imageSeconds: 900, facts: { image: 'k (reused)' } }))
      .cells;
  expect(of({ image: 'k (reused)' }).flatMap(({ phases }) => phases.map(({ phase }) => phase))).toEqual(['image']);
  expect(of({ image: 'k (built)' })).toEqual([]);
});

test('cells that ran in one of the two are named', () => {
  const comparison = compareRuns(run(1, {}), run(2, { cell: ext4 }));
  expect(comparison).toMatchObject({ missing: [xfs.id], added: [ext4.id], same: 0 });
  expect(comparisonLines(comparison)).toEqual(
    expect.arrayContaining([`not run any more: ${xfs.id}`, `not run before: ${ext4.id}`]),
  );
});

test('noise: an outlier does not raise it, few runs do not make it, and it is never nothing', () => {
  expect(noiseOf('install', 100, [...scattering, row(9000)]).seconds).toBeCloseTo(22.24, 1);
  expect(noiseOf('install', 100, [row(100), row(100), row(100), row(100), row(100)])).toEqual({ seconds: 10, runs: 5 });
  expect(noiseOf('image', 10, [row(1), row(1), row(1), row(1), row(1, { phases: { image: 10.1 } })])).toEqual({
    seconds: 2,
    runs: 5,
  });
  expect(noiseOf('install', 100, scattering.slice(2))).toEqual({ seconds: 25, runs: 0 });
  expect(
    noiseOf(
      'install',
      8,
      scattering.map((each) => ({ ...each, status: 'failed' as const })),
    ),
  ).toEqual({ seconds: 5, runs: 0 });
});
