import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../runners/process/command.ts';
import { Store } from '../runners/store/store.ts';
import { openImage } from './contract.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'contract-'));
  store = new Store(join(folder, 'store'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function squashfs(files: Record<string, string>): Promise<string> {
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'boot'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(tree, name), text);
  if ('boot/kernel-6.1' in files) await symlink('kernel-6.1', join(tree, 'boot/kernel'));
  const file = join(folder, 'foreign.squashfs');
  await run(['mksquashfs', tree, file, '-quiet', '-no-progress']);
  return file;
}

test('kernel and initramfs come out of the squashfs, once for the same file', async () => {
  const file = await squashfs({ 'boot/vmlinuz': 'a kernel', 'boot/initrd.img': 'an initramfs' });
  const image = await openImage(file, store);
  expect(image).toMatchObject({ squashfs: file, reused: false });
  expect(await readFile(image.kernel, 'utf8')).toBe('a kernel');
  expect(await readFile(image.initrd, 'utf8')).toBe('an initramfs');
  expect(await openImage(file, store)).toEqual({ ...image, reused: true });
});

test('a file that is no squashfs is refused', async () => {
  const file = join(folder, 'stub.squashfs');
  await writeFile(file, 'not at all');
  await expect(openImage(file, store)).rejects.toMatchObject({ fault: 'usage', code: 'not-a-squashfs' });
});

test('a squashfs without a kernel is refused, with the names that were looked for', async () => {
  const file = await squashfs({ 'boot/initramfs': 'an initramfs' });
  await expect(openImage(file, store)).rejects.toThrow(/holds no kernel; looked for boot\/kernel,/);
});

test('what is replaced need not be in the squashfs', async () => {
  const file = await squashfs({ 'boot/initramfs': 'an initramfs', 'etc-issue': 'stub' });
  const image = await openImage(file, store, { kernel: '/given/kernel' });
  expect(image.kernel).toBe('/given/kernel');
  expect(await readFile(image.initrd, 'utf8')).toBe('an initramfs');
  const both = await openImage(file, store, { kernel: '/given/kernel', initrd: '/given/initrd' });
  expect(both).toMatchObject({ kernel: '/given/kernel', initrd: '/given/initrd' });
  expect(await readdir(both.folder)).toEqual(['manifest.json']);
  await expect(openImage(file, store, { initrd: '/given/initrd' })).rejects.toMatchObject({
    hint: expect.stringContaining('--kernel'),
  });
});
