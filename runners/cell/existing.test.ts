import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { standIns } from '../../mirrors/stand-ins.ts';
import { loadMatrix } from '../matrix/load.ts';
import { installers, whatExists } from './existing.ts';

test('a distribution has an installer exactly where the image has /root/<id>.sh', () => {
  const ids = Object.keys(loadMatrix().distributions);
  const root = join(import.meta.dirname, '../../image/files/root');
  expect(ids.filter((id) => installers().has(id))).toEqual(ids.filter((id) => existsSync(join(root, `${id}.sh`))));
  expect(
    [...installers()].filter((id) => !ids.includes(id)),
    'installers without a row',
  ).toEqual([]);
  expect(installers().has('debian13')).toBe(true);
});

test('a stand-in is a file or a folder of the distribution’s name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'standins-'));
  try {
    expect(standIns(join(folder, 'none'))).toEqual(new Set());
    writeFileSync(join(folder, 'rocky8.ts'), '');
    mkdirSync(join(folder, 'gentoo'));
    expect(standIns(folder)).toEqual(new Set(['rocky8', 'gentoo']));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('which installers a given image has is not known', () => {
  expect(whatExists({}).installers).toEqual(installers());
  expect(whatExists({ image: '/some/stub.squashfs' })).toEqual({ standIns: standIns() });
});
