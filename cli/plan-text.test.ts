import { describe, expect, it } from 'vitest';
import { cellsOf } from '../runners/matrix/cells.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { makePlan, type Wishes } from '../runners/matrix/plan.ts';
import type { Matrix } from '../runners/matrix/schema.ts';
import { planText, planTotals } from './plan-text.ts';

const rows = loadMatrix();
const { debian12, debian13, rocky8 } = rows.distributions;
if (!debian12 || !debian13 || !rocky8) throw new Error('the tests need these rows');
const matrix: Matrix = {
  ...rows,
  distributions: { debian12, debian13, rocky8 },
  filesystems: { xfs: { type: 'xfs', on: 'disk' }, btrfs: { type: 'btrfs', on: 'disk' } },
  skip: [{ when: { distro: ['rocky8'], fs: ['btrfs'] }, because: 'a rule of the tests' }],
  expected: [
    { when: { arch: ['x86_64'] }, seconds: 480, installed: 60 },
    { seconds: 5400, installed: 60 },
  ],
};
const existing = { installers: new Set(['debian13', 'rocky8']), standIns: new Set(['rocky8']) };
const plan = (wishes: Wishes = {}, given = matrix) => makePlan(given, existing, wishes);
const lines = (text: string) => text.split('\n').map((line) => line.trim().split(/ {2,}/));

describe('planText', () => {
  it('prints few cells line by line, in the order in which they start', () => {
    const selection = { distro: ['debian13', 'rocky8'], fs: ['xfs', 'btrfs'], hostArch: 'x86_64' };
    expect(lines(planText(plan({ selection, archive: 'auto' }), matrix, { list: false }))).toEqual([
      ['cell', 'takes', 'because'],
      ['debian13-x86_64-xfs', 'run', '8 min'],
      ['debian13-x86_64-btrfs', 'run', '8 min'],
      ['rocky8-x86_64-xfs', 'run, real or stand-in', '8 min'],
      ['rocky8-x86_64-btrfs', 'skip', 'a rule of the tests'],
    ]);
  });

  const many = { ...matrix, filesystems: rows.filesystems };

  it('prints many as a grid: how long each takes, or why it is not run', () => {
    const selection = { distro: ['debian12', 'debian13', 'rocky8'], arch: rows.architectures, hostArch: 'x86_64' };
    const fs = ['xfs', 'btrfs', 'ext4', 'virtiofs'];
    const text = planText(plan({ selection: { ...selection, fs }, archive: 'auto' }, many), many, { list: false });
    expect(lines(text)).toEqual([
      ['xfs', 'btrfs', 'ext4', 'virtiofs', 'luks'],
      ['debian12', 'x86_64', '(1)', '(1)', '(1)', '(1)', '-'],
      ['aarch64', '(1)', '(1)', '(1)', '(1)', '-'],
      ['riscv64', '(2)', '(2)', '(2)', '(2)', '-'],
      ['debian13', 'x86_64', '8 min', '8 min', '8 min', '8 min', '-'],
      ['aarch64', '1 h 30 min', '1 h 30 min', '1 h 30 min', '1 h 30 min', '-'],
      ['riscv64', '1 h 30 min', '1 h 30 min', '1 h 30 min', '1 h 30 min', '-'],
      ['rocky8', 'x86_64', '8 min?', '(3)', '8 min?', '8 min?', '-'],
      ['aarch64', '1 h 30 min?', '(3)', '1 h 30 min?', '1 h 30 min?', '-'],
      ['riscv64', '(4)', '(5)', '(4)', '(4)', '-'],
      [''],
      ['?: installed from real or stand-in'],
      ['not run, because'],
      ['(1)', 'its installer /root/debian12.sh is not in the image yet'],
      ['(2)', 'Debian 12 (bookworm) is not published for riscv64'],
      ['(3)', 'a rule of the tests'],
      ['(4)', 'Rocky Linux 8 is not published for riscv64; `--archive stand-in` runs it'],
      ['(5)', 'Rocky Linux 8 is not published for riscv64'],
    ]);
  });

  it('prints as many as there are line by line where that is asked for', () => {
    const text = planText(plan({}, many), many, { list: true });
    expect(lines(text).map(([id]) => id)).toEqual(expect.arrayContaining(cellsOf(many).map(({ id }) => id)));
  });

  it('says what is known to fail, once for all the cells', () => {
    const row = {
      when: { distro: ['debian13'], arch: ['x86_64'] },
      check: 'SSH logs in by key',
      signature: 'refused',
      tracker: 'https://bugs.example/1',
      expires: '2027-03-31',
      because: 'a failure that the tests know',
    };
    const failing = { ...matrix, 'known-failures': [row] };
    expect(planText(plan({}, failing), failing, { list: false }).split('\n').at(-1)).toBe(
      'known to fail until 2027-03-31: "SSH logs in by key" in debian13-x86_64-xfs, debian13-x86_64-btrfs: ' +
        'a failure that the tests know (https://bugs.example/1)',
    );
  });
});

describe('matrix.yaml', () => {
  it('has a verdict for each of 240 cells', () => {
    const everything = makePlan(rows, existing);
    const [header = [], ...grid] = lines(planText(everything, rows, { list: false }).split('\n\n')[0] ?? '');
    expect(header).toEqual(['xfs', 'btrfs', 'ext4', 'virtiofs', 'luks']);
    const verdicts = grid.flatMap((row) => row.slice(-5));
    expect(verdicts).toHaveLength(240);
    expect(verdicts.filter((each) => !/^(\(\d+\)|\d+ min)$/.test(each))).toEqual([]);
    const planned = { plan: everything, options: {} as RunOptions, rest: 'not asked for' };
    expect(planTotals(planned, { seconds: 5400, sideBySide: 2, images: [] })).toMatch(
      /^\d+ to run \(about 1 h 30 min, 2 at a time\), \d+ skipped, 0 not asked for$/,
    );
    expect(planTotals(planned, { seconds: 5400, sideBySide: 2, images: ['x86_64', 'aarch64'] })).toContain(
      ' (about 1 h 30 min, stub for x86_64 and aarch64 to be built first, 2 at a time), ',
    );
  });
});
