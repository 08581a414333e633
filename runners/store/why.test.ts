import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { differencesOf } from './difference.ts';
import { flatten, type Inputs, keyOf } from './inputs.ts';
import { formatSize, parseSize } from './size.ts';
import { Store } from './store.ts';
import { why } from './why.ts';

let root: string;
let store: Store;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'why-'));
  store = new Store(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const inputs = {
  arch: 'x86_64',
  fs: 'xfs',
  release: '2026-11-14',
  installer: { 'debian.sh': 'a'.repeat(64), args: [] },
};
const make = (of: Inputs, label: string) =>
  store.obtain('disks', of, (folder) => writeFile(join(folder, 'disk'), 'bytes'), { label });

test('the key depends on every input and not on their order', () => {
  const key = keyOf({ arch: 'x86_64', files: { a: 1, b: 2 } });
  expect(key).toMatch(/^[0-9a-f]{20}$/);
  expect(keyOf({ files: { b: 2, a: 1 }, arch: 'x86_64' })).toBe(key);
  expect(keyOf({ arch: 'x86_64', files: { a: 1, b: 3 } })).not.toBe(key);
});

test('inputs are compared by the names of their single values', () => {
  expect([...flatten(inputs)].map(([name]) => name)).toEqual([
    'arch',
    'fs',
    'release',
    'installer.debian.sh',
    'installer.args',
  ]);
  expect(differencesOf({ a: { b: [1, 2] }, gone: null }, { a: { b: [1, 3] }, come: 'x' })).toEqual([
    { name: 'a.b.1', before: '2', now: '3' },
    { name: 'come', now: 'x' },
    { name: 'gone', before: 'null' },
  ]);
});

describe('why', () => {
  test('a hit: its manifest in plain words', async () => {
    const { folder } = await make(inputs, 'debian13-x86_64-xfs');
    const found = await store.find('disks', inputs);
    expect(why(found).replace(/made .*/, 'made')).toBe(`disks/${keyOf(inputs)} (debian13-x86_64-xfs) is there: ${folder}
made
inputs
  arch                 x86_64
  fs                   xfs
  release              2026-11-14
  installer.debian.sh  ${'a'.repeat(64)}
  installer.args       []
files
  disk  5 B, sha256 277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9`);
  });

  test('a miss: what changed since the nearest, which is the last of the same name', async () => {
    await make({ ...inputs, release: '2026-10-01', arch: 'aarch64' }, 'debian13-x86_64-xfs');
    await make({ ...inputs, fs: 'ext4' }, 'debian13-x86_64-ext4');
    const now = { ...inputs, installer: { 'debian.sh': 'b'.repeat(64) } };
    const found = await store.find('disks', now, 'debian13-x86_64-xfs');
    expect(why(found).replace(/made 2.*UTC/, 'made TIME UTC')).toBe(`disks/${keyOf(now)} is not there: it will be made.
The nearest is disks/${keyOf({ ...inputs, release: '2026-10-01', arch: 'aarch64' })} (debian13-x86_64-xfs), made TIME UTC. Since then:
  arch                 aarch64 -> x86_64
  installer.args       no longer counts; was []
  installer.debian.sh  aaaaaaaaaaaa… -> bbbbbbbbbbbb…
  release              2026-10-01 -> 2026-11-14`);
  });

  test('without one of that name, the nearest is that with the fewest differences', async () => {
    await make({ ...inputs, fs: 'ext4' }, 'debian13-x86_64-ext4');
    await make({ ...inputs, fs: 'btrfs', release: '2026-10-01' }, 'debian13-x86_64-btrfs');
    const found = await store.find('disks', inputs, 'debian13-x86_64-xfs');
    expect(found).toMatchObject({
      nearest: { manifest: { label: 'debian13-x86_64-ext4' }, differences: [{ name: 'fs' }] },
    });
  });

  test('nothing of the kind', async () => {
    expect(why(await store.find('disks', inputs))).toBe(
      `disks/${keyOf(inputs)} is not there, and nothing else of disks is: it will be made.`,
    );
  });
});

describe('sizes', () => {
  test.each([
    ['50G', 50 * 2 ** 30],
    ['500M', 500 * 2 ** 20],
    ['4096', 4096],
    ['0', 0],
    ['1T', 2 ** 40],
  ])('%s', (typed, bytes) => {
    expect(parseSize(typed, '--max')).toBe(bytes);
  });

  test.each(['', 'G', '50GB', '50 G', '-1', '1.5G', '50g', '1e3', '99999999T'])('"%s" is none', (typed) => {
    expect(() => parseSize(typed, '--max')).toThrow(expect.objectContaining({ code: 'not-a-size', fault: 'usage' }));
  });

  test('are told in the unit that suits them', () => {
    expect([0, 1023, 1024, 1.9 * 2 ** 30, 2 ** 50].map(formatSize)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1.9 GiB',
      '1024.0 TiB',
    ]);
  });
});
