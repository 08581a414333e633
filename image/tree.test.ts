import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashFolder } from './tree.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tree-'));
  await writeFile(join(folder, 'plugin'), 'text', { mode: 0o644 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the hash is of names, bytes, links and whether a file can be executed', async () => {
  const hashes = [await hashFolder(folder)];
  const step = async (change: Promise<unknown>) => {
    await change;
    hashes.push(await hashFolder(folder));
  };
  await step(writeFile(join(folder, 'plugin'), 'other'));
  await step(chmod(join(folder, 'plugin'), 0o755));
  await step(symlink('plugin', join(folder, 'link')));
  await step(writeFile(join(folder, 'more'), ''));
  expect(new Set(hashes).size).toBe(5);
});

test('what is not accepted does not count', async () => {
  const before = await hashFolder(folder);
  await writeFile(join(folder, 'x.test.ts'), '');
  expect(await hashFolder(folder, (path) => !path.endsWith('.test.ts'))).toBe(before);
});
