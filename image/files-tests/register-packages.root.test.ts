import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../runners/process/command.ts';
import { buildPackage, tool } from './debs.test-support.ts';

/* What dpkg itself leaves after `--unpack` into an empty root is what ours must leave. dpkg wants to be root for that. */

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'register-'));
});
afterEach(() => rm(work, { recursive: true }));

/** An empty root with /bin and /lib merged into /usr. */
async function emptyRoot(name: string): Promise<string> {
  const root = join(work, name);
  for (const folder of ['alternatives', 'info', 'parts', 'triggers', 'updates'])
    await mkdir(join(root, 'var/lib/dpkg', folder), { recursive: true });
  for (const file of ['available', 'status']) await writeFile(join(root, 'var/lib/dpkg', file), '');
  for (const folder of ['bin', 'lib']) {
    await mkdir(join(root, 'usr', folder), { recursive: true });
    await symlink(`usr/${folder}`, join(root, folder));
  }
  return root;
}

async function unpackByDpkg(debs: string[]): Promise<string> {
  const root = await emptyRoot('by-dpkg');
  const how = ['--force-depends', '--force-script-chrootless', '--force-unsafe-io'];
  await run(['dpkg', `--root=${root}`, ...how, '--unpack', ...debs]);
  return root;
}

/** With the functions that the installer has. */
async function unpackByUs(debs: string[]): Promise<string> {
  const root = await emptyRoot('by-us');
  const script = `set -euo pipefail; LIB=$1 TARGET=$2; shift 2; . "$LIB/debian-unpack.sh"
    extract_packages "$@" > "$TARGET.names"
    "$LIB/deb-members" control "$@" | "$LIB/register-packages" "$TARGET" "$TARGET.names"`;
  await run(['bash', '-c', script, 'bash', tool('.'), root, ...debs]);
  return root;
}

/** Everything that can be seen of a root: its files with mode, owner, size, target, and the text of dpkg's database. */
async function describeRoot(root: string): Promise<Record<string, string>> {
  const database = join(root, 'var/lib/dpkg');
  const format = '%P %y %m %U:%G %l %n\n';
  const { stdout } = await run(['find', root, '-path', database, '-prune', '-o', '!', '-type', 'd', '-printf', format]);
  const folders = await run([
    'find',
    root,
    '-path',
    database,
    '-prune',
    '-o',
    '-type',
    'd',
    '-printf',
    '%P %m %U:%G\n',
  ]);
  const sorted = (text: string) => text.split('\n').toSorted().join('\n');
  const seen: Record<string, string> = { files: sorted(stdout), folders: sorted(folders.stdout) };
  for (const folder of ['info', 'triggers']) {
    for (const name of await readdir(join(database, folder))) {
      // A lock, and what is pending for packages that are not configured and therefore not told.
      if (['Lock', 'Unincorp'].includes(name)) continue;
      const text = await readFile(join(database, folder, name), 'utf8');
      seen[`${folder}/${name}`] = name === 'File' ? sorted(text) : text;
    }
  }
  const fields = ['Package', 'Status', 'Version', 'Architecture', 'Multi-Arch', 'Conffiles', 'Depends', 'Description'];
  const query = fields.map((field) => `\${${field}}`).join('|');
  seen.status = (await run(['dpkg-query', `--admindir=${database}`, '-W', `-f=${query}\n`])).stdout;
  return seen;
}

test('dpkg leaves the same', async () => {
  const debs = [
    await buildPackage(work, 'plain', { files: { 'usr/bin/plain': 'x', 'bin/old-place': 'y' }, compression: 'zstd' }),
    await buildPackage(work, 'empty'),
    await buildPackage(work, 'settings', {
      control: 'Depends: plain, not-there\n',
      files: { 'etc/settings/a': '1', 'etc/b with blank': '2', 'usr/share/doc/settings/x': '' },
      scripts: { conffiles: '/etc/settings/a\nremove-on-upgrade /etc/gone\n', postinst: '#!/bin/sh\nexit 1\n' },
    }),
    await buildPackage(work, 'libsame', {
      architecture: 'amd64',
      control: 'Multi-Arch: same\n',
      files: { 'usr/lib/libsame.so.1': 'z' },
      scripts: {
        triggers: 'interest-noawait /usr/lib\ninterest named\n interest-await /etc/x\nactivate-noawait ldconfig\n',
        shlibs: 'libsame 1 libsame\n',
      },
    }),
    await buildPackage(work, 'interested', { scripts: { triggers: 'interest-noawait named\ninterest /usr/lib\n' } }),
  ];
  const ours = await describeRoot(await unpackByUs(debs));
  expect(ours).toEqual(await describeRoot(await unpackByDpkg(debs)));
  expect(ours['info/libsame:amd64.list']).toContain('/usr/lib/libsame.so.1');
});
