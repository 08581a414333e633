import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testGuest } from '../../../runners/host/test-guest.ts';
import type { BadStart } from './bad-start.ts';
import {
  addUnknownFeature,
  asInstalled,
  damageTables,
  emptyDisk,
  encryptedDisk,
  ext4Disk,
  foreignDisk,
  wipeGroups,
} from './disks.ts';
import { CHECKS } from './failure.ts';

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
    name: 'an encrypted disk without a key',
    cell: 'debian13-x86_64-luks',
    given: onDisk((folder) => encryptedDisk(folder, 'its key')),
    check: CHECKS.handover,
    code: 'luks-key-missing',
    says: /\/dev\/vdb is encrypted and the machine was given no key/,
  },
  {
    name: 'an encrypted disk with the key of another',
    cell: 'debian13-x86_64-luks',
    given: async (folder) => {
      const luksKey = join(folder, 'luks');
      await writeFile(luksKey, 'another key');
      return { installed: { ...(await asInstalled(folder, await encryptedDisk(folder, 'its key'))), luksKey } };
    },
    check: CHECKS.handover,
    code: 'luks-key-wrong',
    says: /does not open the encrypted disk \/dev\/vdb/,
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
