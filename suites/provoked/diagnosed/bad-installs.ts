import { CHECKS } from './failure.ts';
import { asInstaller, fetchFrom, fromSigned, installing, type ShellFailure } from './installer.ts';

/** All but some 150 MiB of it, page by page, which a program would take minutes for under emulation. */
const FILL_MEMORY =
  'mountpoint -q /media || mount -t tmpfs -o size=100% fill /media; fallocate -l $(($(sed -n "s/^MemAvailable: *//p" /proc/meminfo | cut -d " " -f 1) - 150000))K /media/fill';

const check = CHECKS.install;

/** What goes wrong in the guest itself. Each in one stub after the other; the last takes it down. */
export const badInstalls: readonly ShellFailure[] = [
  {
    name: 'an encrypted root without a key',
    provoke: installing('FS=luks'),
    check,
    code: 'luks-key-not-given',
    says: /no key/,
  },
  {
    name: 'a share that the machine does not have',
    provoke: fromSigned('bare', 'FS=virtiofs'),
    check,
    code: 'share-missing',
    says: /no virtiofs share with the tag "fs"/,
  },
  {
    name: 'an option that mkfs does not know',
    provoke: async (cell, host) => {
      await fetchFrom(cell, host, 'own.asc');
      await asInstaller(
        `sed "s:-c options=[^)']*:-m nonsense=1:" real.sh > odd.sh`,
        `KEYRING=/root/own.asc MIRROR=${host}/bare SECURITY_MIRROR=${host}/bare exec bash ./odd.sh`,
      )(cell);
    },
    check,
    code: 'mkfs-failed',
    says: /mkfs made no xfs/,
  },
  {
    name: 'a disk that is too small',
    provoke: installing('TARGET_DISK=$DISK', 'truncate -s 1G /root/small', 'DISK=$(losetup --show -f /root/small)'),
    check,
    code: 'disk-too-small',
    says: /has 1024 MiB and the installer needs 2048/,
  },
  {
    name: 'a package whose script fails',
    provoke: (cell, host) => asInstaller(`curl -sS -o broken.deb ${host}/broken.deb`, 'dpkg -i broken.deb')(cell),
    check,
    code: 'package-script-failed',
    says: /script of the package broken ended with 3/,
  },
  {
    name: 'a package that was cut off',
    provoke: (cell, host) =>
      asInstaller(`curl -sS ${host}/broken.deb | head -c 300 > cut.deb`, 'dpkg -i ./cut.deb')(cell),
    check,
    code: 'package-unusable',
    says: /dpkg could not install .*cut\.deb/,
  },
  {
    name: 'a filesystem that no installer makes',
    provoke: fromSigned('bare', 'FS=ntfs'),
    check,
    code: 'installer-gave-up',
    says: /unknown FS=ntfs/,
  },
  {
    name: 'a program that takes all memory',
    provoke: asInstaller(FILL_MEMORY, 'tail /dev/zero'),
    check,
    code: 'out-of-memory',
    says: /killed tail/,
  },
  {
    name: 'a program that is killed, and nobody says by whom',
    provoke: asInstaller('dmesg -n 1', FILL_MEMORY, 'tail /dev/zero'),
    check,
    code: 'program-killed',
    says: /tail \/dev\/zero/,
  },
  {
    name: 'a filesystem that is full',
    provoke: asInstaller('mount -t tmpfs -o size=1M tmpfs /mnt', 'cp /usr/bin/bash /mnt/'),
    check,
    code: 'no-space',
    says: /full/,
  },
  {
    name: 'an installer that says nothing',
    provoke: asInstaller('exit 3'),
    check,
    code: 'installer-mute',
    says: /status 3/,
  },
  {
    name: 'a program for a newer processor',
    // What a program demands stands in a note of its ELF: one bit says x86-64-v4, which no emulated one has.
    provoke: asInstaller(
      "LC_ALL=C sed 's/\\x02\\x80\\x00\\xc0\\x04\\x00\\x00\\x00\\x01/\\x02\\x80\\x00\\xc0\\x04\\x00\\x00\\x00\\x08/' /usr/bin/true > newer",
      'chmod +x newer; exec ./newer',
    ),
    check,
    code: 'cpu-too-old',
    says: /processor lacks instructions/,
  },
  {
    name: 'a disk that becomes full in the middle',
    provoke: asInstaller(
      '(until mountpoint -q /mnt/target; do sleep 0.5; done; fallocate -l 19500M /mnt/target/ballast) > /dev/null 2>&1 &',
      'exec ./real.sh',
    ),
    check,
    code: 'disk-full',
    says: /became full in step/,
  },
  {
    name: 'no installer',
    provoke: async (cell) => void (await cell.guest.shell('rm -f /root/debian13.sh')),
    check,
    code: 'installer-missing',
    says: /debian13\.sh: No such file/,
  },
  {
    name: 'a panic in the middle of it',
    provoke: asInstaller('echo c > /proc/sysrq-trigger', 'sleep 100'),
    check,
    code: 'kernel-panic',
    says: /sysrq triggered crash/,
  },
];
