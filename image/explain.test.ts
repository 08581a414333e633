import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { measure, neededFor } from './contents.ts';
import { explainPackages } from './explain.ts';
import type { Package } from './packages.ts';

const MiB = 1024 ** 2;
const pack = (name: string, needs: string[][], more: Partial<Package> = {}): Package => ({
  ...{ name, version: '1', essential: false, needs, provides: [], files: [`usr/${name}`] },
  ...more,
});
const packages = [
  pack('dash', [['libc6']], { essential: true }),
  pack('libc6', []),
  pack('perl', [['libc6']], { provides: ['perl-api'] }),
  pack('mmdebstrap', [['absent', 'perl-api'], ['mmdebstrap']]),
  pack('curl', [['libssl'], ['libc6']]),
  pack('libssl', []),
];
const rows = [
  { name: '?essential', why: 'a shell' },
  { name: 'mmdebstrap', why: 'installs' },
  { name: 'curl', why: 'fetches' },
  { name: 'libc6', why: 'asked for too' },
];

let tree: string;
beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'explain-'));
  await mkdir(join(tree, 'usr'));
});
afterEach(() => rm(tree, { recursive: true, force: true }));

test('each package is there for the rows that reach it, by whichever name', () => {
  expect(Object.fromEntries(neededFor(packages, rows))).toEqual({
    dash: ['?essential'],
    libc6: ['libc6', '?essential', 'mmdebstrap', 'curl'],
    perl: ['mmdebstrap'],
    mmdebstrap: ['mmdebstrap'],
    curl: ['curl'],
    libssl: ['curl'],
  });
});

test('only what is left in the tree counts, grouped under who brought it', async () => {
  for (const [name, size] of Object.entries({ dash: 1, libc6: 2, perl: 4, mmdebstrap: 8, ours: 0.5 })) {
    await writeFile(join(tree, 'usr', name), Buffer.alloc(size * MiB));
  }
  // Neither a link to a folder nor a second name is there twice.
  await symlink('usr', join(tree, 'old'));
  await link(join(tree, 'usr/perl'), join(tree, 'usr/perl5'));
  const contents = await measure(tree, packages, rows);
  expect(contents.tree).toBe(15.5 * MiB);
  expect(explainPackages({ ...contents, rows }).slice(1)).toEqual([
    '  12.0  mmdebstrap                installs',
    '             4.0  perl',
    '   1.0  ?essential                a shell',
    '             1.0  dash',
    '   0.0  curl                      fetches',
    '             0.0  in 1 smaller ones',
    '   0.0  libc6 (needed anyway)     asked for too',
    '   2.0  several of them need',
    '             2.0  libc6  for libc6, ?essential, mmdebstrap, curl',
    '   0.5  no package brought: kernel, initramfs, our own files',
  ]);
});
