import { chmod, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installed } from '../../../runners/cell/installed.ts';
import { testGuest } from '../../../runners/host/test-guest.ts';
import type { RunOptions } from '../../../runners/matrix/options.ts';
import { run } from '../../../runners/process/command.ts';
import { addUnknownFeature, asInstalled, damageTables, emptyDisk, ext4Disk, foreignDisk, wipeGroups } from './disks.ts';
import { CHECKS, type Expected } from './failure.ts';

/** Something that is wrong before the guest starts. */
export interface BadStart extends Expected {
  readonly name: string;
  /** What the cell is given, made in a folder of its own. */
  readonly given: (folder: string) => Promise<{
    readonly options?: Partial<RunOptions>;
    readonly installed?: Installed;
  }>;
}

/** An initramfs with a busybox and this script as the first program; without one where there is no script. */
async function initramfs(folder: string, init: string | undefined, mode = 0o755): Promise<string> {
  const tree = join(folder, 'initramfs');
  await mkdir(tree);
  const { initrd } = await testGuest();
  await run(['cpio', '--quiet', '-i', '-F', initrd], { cwd: tree });
  const names = ['.', 'bin', 'bin/busybox'];
  if (init !== undefined) {
    names.push('init');
    await writeFile(join(tree, 'init'), `#!/bin/busybox sh\n${init}\n`);
    await chmod(join(tree, 'init'), mode);
  }
  const file = join(folder, 'initrd');
  await run(['cpio', '--quiet', '-o', '-H', 'newc', '-F', file], { cwd: tree, input: `${names.join('\n')}\n` });
  return file;
}

const withInit = (init: string | undefined, mode?: number) => async (folder: string) => ({
  // Debian's kernel has no driver for the disk in itself, so it falls back on no other root.
  options: { kernel: (await testGuest()).kernel, initrd: await initramfs(folder, init, mode) },
});

/** Stub's own boot. */
export const stubBoots: readonly BadStart[] = [
  {
    name: 'a kernel without the driver of the disk',
    given: async () => ({ options: { kernel: (await testGuest()).kernel } }),
    check: CHECKS.boot,
    code: 'stub-no-disk',
    says: /no disk \/dev\/vda/,
  },
  {
    name: 'a first program that ends',
    given: withInit('echo "nothing to do"; exit 3'),
    check: CHECKS.boot,
    code: 'init-ended',
    says: /wait status 0x0*300/,
  },
  {
    name: 'a first program that may not be run',
    given: withInit('exit 3', 0o644),
    check: CHECKS.boot,
    code: 'no-init',
    says: /no first program that it can run/,
  },
  {
    name: 'an initramfs without a first program',
    given: withInit(undefined),
    check: CHECKS.boot,
    code: 'root-not-mounted',
    says: /could not mount a root/,
  },
  {
    name: 'an initramfs that was cut off',
    given: async (folder) => {
      const initrd = join(folder, 'initrd');
      await run(['sh', '-c', 'head -c 3000000 /dev/urandom | gzip -1 > "$0"', initrd]);
      await truncate(initrd, 1_000_000);
      return { options: { kernel: (await testGuest()).kernel, initrd } };
    },
    check: CHECKS.boot,
    code: 'initramfs-damaged',
    says: /could not unpack its initramfs/,
  },
  {
    name: 'a first program that computes for ever',
    given: withInit('echo "solving"; while :; do :; done'),
    check: CHECKS.boot,
    code: 'spinning',
    says: /computed for \d+\.\d s without a word, .* solving/,
  },
  {
    name: 'a first program that takes all memory',
    given: withInit(
      '/bin/busybox mkdir -p /dev /all; /bin/busybox mount -t devtmpfs dev /dev; /bin/busybox mount -t tmpfs -o size=200% all /all; exec /bin/busybox dd if=/dev/zero of=/all/fill bs=64K',
    ),
    check: CHECKS.boot,
    code: 'memory-deadlock',
    says: /out of memory/,
  },
  {
    name: 'a kernel that is none',
    given: async (folder) => {
      const kernel = join(folder, 'kernel');
      await writeFile(kernel, 'no kernel\n'.repeat(1000));
      return { options: { kernel } };
    },
    check: CHECKS.boot,
    code: 'qemu-kernel-refused',
    says: /does not take the file/,
  },
  {
    name: 'a guest that starts again and again',
    given: withInit('/bin/busybox reboot -f'),
    check: CHECKS.boot,
    code: 'boot-loop',
    says: /again and again/,
  },
];

const onDisk = (make: (folder: string) => Promise<string>) => async (folder: string) => ({
  installed: await asInstalled(folder, await make(folder)),
});

/** Something whose first bytes are none of a kernel that kexec knows. */
const JUNK = Buffer.alloc(200_000, 'junk');

/** What an install may have left, as stub finds it. */
export const handovers: readonly BadStart[] = [
  {
    name: 'a disk with nothing on it',
    given: onDisk(emptyDisk),
    check: CHECKS.handover,
    code: 'disk-empty',
    says: /no filesystem on \/dev\/vdb/,
  },
  {
    name: 'a disk without a kernel',
    given: onDisk((folder) => ext4Disk(folder, {})),
    check: CHECKS.handover,
    code: 'no-kernel',
    says: /no kernel on \/dev\/vdb/,
  },
  {
    name: 'a kernel without its initramfs',
    given: onDisk((folder) => ext4Disk(folder, { 'boot/vmlinuz-6.1.0-1': JUNK, 'boot/initrd.img-6.1.0-2': JUNK })),
    check: CHECKS.handover,
    code: 'no-initramfs',
    says: /\/boot\/vmlinuz-6\.1\.0-1 and no initramfs/,
  },
  {
    name: 'an installation that was broken off',
    given: onDisk((folder) => ext4Disk(folder, { '.stub-installing': '' })),
    check: CHECKS.handover,
    code: 'install-unfinished',
    says: /never finished/,
  },
  {
    name: 'a kernel that kexec does not know',
    given: onDisk((folder) => ext4Disk(folder, { 'boot/vmlinuz-6.1.0-1': JUNK, 'boot/initrd.img-6.1.0-1': JUNK })),
    check: CHECKS.handover,
    code: 'kexec-refused',
    says: /kexec does not load \/boot\/vmlinuz-6\.1\.0-1/,
  },
  {
    name: 'a kernel that was cut off',
    given: onDisk((folder) =>
      ext4Disk(folder, {
        'boot/vmlinuz-6.1.0-1': Buffer.concat([Buffer.from('1f8b080000000000', 'hex'), JUNK]),
        'boot/initrd.img-6.1.0-1': JUNK,
      }),
    ),
    check: CHECKS.handover,
    code: 'kernel-not-unpacked',
    says: /does not unpack/,
  },
  {
    name: 'a filesystem that is newer than the kernel',
    given: onDisk((folder) => ext4Disk(folder, {}, addUnknownFeature)),
    check: CHECKS.handover,
    code: 'root-feature-unknown',
    says: /feature \(40000000\)/,
  },
  {
    name: 'a filesystem whose tables are gone',
    given: onDisk((folder) => ext4Disk(folder, {}, wipeGroups)),
    check: CHECKS.handover,
    code: 'root-not-mountable',
    says: /could not mount the ext4 on \/dev\/vdb/,
  },
  {
    name: 'a filesystem of another kind',
    given: onDisk((folder) => foreignDisk(folder, ['mkfs.minix', '-3'])),
    check: CHECKS.handover,
    code: 'filesystem-unknown',
    says: /no filesystem minix/,
  },
  {
    name: 'a disk that fails',
    given: onDisk(async (folder) => {
      const disk = await ext4Disk(folder, { 'boot/vmlinuz-6.1.0-1': JUNK, 'boot/initrd.img-6.1.0-1': JUNK });
      await damageTables(disk);
      return disk;
    }),
    check: CHECKS.handover,
    code: 'io-error',
    says: /disk vdb failed on READ/,
  },
  {
    name: 'a kernel that never says a word',
    given: onDisk(async (folder) => {
      const kernel = await readFile((await testGuest()).kernel);
      // Its head stays; what it unpacks itself from does not.
      kernel.fill(0, 200_000, kernel.length - 200_000);
      return ext4Disk(folder, { 'boot/vmlinuz-6.1.0-1': kernel, 'boot/initrd.img-6.1.0-1': JUNK });
    }),
    check: CHECKS.handover,
    code: 'kexec-into-silence',
    says: /jumped into \/boot\/vmlinuz-6\.1\.0-1/,
  },
];
