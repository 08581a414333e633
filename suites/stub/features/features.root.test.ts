import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadMatrix } from '../../../runners/matrix/load.ts';
import { attempt, run } from '../../../runners/process/command.ts';
import { loneCell, scratchFolder } from '../../harness/lone-cell.ts';
import { FORMATS, featuresOf, HEAD } from './features.ts';
import { isSince, KERNELS, TAKEN_OVER, UNREADABLE } from './kernels.ts';

/*
 * No installer makes a filesystem that its kernel cannot mount: each says how it would (SHOW=1), the image's own mkfs does that
 * to a file, and the bits of the superblock are looked up. Everything runs in the image, mounted in a namespace of its own.
 */

const files = join(import.meta.dirname, '../../../image/files');
const installers = (await readdir(join(files, 'root'))).map((name) => name.replace(/\.sh$/, '')).toSorted();
const { distributions, filesystems } = loadMatrix();

const stack = new AsyncDisposableStack();
let work: string;
let squashfs: string;
beforeAll(async () => {
  const cell = await loneCell(stack, 'debian13-x86_64-xfs');
  squashfs = (await cell.prepare()).image.squashfs;
  work = await scratchFolder(stack);
  for (const name of ['root', 'disks']) await mkdir(join(work, name));
});
afterAll(() => stack.disposeAsync());

/** Runs a shell line in the image, over which our installers are laid. */
function inImage(line: string, env: Readonly<Record<string, string>> = {}) {
  const script = `mount -t squashfs -o loop,ro "$1" "$2/root"; mount --bind /dev "$2/root/dev"
    mount -t tmpfs tmpfs "$2/root/tmp"; mount --bind "$2/disks" "$2/root/mnt"
    mount --bind "$3/root" "$2/root/root"; mount --bind "$3/usr/lib/stub" "$2/root/usr/lib/stub"
    exec chroot "$2/root" /usr/bin/env PATH=/usr/sbin:/usr/bin /bin/bash -euc "$4"`;
  const contained = ['unshare', '--mount', '--propagation', 'private'] as const;
  return attempt([...contained, 'sh', '-euc', script, 'sh', squashfs, work, files, line], { env, timeout: 60 });
}

/** Makes the filesystem as the installer would, on a file of the size of a small disk; first `from` in its line becomes `to`. */
async function make(id: string, fs: string, [from, to] = ['', '']) {
  const disk = `${id}-${fs}`;
  await rm(join(work, 'disks', disk), { force: true });
  await run(['truncate', '--size', '4G', join(work, 'disks', disk)]);
  const line = `shown=$(SHOW=1 "/root/$id.sh"); mkfs=$(sed -n 's/^mkfs: //p' <<< "$shown")
    [[ $mkfs == *"$from"* ]]; \${mkfs/"$from"/$to} "/mnt/$disk"`;
  const { stdout, stderr, exitCode } = await inImage(line, { id, FS: fs, from, to, disk });
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  const handle = await open(join(work, 'disks', disk));
  const head = Buffer.alloc(HEAD);
  await handle.read(head, 0, HEAD, 0);
  await handle.close();
  return head;
}

/** The features on it that the kernel of the distribution, or another program of its that has to read it, does not know. */
function unknownTo(id: string, type: string, head: Buffer): string[] {
  const format = FORMATS[type];
  const kernel = KERNELS[id];
  if (!format || !kernel) throw new RangeError(`${id} or ${type} stands in no table`);
  return featuresOf(format, head)
    .filter(({ name, since }) => (!isSince(kernel.version, since) && !TAKEN_OVER[id]?.[name]) || UNREADABLE[id]?.[name])
    .map(({ name, since }) => `${name} (${UNREADABLE[id]?.[name] ?? since})`);
}

/** Of each distribution those that matrix.yaml does not rule out for all architectures, LUKS being XFS inside. */
const types = [...new Set(Object.values(filesystems).map(({ type }) => type))].filter((type) => type in FORMATS);
const ruledOut = (id: string, fs: string) =>
  loadMatrix().skip.some(({ when }) => when.distro?.includes(id) && when.fs?.includes(fs) && !when.arch);

test('every distribution has a kernel here', () => {
  expect(Object.keys(KERNELS).toSorted()).toEqual(Object.keys(distributions).toSorted());
});

describe.each(installers)('%s', (id) => {
  test.each(types.filter((type) => !ruledOut(id, type)))(
    'its %s has nothing that its kernel does not know',
    async (fs) => {
      expect(existsSync(join(files, 'root', `${id}.sh`))).toBe(true);
      expect(unknownTo(id, fs, await make(id, fs))).toEqual([]);
    },
  );
});

describe('an option that is too new is noticed', () => {
  const preset = '-c options=/usr/share/xfsprogs/mkfs/lts_';
  test.each<[id: string, fs: string, change: [string, string], noticed: string[]]>([
    ['ubuntu2004', 'xfs', ['lts_5.4', 'lts_6.12'], ['inobtcount (5.10)', 'bigtime (5.10)', 'nrext64 (5.19)']],
    ['ubuntu2004', 'ext4', ['^orphan_file', 'orphan_file'], ['orphan_file (5.15)']],
    ['ubuntu2004', 'btrfs', ['btrfs', 'btrfs -O block-group-tree'], ['block_group_tree (6.1)']],
    ['ubuntu2204', 'ext4', ['^', ''], ['orphan_file (e2fsck 1.46; the feature came to it with 1.47)']],
    ['debian12', 'xfs', [`${preset}6.1.conf`, '-n parent=1'], ['exchange (6.10)', 'parent (6.10)']],
  ])('%s, %s: %j', async (id, fs, change, noticed) => {
    expect(unknownTo(id, fs, await make(id, fs, change))).toEqual(noticed);
  });
});
