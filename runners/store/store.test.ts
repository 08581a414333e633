import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyOf, Store } from './store.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'store-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('the key depends on every input and not on their order', () => {
  const key = keyOf({ arch: 'x86_64', files: { a: 1, b: 2 } });
  expect(key).toMatch(/^[0-9a-f]{20}$/);
  expect(keyOf({ files: { b: 2, a: 1 }, arch: 'x86_64' })).toBe(key);
  expect(keyOf({ arch: 'x86_64', files: { a: 1, b: 3 } })).not.toBe(key);
});

test('the same inputs are built once, also when asked for at the same time, and reused by the next process', async () => {
  const store = new Store(root);
  let builds = 0;
  const build = async (folder: string) => {
    builds += 1;
    await writeFile(join(folder, 'result'), 'bytes');
  };
  const [one, two] = await Promise.all([
    store.obtain('image', { a: 1 }, build),
    store.obtain('image', { a: 1 }, build),
  ]);
  expect(one).toEqual(two);
  expect(one.reused).toBe(false);
  const later = await new Store(root).obtain('image', { a: 1 }, build);
  expect(later).toEqual({ ...one, reused: true });
  expect(builds).toBe(1);
  expect(await readFile(join(later.folder, 'result'), 'utf8')).toBe('bytes');
  expect(JSON.parse(await readFile(join(later.folder, 'manifest.json'), 'utf8'))).toEqual({ a: 1 });
});

test('a build that fails leaves nothing, and the next one starts afresh', async () => {
  const store = new Store(root);
  const failing = store.obtain('image', { a: 1 }, async (folder) => {
    await writeFile(join(folder, 'half'), '');
    throw new Error('no space');
  });
  await expect(failing).rejects.toThrow('no space');
  expect(await readdir(join(root, 'image'))).toEqual([]);
  const entry = await store.obtain('image', { a: 1 }, async () => {});
  expect(await readdir(entry.folder)).toEqual(['manifest.json']);
});

test('what a killed builder left is removed; what a living one works on is not', async () => {
  const abandoned = join(root, 'image', `.building-${'0'.repeat(20)}.999999999`);
  const alive = join(root, 'image', `.building-${'1'.repeat(20)}.1`);
  await mkdir(abandoned, { recursive: true });
  await mkdir(alive, { recursive: true });
  await new Store(root).obtain('image', { a: 1 }, async () => {});
  expect(existsSync(abandoned)).toBe(false);
  expect(existsSync(alive)).toBe(true);
});
