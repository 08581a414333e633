import { expect, test } from 'vitest';
import { packageSourcesOf, versionPattern } from './distribution.ts';
import { loadMatrix } from './load.ts';

test('a version stands for its point releases, and for no other', () => {
  expect(['9', '9.7', '9.10'].every((said) => versionPattern('9').test(said))).toBe(true);
  expect(['90', '8.9', '', '9-stream'].some((said) => versionPattern('9').test(said))).toBe(false);
  expect([versionPattern('24.04').test('24x04'), versionPattern('24.04').test('24.04')]).toEqual([false, true]);
  expect(versionPattern(undefined).test('2.18')).toBe(true);
});

test('each family says what its package manager must be set up with', () => {
  const { debian13, fedora42, gentoo } = loadMatrix().distributions;
  if (!debian13 || !fedora42 || !gentoo) throw new Error('the test needs one of each family');
  expect([debian13, fedora42, gentoo].map(packageSourcesOf)).toEqual([
    ['trixie', 'trixie-updates', 'trixie-security'],
    ['fedora', 'updates'],
    [],
  ]);
});
