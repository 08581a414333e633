import { expect, test } from 'vitest';
import { needsOf } from './needs.ts';

const disk = { filesystem: { type: 'xfs', on: 'disk' } } as const;
const share = { filesystem: { type: 'virtiofs', on: 'share' } } as const;

test('is guessed from the accelerator, the filesystem and the size of guests', () => {
  expect(needsOf(disk, 'tcg')).toEqual({ cores: 1.2, memoryMiB: 3072, basis: 'guessed' });
  expect(needsOf(disk, 'kvm')).toEqual({ cores: 0.8, memoryMiB: 2304, basis: 'guessed' });
  expect(needsOf(share, 'kvm').memoryMiB).toBe(2432);
});

test('is what was measured, with some headroom for memory', () => {
  const experience = { seconds: 400, cpuSeconds: 440, peakMemoryMiB: 2000 };
  expect(needsOf(disk, 'tcg', experience)).toEqual({ cores: 1.1, memoryMiB: 2200, basis: 'measured' });
});

test('is guessed as far as nothing was measured', () => {
  expect(needsOf(disk, 'tcg', { seconds: 400 })).toEqual(needsOf(disk, 'tcg'));
  expect(needsOf(disk, 'tcg', { seconds: 400, cpuSeconds: 0, peakMemoryMiB: 0 })).toEqual(needsOf(disk, 'tcg'));
});
