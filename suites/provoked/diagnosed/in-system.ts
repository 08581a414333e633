import { dirname } from 'node:path';
import { cpio } from '../../../image/cpio.ts';
import type { Cell } from '../../../runners/cell/cell.ts';
import { CHECKS, type Failure } from './failure.ts';

const inGuest = (command: string) => async (cell: Cell) => void (await cell.guest.shell(command));

/** Puts a file into the initramfs of the installed system, over one of that name: a second archive behind the first. */
function inInitramfs(path: string, content: string) {
  const parts = dirname(path).split('/');
  const folders = parts.map((_, index) => ({ path: parts.slice(0, index + 1).join('/'), mode: 0o755 }));
  const archive = cpio([...folders, { path, mode: 0o644, content: Buffer.from(`${content}\n`) }]).toString('base64');
  const image = '/boot/initrd.img-$(uname -r)';
  // The kernel looks for the next archive at a multiple of four bytes.
  return inGuest(`truncate -s %4 ${image}; echo ${archive} | base64 -d >> ${image}; sync`);
}

/** Adds a service that everything else waits for. */
const addUnit = (service: string, install: string) =>
  inGuest(
    [
      'cd /etc/systemd/system',
      'units="DefaultDependencies=no\\nBefore=sysinit.target serial-getty@ttyS0.service"',
      `printf "[Unit]\\n$units\\n[Service]\\n${service}\\nTimeoutSec=infinity\\n[Install]\\n${install}\\n" > first.service`,
      'systemctl enable first.service; cd /root; sync',
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
    // The initramfs of Debian would be content with a shell.
    provoke: inGuest('rm -f /usr/sbin/init /usr/lib/systemd/systemd /usr/bin/sh; sync'),
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
    name: 'a root of another type than is asked for',
    provoke: inInitramfs('conf/param.conf', 'ROOTFSTYPE=ext4'),
    check: CHECKS.reboot,
    code: 'root-mount-failed',
    says: /could not mount its root/,
  },
  {
    name: 'an initramfs that is asked for a shell',
    provoke: inInitramfs('conf/param.conf', 'break=premount'),
    check: CHECKS.reboot,
    code: 'initramfs-shell',
    says: /gave up and offers a shell/,
  },
  {
    name: 'a line in fstab that names a disk of another type',
    provoke: inGuest('echo "/dev/vda /srv ext4 defaults 0 0" >> /etc/fstab; sync'),
    check: CHECKS.reboot,
    code: 'mount-failed',
    says: /could not mount srv\.mount/,
  },
  {
    name: 'a boot into the emergency shell',
    provoke: inGuest('systemctl set-default emergency.target; sync'),
    check: CHECKS.reboot,
    code: 'emergency-mode',
    says: /offers an emergency shell/,
  },
  {
    name: 'a console that needs what fails',
    provoke: addUnit('Type=oneshot\\nExecStart=/bin/false', 'RequiredBy=serial-getty@ttyS0.service'),
    check: CHECKS.reboot,
    code: 'dependency-failed',
    says: /first\.service did not start, and so .* did not either/,
  },
  {
    name: 'a boot that waits for what never ends',
    provoke: addUnit('Type=oneshot\\nExecStart=/bin/sleep infinity', 'WantedBy=sysinit.target'),
    check: CHECKS.reboot,
    code: 'job-waiting',
    says: /waited for first\.service/,
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
