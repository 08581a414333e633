import { existsSync } from 'node:fs';
import { chmod, chown, link, lstat, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../process/command.ts';
import { packTree, unpackTree } from './pack.ts';

let folder: string;
let tree: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pack-'));
  tree = join(folder, 'tree');
  await mkdir(tree, { mode: 0o755 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('an installed tree comes back as it was', async () => {
  const at = (name: string, root = tree) => join(root, name);
  await writeFile(at('setuid'), 'x');
  await chown(at('setuid'), 4321, 8765);
  await chmod(at('setuid'), 0o4711);
  await run(['setcap', 'cap_net_raw+ep', at('setuid')]);
  await link(at('setuid'), at('hard'));
  await symlink('/etc/nowhere', at('soft'));
  await run(['mknod', at('null'), 'c', '1', '3']);
  await writeFile(at('holes'), '');
  await truncate(at('holes'), 1 << 30);
  await utimes(at('holes'), 1e9, 1e9);
  await packTree(tree, at('a.tar.zst', folder));

  const back = join(folder, 'back');
  await unpackTree(at('a.tar.zst', folder), back);
  expect((await lstat(back)).mode & 0o777).toBe(0o755);
  expect(await lstat(at('setuid', back))).toMatchObject({ uid: 4321, gid: 8765, mode: 0o104711, nlink: 2 });
  expect((await run(['getcap', at('hard', back)])).stdout).toContain('cap_net_raw=ep');
  expect((await lstat(at('soft', back))).isSymbolicLink()).toBe(true);
  expect(await lstat(at('null', back))).toMatchObject({ rdev: 0x103 });
  const holes = await lstat(at('holes', back));
  expect(holes).toMatchObject({ size: 1 << 30, mtimeMs: 1e12 });
  expect(holes.blocks).toBeLessThan(64);
});

test('a damaged file leaves no half of a tree, and what is there is not unpacked over', async () => {
  const file = join(folder, 'damaged');
  await writeFile(file, 'no archive');
  await expect(unpackTree(file, join(folder, 'new'))).rejects.toMatchObject({ code: 'command-failed' });
  expect(existsSync(join(folder, 'new'))).toBe(false);
  await expect(unpackTree(file, tree)).rejects.toMatchObject({ code: 'EEXIST' });
});
