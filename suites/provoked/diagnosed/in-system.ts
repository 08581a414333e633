import type { Cell } from '../../../runners/cell/cell.ts';
import type { ArchiveChoice } from '../../../runners/matrix/fields.ts';
import { CHECKS, type Failure } from './failure.ts';
import { filesInInitramfs } from './initramfs.ts';

const inGuest = (command: string) => async (cell: Cell) => void (await cell.guest.shell(command));

/** Puts files into the initramfs of the installed system, over those of their names: a second archive behind the first. */
function inInitramfs(files: Readonly<Record<string, string>>, image = '/boot/initrd.img-$(uname -r)') {
  const archive = filesInInitramfs(files).toString('base64');
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

/** A boot of an installed system that fails; of debian13 where no cell is said. */
interface Reboot extends Failure {
  readonly cell?: string;
  readonly archive?: ArchiveChoice;
}

/** The installed Debian does not come up again. Each in a boot of its own. */
export const rebootsOfDebian: readonly Reboot[] = [
  {
    name: 'a root that is not there',
    provoke: inInitramfs({ 'conf/param.conf': 'ROOT=UUID=00000000-dead-beef-0000-000000000000' }),
    check: CHECKS.reboot,
    code: 'root-missing',
    says: /waits in vain for its root, UUID=00000000-dead/,
  },
  {
    name: 'an initramfs without the driver of the disk',
    provoke: inInitramfs({ 'etc/modprobe.d/none.conf': 'blacklist virtio_blk' }),
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
    provoke: inInitramfs({ 'conf/param.conf': 'ROOTFSTYPE=ext4' }),
    check: CHECKS.reboot,
    code: 'root-mount-failed',
    says: /could not mount its root/,
  },
  {
    name: 'an initramfs that is asked for a shell',
    provoke: inInitramfs({ 'conf/param.conf': 'break=premount' }),
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
  {
    name: 'a unit that fails, and nobody at the console',
    provoke: async (cell) => {
      await addUnit('Type=oneshot\\nExecStart=/bin/false', 'WantedBy=sysinit.target')(cell);
      await inGuest('systemctl mask serial-getty@ttyS0; sync')(cell);
    },
    check: CHECKS.reboot,
    code: 'unit-failed-at-boot',
    says: /first\.service.* did not start/,
  },
  {
    name: 'a root that was frozen and not thawed',
    provoke: inGuest('echo 10 > /proc/sys/kernel/hung_task_timeout_secs; fsfreeze --freeze /'),
    check: CHECKS.reboot,
    code: 'task-blocked',
    says: /waits inside the kernel for a device/,
  },
  {
    name: 'a module that does not give its processor back',
    // It measures how fast a hash is, for a day, before the root is mounted.
    provoke: inGuest('echo tcrypt mode=303 sec=86400 >> /etc/initramfs-tools/modules; update-initramfs -u; sync'),
    check: CHECKS.reboot,
    code: 'soft-lockup',
    says: /processor \d of the guest was stuck in the kernel, on behalf of modprobe/,
  },
];

const CENTOS = { cell: 'centos9stream-x86_64-xfs', archive: 'stand-in' } as const;
const DRACUT_IMAGE = '/boot/initramfs-$(uname -r).img';

/** A system whose initramfs is of dracut does not come up again. */
export const rebootsWithDracut: readonly Reboot[] = [
  {
    name: 'dracut without the names of disks',
    ...CENTOS,
    provoke: inInitramfs({ 'usr/lib/udev/rules.d/60-persistent-storage.rules': '' }, DRACUT_IMAGE),
    check: CHECKS.reboot,
    code: 'dracut-root-missing',
    says: /dracut waited in vain for \/dev\/disk\/by-uuid/,
  },
  {
    name: 'dracut that waits for what never comes',
    ...CENTOS,
    provoke: inInitramfs({ 'usr/lib/dracut/hooks/initqueue/finished/never.sh': 'false' }, DRACUT_IMAGE),
    check: CHECKS.reboot,
    code: 'dracut-timeout',
    says: /initqueue timed out/,
  },
];
