import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attempt } from '../../runners/process/command.ts';
import { tool } from './debs.test-support.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dependencies-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Asks for `names` where dpkg's database has these packages: name → further lines. */
async function ask(packages: Record<string, string>, ...names: string[]): Promise<string> {
  await mkdir(join(root, 'var/lib/dpkg'), { recursive: true });
  const paragraphs = Object.entries(packages).map(([name, lines]) => `Package: ${name}\n${lines}Version: 1\n`);
  await writeFile(join(root, 'var/lib/dpkg/status'), `${paragraphs.join('\n')}\n`);
  const { stdout, stderr } = await attempt([tool('dependencies'), root, ...names]);
  return stderr || stdout.replaceAll('\n', ' ');
}

test('follows dependencies of both kinds, with versions and architectures, and round in circles', async () => {
  const packages = {
    a: 'Pre-Depends: b (>= 1.0-1~)\nDepends: c:any, d\n',
    b: 'Depends: a\n',
    c: '',
    d: 'Recommends: e\n',
    e: '',
  };
  expect(await ask(packages, 'a')).toBe('a b c d');
});

test('of alternatives takes what is there, also under the name that it provides', async () => {
  const packages = {
    a: 'Depends: mta | x, editor\n',
    postfix: 'Provides: smtp, mta (= 2)\n',
    nano: 'Provides: editor\n',
  };
  expect(await ask(packages, 'a')).toBe('a nano postfix');
});

test('brings what is essential, with what that needs', async () => {
  expect(await ask({ a: '', bash: 'Essential: yes\nDepends: libc\n', libc: '', other: '' }, 'a')).toBe('a bash libc');
});

test('a name that is not there', async () => {
  expect(await ask({ a: '' }, 'a', 'kernel')).toBe(`kernel is not among the packages in ${root}`);
});
