import { expect, test } from 'vitest';
import { cellsOf } from './cells.ts';
import { driversOf } from './drivers.ts';
import { loadMatrix } from './load.ts';

const matrix = loadMatrix();

test.each([
  ['debian13-x86_64-xfs', ['virtiofs', 'dm-crypt']],
  ['rocky8-aarch64-ext4', ['virtiofs', 'dm-crypt']],
  ['centos7-x86_64-xfs', ['dm-crypt']],
  ['centos6-x86_64-xfs', []],
])('%s has in its initramfs: %j', (id, expected) => {
  const cell = cellsOf(matrix).find((each) => each.id === id);
  if (!cell) throw new Error(`no cell ${id}`);
  expect(driversOf(matrix, cell, 'real')).toEqual(expected);
  expect(driversOf(matrix, cell, 'stand-in')).toEqual(expected);
});

test('a row without a driver asks for none', () => {
  const [cell] = cellsOf(matrix);
  const filesystems = { ext4: { type: 'ext4', on: 'disk' as const } };
  expect(cell && driversOf({ ...matrix, filesystems }, cell, 'real')).toEqual([]);
});
