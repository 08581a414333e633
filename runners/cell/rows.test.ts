import { expect, test } from 'vitest';
import { loadMatrix } from '../matrix/load.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { Arch } from '../qemu/arch.ts';
import { cpuFor, FLOORS } from '../qemu/cpu.ts';
import { archiveOf } from './archive.ts';
import { familyOf } from './families.ts';

const { distributions } = loadMatrix();
const rows = Object.entries(distributions);

test.each(rows)(
  'the processors that %s needs are known, and of the architecture they stand for',
  (_, { published }) => {
    for (const [arch, { 'cpu-floor': floor }] of Object.entries(published)) {
      expect(FLOORS[floor].arch).toBe(arch);
      expect(cpuFor(arch as Arch, 'tcg', floor, '99.0')).toMatch(/^\w/);
    }
  },
);

/** What a plan makes of a distribution, were its installer there. */
const planned = (distro: string, archive: 'real' | 'stand-in') => {
  const distribution = distributions[distro];
  const cell = { id: `${distro}-x86_64-xfs`, distro, arch: 'x86_64', fs: 'xfs' };
  return { cell, distribution, archives: [archive] } as unknown as PlannedCell;
};

test.each([
  ['rocky8', 'real'],
  ['gentoo', 'real'],
  ['debian13', 'stand-in'],
] as const)(
  'nothing is installed in place of %s from the %s archive, which cannot be asked',
  async (distro, archive) => {
    const { signal } = new AbortController();
    const found = archiveOf(planned(distro, archive), { mirror: 'http://127.0.0.1:1/debian' }, signal);
    await expect(found).rejects.toMatchObject({ fault: 'harness', code: 'archive-unreadable' });
  },
);

test('a family that nobody has told us how to ask is an error of ours', () => {
  const { debian13, gentoo } = distributions;
  if (!debian13 || !gentoo) throw new Error('the test needs these rows');
  expect(familyOf(debian13).installedKernels).toContain('dpkg-query');
  expect(() => familyOf(gentoo)).toThrow(expect.objectContaining({ fault: 'harness', code: 'family-unknown' }));
});
