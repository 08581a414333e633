import { expect, test } from 'vitest';
import { loadMatrix } from '../matrix/load.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { Arch } from '../qemu/arch.ts';
import { cpuFor, FLOORS } from '../qemu/cpu.ts';
import { realArchiveOf } from './archive.ts';
import { archiveOf } from './choice.ts';
import { familyOf } from './families.ts';
import { standInFolders } from './stand-in.ts';

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
const planned = (distro: string, ...archives: readonly ('real' | 'stand-in')[]) => {
  const distribution = distributions[distro];
  const cell = { id: `${distro}-x86_64-xfs`, distro, arch: 'x86_64', fs: 'xfs' };
  return { cell, distribution, archives } as unknown as PlannedCell;
};
const { signal } = new AbortController();
const mirror = 'http://127.0.0.1:1/nothing';

test.each(['debian13', 'rocky8', 'gentoo'])(
  'nothing is installed in place of %s, whose archive does not answer',
  async (distro) => {
    const helpers = { progress: () => {}, signal } as unknown as Parameters<typeof archiveOf>[2];
    const found = archiveOf(planned(distro, 'real'), { mirror, cacheFolder: '/nowhere' }, helpers);
    await expect(found).rejects.toMatchObject({ fault: 'harness', code: 'archive-unreachable' });
    await expect(realArchiveOf(planned(distro), { mirror }, signal)).rejects.toThrow(/127\.0\.0\.1:1\/nothing/);
  },
);

test('a stand-in is not served to guests that are let out', async () => {
  const helpers = { progress: () => {}, signal } as unknown as Parameters<typeof archiveOf>[2];
  const found = archiveOf(planned('rocky8', 'real', 'stand-in'), { mirror, cacheFolder: '/nowhere' }, helpers);
  await expect(found).rejects.toMatchObject({ fault: 'harness', code: 'stand-in-unserved' });
});

test('stand-ins of the cells of a run are served once for each architecture, and none where none may be taken', () => {
  const cells = [planned('rocky8', 'real', 'stand-in'), planned('rocky8', 'stand-in'), planned('debian13', 'real')];
  expect(standInFolders(cells, '/run')).toEqual([
    { uri: 'http://stand-in.invalid/rocky8/x86_64', folder: '/run/stand-ins/rocky8-x86_64' },
  ]);
});

test('each family is asked in its own way', () => {
  const ways = rows.map(([, row]) => familyOf(row).installedKernels);
  expect(new Set(ways).size).toBe(3);
});
