import type { Cell } from '../../../runners/cell/cell.ts';
import { CHECKS, type Failure } from './failure.ts';

const inGuest = (command: string) => async (cell: Cell) => void (await cell.guest.shell(command));

/** Adds files to the initramfs of the installed system, which override those of the same name: a second archive behind the first. */
const inInitramfs = (path: string, content: string) =>
  inGuest(
    [
      `mkdir -p /tmp/more/$(dirname ${path}) && cd /tmp/more`,
      `printf '%s\\n' '${content}' > ${path}`,
      'find . | cpio -o -H newc --quiet >> /boot/initrd.img-$(uname -r)',
      'cd /root; sync',
    ].join('; '),
  );

/** The installed Debian does not come up again. Each in a boot of its own. */
export const rebootsOfDebian: readonly Failure[] = [
  {
    name: 'a root that is not there',
    provoke: inInitramfs('conf/param.conf', 'ROOT=UUID=00000000-dead-beef-0000-000000000000'),
    check: CHECKS.reboot,
    code: 'root-missing',
    says: /waits in vain for its root, UUID=00000000-dead/,
  },
  {
    name: 'an initramfs without the driver of the disk',
    provoke: inInitramfs('etc/modprobe.d/none.conf', 'blacklist virtio_blk'),
    check: CHECKS.reboot,
    code: 'root-driver-missing',
    says: /no disk at all/,
  },
  {
    name: 'a root without a system',
    provoke: inGuest(
      'mv /usr/lib/systemd /usr/lib/systemd-gone; mv /usr/sbin/init /usr/sbin/init-gone; sync; /usr/lib/systemd-gone/systemctl --version > /dev/null 2>&1; true',
    ),
    check: CHECKS.reboot,
    code: 'root-unusable',
    says: /no system on it/,
  },
  {
    name: 'a line in fstab that names no disk',
    provoke: inGuest(
      'echo "UUID=00000000-dead-beef-0000-000000000000 /srv ext4 defaults,x-systemd.device-timeout=5 0 2" >> /etc/fstab; sync',
    ),
    check: CHECKS.reboot,
    code: 'device-timed-out',
    says: /waited in vain for .*dead/,
  },
  {
    name: 'a shutdown that does not end',
    provoke: inGuest(
      'systemd-run --unit stubborn --property=TimeoutStopSec=infinity --property=ExecStop="/bin/sleep infinity" sleep infinity',
    ),
    check: CHECKS.reboot,
    code: 'shutdown-waiting',
    says: /shutdown waited for stubborn/,
  },
];
