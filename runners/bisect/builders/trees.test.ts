import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compile, UNDERWAY } from '../../../image/kernel/objects.ts';
import { on } from '../kconfig/kconfig.test-support.ts';
import { lyingIn, nearestTree, sow } from './trees.ts';

let root: string;
let own: string;
let folders: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trees-'));
  own = join(root, 'own');
  folders = [join(root, 'one'), join(root, 'other')];
});
afterEach(() => rm(root, { recursive: true }));

async function build(folder: string, options: readonly string[]): Promise<void> {
  await mkdir(join(folder, 'include/config'), { recursive: true });
  const lines = [...options.map((name) => `CONFIG_${name}=y`), 'CONFIG_CC=gcc 14', ''];
  await writeFile(join(folder, 'include/config/auto.conf'), lines.join('\n'));
  await writeFile(join(folder, '.config'), '');
}

const configured = (...names: string[]) => new Map([...on(names), ['CC', '"gcc 14"']]);

/** PREEMPT stands in what everything reads, and so does the compiler; XFS has objects of its own. */
const known = {
  readers: {
    objects: 100,
    of: new Map([
      ['PREEMPT', [...Array(100).keys()]],
      ['CC', [...Array(100).keys()]],
      ['XFS', [1]],
      ['EXT4', [2]],
      ['BTRFS', [3]],
    ]),
  },
  alone: new Map([['XFS', 40]]),
};

test('a kernel is built where the fewest objects are compiled again, not where the fewest options differ', async () => {
  await build(folders[0] as string, ['PREEMPT']);
  await build(folders[1] as string, ['XFS', 'EXT4', 'BTRFS']);
  const all = configured('PREEMPT', 'XFS', 'EXT4', 'BTRFS');
  expect(await nearestTree(folders, own, all, known)).toEqual({ tree: 0, afresh: false, outdated: 3 });
  expect(await nearestTree(folders, own, configured(), known)).toEqual({ tree: 1, afresh: false, outdated: 3 });
  // Where that is not known, by options.
  expect(await nearestTree(folders, own, configured(), undefined)).toEqual({ tree: 0, afresh: false });
});

test('a folder with nothing in it counts as our own, which it begins as a copy of', async () => {
  const wanted = configured('XFS');
  const { signal } = new AbortController();
  expect(await nearestTree(folders, own, wanted, known)).toMatchObject({ tree: 0, afresh: false });
  await build(folders[0] as string, ['PREEMPT']);
  await build(own, ['EXT4']);
  expect(await nearestTree(folders, own, wanted, known)).toEqual({ tree: 1, afresh: false, outdated: 2 + 40 });
  await sow(own, folders[1] as string, signal);
  expect(await readFile(join(folders[1] as string, 'include/config/auto.conf'), 'utf8')).toMatch(/^CONFIG_EXT4=y$/m);

  // Not where a build of ours was broken off.
  await rm(folders[1] as string, { recursive: true });
  await writeFile(join(own, UNDERWAY), '');
  await sow(own, folders[1] as string, signal);
  expect(existsSync(folders[1] as string)).toBe(false);
});

test('what another search has left far from all that is wanted gives way to a copy of our own', async () => {
  await build(own, ['EXT4']);
  await build(folders[0] as string, ['PREEMPT']);
  await build(folders[1] as string, ['EXT4', 'XFS']);
  const { signal } = new AbortController();
  // An object from here, none from ours: not worth a copy.
  expect(await nearestTree(folders, own, configured('EXT4'), known)).toEqual({ tree: 1, afresh: false, outdated: 1 });
  await build(folders[1] as string, ['PREEMPT', 'XFS']);
  expect(await nearestTree(folders, own, configured('EXT4'), known)).toEqual({ tree: 0, afresh: true, outdated: 0 });
  const [folder = ''] = folders;
  const lies = () => readFile(join(folder, 'include/config/auto.conf'), 'utf8');
  await sow(own, folder, signal);
  expect(await lies()).toMatch(/PREEMPT/);
  await sow(own, folder, signal, { afresh: true });
  expect(await lies()).toMatch(/EXT4/);
  expect(await lies()).not.toMatch(/PREEMPT/);
});

test('what lies in a folder whose build was broken off is what the next build will find there', async () => {
  const [folder = ''] = folders;
  await build(folder, ['XFS']);
  const broken = compile(folder, async () => {
    await build(folder, ['BTRFS']);
    throw new Error('broken off');
  });
  await expect(broken).rejects.toThrow('broken off');
  const [lies] = await lyingIn([folder], own);
  expect([...(lies?.keys() ?? [])]).toEqual(['XFS', 'CC']);
});
