import { describe, expect, it } from 'vitest';
import { cellsOf } from './cells.ts';
import type { ArchiveChoice } from './fields.ts';
import { loadMatrix } from './load.ts';
import { makePlan, type Wishes } from './plan.ts';
import type { Matrix } from './schema.ts';
import type { Dimensions } from './select.ts';

const skip: Matrix['skip'] = [
  { when: { arch: ['riscv64'] }, because: 'no image for this one yet' },
  { when: { fs: ['luks'] }, because: 'no encrypted disks yet' },
];
const rows = loadMatrix();
const { debian12, debian13 } = rows.distributions;
if (!debian12 || !debian13) throw new Error('the tests need debian12 and debian13');
/** Two real rows under rules of the test's own, so that what goes away there changes nothing here. */
const matrix: Matrix = { ...rows, distributions: { debian12, debian13 }, skip };
const everything = { installers: new Set(['debian12', 'debian13']), standIns: new Set(['debian12', 'debian13']) };
const hostArch = 'x86_64';
const ids = (cells: readonly { cell: { id: string } }[]) => cells.map(({ cell }) => cell.id);
const planned = (wishes: Wishes, given = matrix) => makePlan(given, everything, wishes);

describe('makePlan', () => {
  it('puts every cell of the product into exactly one list', () => {
    const fs = Object.keys(matrix.filesystems);
    const selection = { distro: ['debian13'], arch: matrix.architectures, fs, hostArch };
    const plan = planned({ selection });
    const all = [...ids(plan.run), ...ids(plan.skip), ...plan.unselected.map(({ id }) => id)];
    expect(all.toSorted()).toEqual(
      cellsOf(matrix)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(plan.unselected.map(({ distro }) => distro)).not.toContain('debian13');
  });

  it('takes the cells that every list of the selection means', () => {
    const selection = { distro: ['debian13'], arch: ['x86_64'], fs: ['xfs', 'ext4'], hostArch: 'riscv64' };
    const plan = planned({ selection });
    expect(ids(plan.run)).toEqual(['debian13-x86_64-xfs', 'debian13-x86_64-ext4']);
    expect(plan.skip).toEqual([]);
  });

  it('takes cells by their ids exactly', () => {
    const { run, skip } = planned({ selection: { cell: ['debian12-x86_64-btrfs', 'debian13-riscv64-luks'] } });
    expect([ids(run), ids(skip)]).toEqual([['debian12-x86_64-btrfs'], ['debian13-riscv64-luks']]);
  });

  it('takes what any of several choices means, once', () => {
    const selection = [{ distro: ['debian13'], hostArch }, { cell: ['debian12-x86_64-ext4', 'debian13-x86_64-xfs'] }];
    expect(ids(planned({ selection }).run)).toEqual(['debian12-x86_64-ext4', 'debian13-x86_64-xfs']);
  });

  it('gives a dimension that is not named its default', () => {
    const mixed = { ...matrix, distributions: { debian12: { ...debian12, 'default-fs': 'ext4' }, debian13 } };
    const of = (selection: Omit<Dimensions, 'hostArch'>, host = hostArch) => {
      const { run, skip } = planned({ selection: { ...selection, hostArch: host } }, mixed);
      return [ids(run), ids(skip)];
    };
    expect(of({ distro: ['debian13'] })).toEqual([['debian13-x86_64-xfs'], []]);
    expect(of({ distro: ['debian12'] })).toEqual([['debian12-x86_64-ext4'], []]);
    expect(of({ distro: ['debian13'] }, 'aarch64')).toEqual([['debian13-aarch64-xfs'], []]);
    expect(of({ distro: ['debian12'] }, 'riscv64')).toEqual([[], ['debian12-riscv64-ext4']]);
    expect(of({ arch: ['riscv64'] })).toEqual([[], ['debian12-riscv64-ext4', 'debian13-riscv64-xfs']]);
    expect(of({ fs: ['btrfs'] })).toEqual([['debian12-x86_64-btrfs', 'debian13-x86_64-btrfs'], []]);
  });

  it('starts the longest first and takes the first row of `expected` that matches', () => {
    const timed: Matrix = {
      ...matrix,
      expected: [
        { when: { archive: ['stand-in'] }, seconds: 100, installed: 10 },
        { when: { fs: ['ext4'] }, seconds: 1200, installed: 90 },
        { when: { fs: ['xfs'] }, seconds: 300, installed: 60 },
        { seconds: 600, installed: 120 },
      ],
    };
    const selection = { distro: ['debian13'], fs: ['xfs', 'btrfs', 'ext4'], hostArch };
    const { run } = planned({ selection }, timed);
    expect(run.map(({ cell, expected, expectedInstalled }) => [cell.fs, expected, expectedInstalled])).toEqual([
      ['ext4', 1200, 90],
      ['btrfs', 600, 120],
      ['xfs', 300, 60],
    ]);
    const expected = (archive: ArchiveChoice) => planned({ selection, archive }, timed).run[0]?.expected;
    expect([expected('stand-in'), expected('auto')]).toEqual([100, 1200]);
  });

  it('believes what earlier runs have shown before what matrix.yaml expects', () => {
    const selection = { distro: ['debian13'], fs: ['xfs', 'ext4'], hostArch };
    const shown = { seconds: 4000, peakMemoryMiB: 2500, cpuSeconds: 4400 };
    const experienceOf = (id: string) => (id === 'debian13-x86_64-ext4' ? shown : undefined);
    const { run } = planned({ selection, experienceOf });
    expect(run.map(({ cell, experience }) => [cell.fs, experience])).toEqual([
      ['ext4', shown],
      ['xfs', undefined],
    ]);
    expect(run[0]?.expected).toBe(4000);
  });

  it('hands each cell what is known to fail in it, from whatever it may be installed', () => {
    const row = (when: Matrix['skip'][number]['when']) => ({
      when,
      check: 'SSH logs in by key',
      signature: 'refused',
      tracker: 'https://bugs.example/1',
      expires: '2027-03-31',
      because: 'a failure that the tests know',
    });
    const failing = {
      ...matrix,
      'known-failures': [row({ fs: ['ext4'], archive: ['real'] }), row({ archive: ['stand-in'] })],
    };
    const known = (fs: string, archive: ArchiveChoice) => {
      const { run } = planned({ selection: { cell: [`debian13-x86_64-${fs}`] }, archive }, failing);
      return run[0]?.knownFailures.map(({ when }) => when.archive?.[0]);
    };
    expect(known('ext4', 'real')).toEqual(['real']);
    expect(known('ext4', 'auto')).toEqual(['real', 'stand-in']);
    expect(known('xfs', 'real')).toEqual([]);
  });
});
