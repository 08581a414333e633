import { describe, expect, it } from 'vitest';
import { loadMatrix } from './load.ts';
import { cellsOf, type Dimensions, estimate, makePlan, type PlannedCell } from './plan.ts';
import type { Matrix } from './schema.ts';

const skip: Matrix['skip'] = [
  { when: { arch: ['riscv64'] }, because: 'no image for this one yet' },
  { when: { fs: ['luks'] }, because: 'no encrypted disks yet' },
];
/** The real rows under rules of the test's own, so that a rule that goes away changes nothing here. */
const matrix: Matrix = { ...loadMatrix(), skip };
const hostArch = 'x86_64';
const ids = (cells: readonly { cell: { id: string } }[]) => cells.map(({ cell }) => cell.id);

describe('makePlan', () => {
  it('puts every cell of the product into exactly one list', () => {
    const plan = makePlan(matrix, {
      distro: ['debian13'],
      arch: matrix.architectures,
      fs: Object.keys(matrix.filesystems),
      hostArch,
    });
    const all = [...ids(plan.run), ...ids(plan.skip), ...plan.unselected.map(({ id }) => id)];
    expect(all.toSorted()).toEqual(
      cellsOf(matrix)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(plan.unselected.map(({ distro }) => distro)).not.toContain('debian13');
  });

  it('takes the cells that every list of the selection means', () => {
    const plan = makePlan(matrix, { distro: ['debian13'], arch: ['x86_64'], fs: ['xfs', 'ext4'], hostArch: 'riscv64' });
    expect(ids(plan.run)).toEqual(['debian13-x86_64-xfs', 'debian13-x86_64-ext4']);
    expect(plan.skip).toEqual([]);
  });

  it('takes cells by their ids exactly', () => {
    const { run, skip } = makePlan(matrix, { cell: ['debian12-x86_64-btrfs', 'debian13-riscv64-luks'] });
    expect([ids(run), ids(skip)]).toEqual([['debian12-x86_64-btrfs'], ['debian13-riscv64-luks']]);
  });

  it('gives a dimension that is not named its default', () => {
    const { debian12, debian13 } = matrix.distributions;
    if (!debian12 || !debian13) throw new Error('the test needs debian12 and debian13');
    const mixed = { ...matrix, distributions: { debian12: { ...debian12, 'default-fs': 'ext4' }, debian13 } };
    const planned = (selection: Omit<Dimensions, 'hostArch'>, host = hostArch) => {
      const { run, skip } = makePlan(mixed, { ...selection, hostArch: host });
      return [ids(run), ids(skip)];
    };
    expect(planned({ distro: ['debian13'] })).toEqual([['debian13-x86_64-xfs'], []]);
    expect(planned({ distro: ['debian12'] })).toEqual([['debian12-x86_64-ext4'], []]);
    expect(planned({ distro: ['debian13'] }, 'aarch64')).toEqual([['debian13-aarch64-xfs'], []]);
    expect(planned({ distro: ['debian12'] }, 'riscv64')).toEqual([[], ['debian12-riscv64-ext4']]);
    expect(planned({ arch: ['riscv64'] })).toEqual([[], ['debian12-riscv64-ext4', 'debian13-riscv64-xfs']]);
    expect(planned({ fs: ['btrfs'] })).toEqual([['debian12-x86_64-btrfs', 'debian13-x86_64-btrfs'], []]);
  });

  it('tells why a cell is skipped, and first that nobody publishes it', () => {
    const because = (id: string) => makePlan(matrix).skip.find(({ cell }) => cell.id === id)?.because;
    expect(because('debian12-riscv64-xfs')).toBe('Debian 12 (bookworm) is not published for riscv64');
    expect(because('debian13-riscv64-xfs')).toBe('no image for this one yet');
    expect(because('debian13-x86_64-luks')).toBe('no encrypted disks yet');
    expect(because('debian13-x86_64-xfs')).toBeUndefined();
  });

  it('starts the longest first and takes the first row of `expected` that matches', () => {
    const timed: Matrix = {
      ...matrix,
      expected: [
        { when: { fs: ['ext4'] }, seconds: 1200, installed: 90 },
        { when: { fs: ['xfs'] }, seconds: 300, installed: 60 },
        { seconds: 600, installed: 120 },
      ],
    };
    const plan = makePlan(timed, { distro: ['debian13'], fs: ['xfs', 'btrfs', 'ext4'], hostArch });
    expect(plan.run.map(({ cell, expected, expectedInstalled }) => [cell.fs, expected, expectedInstalled])).toEqual([
      ['ext4', 1200, 90],
      ['btrfs', 600, 120],
      ['xfs', 300, 60],
    ]);
  });
});

describe('estimate', () => {
  const plan = (...seconds: number[]) => ({
    run: seconds.map((expected) => ({ expected }) as PlannedCell),
    skip: [],
    unselected: [],
  });

  it('adds up one after another, and fills free places', () => {
    expect(estimate(plan(900, 900, 600), 1)).toBe(2400);
    expect(estimate(plan(900, 600, 300), 2)).toBe(900);
    expect(estimate(plan(), 4)).toBe(0);
  });
});
