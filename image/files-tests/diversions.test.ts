import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attempt } from '../../runners/process/command.ts';
import { tool } from './debs.test-support.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'diversions-'));
  await mkdir(join(root, 'var/lib/dpkg/info'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

/** What the installer says of one diversion, dash's unless another is given, where these packages bring these files. */
async function check(lists: Record<string, string>, diversion = '/bin/sh\n/bin/sh.distrib\ndash\n'): Promise<string> {
  await writeFile(join(root, 'var/lib/dpkg/diversions'), diversion);
  for (const [name, files] of Object.entries(lists))
    await writeFile(join(root, 'var/lib/dpkg/info', `${name}.list`), `${files}\n`);
  const script = 'set -eu; ARCHITECTURE=amd64 TARGET=$2; fail() { echo "$*"; exit 1; }; . "$1"; check_diversions';
  const { stdout, stderr } = await attempt(['bash', '-c', script, 'bash', tool('debian-unpack.sh'), root]);
  return stdout + stderr;
}

test('a file that another package has brought should have been moved', async () => {
  expect(await check({ dash: '/bin/dash', bash: '/bin/bash\n/bin/sh' })).toMatch(
    /^dash diverts \/bin\/sh, which cannot/,
  );
});

test('a folder stays where it is', async () => {
  await mkdir(join(root, 'usr/lib'), { recursive: true });
  await symlink('usr/lib', join(root, 'lib'));
  const diversion = '/lib\n/lib.usr-is-merged\nbase-files\n';
  expect(await check({ 'base-files': '/etc', bash: '/lib' }, diversion)).toBe('');
  await rm(join(root, 'lib'));
  expect(await check({ 'base-files': '/etc', bash: '/lib' }, diversion)).toMatch(/^base-files diverts \/lib, which/);
});

test('of its own files, and of those that nobody brings, nothing is to be moved', async () => {
  expect(await check({ dash: '/bin/dash\n/bin/sh' })).toBe('');
  expect(await check({ 'dash:amd64': '/bin/sh', bash: '/bin/bash' })).toBe('');
  expect(await check({ bash: '/bin/bash' })).toBe('');
});
