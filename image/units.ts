/**
 * Which of the packages' systemd units stub has, and what starts them, as data. systemd reads the whole folder and follows
 * every wish in it at each start; most of it is for machines that are not thrown away.
 */

/** Where packages keep their units, in the tree. */
export const unitFolder = 'usr/lib/systemd/system';

/** Units of the packages that stay; a star stands for anything. The others go, and so do all wishes of packages. */
export const keptUnits: readonly string[] = [
  // How far a machine is
  ...['basic.target', 'default.target', 'graphical.target', 'multi-user.target', 'sysinit.target', 'sockets.target'],
  ...['getty.target', 'local-fs*.target', 'paths.target', 'remote-fs*.target', 'slices.target', 'swap.target'],
  ...[
    'timers.target',
    'time-*.target',
    'network.target',
    'network-online.target',
    'network-pre.target',
    'nss-*.target',
  ],
  // How it ends, and what is left when it does not come up
  ...['ctrl-alt-del.target', 'final.target', 'shutdown.target', 'umount.target', 'halt.target', 'kexec.target'],
  ...['poweroff.target', 'reboot.target', 'systemd-halt.service', 'systemd-kexec.service', 'systemd-poweroff.service'],
  ...['systemd-reboot.service', 'emergency.*', 'rescue.*', 'debug-shell.service'],
  // What runs
  ...['systemd-journald.service', 'systemd-journald.socket', 'systemd-journald-dev-log.socket'],
  ...['systemd-udevd.service', 'systemd-udevd-*.socket', 'systemd-udev-trigger.service', 'systemd-udev-settle.service'],
  ...['systemd-tmpfiles-setup.service', 'systemd-networkd.*', 'systemd-networkd-wait-online.service'],
  ...['systemd-resolved.service', 'dbus.*', 'ssh.service', 'sshd@.service', 'qemu-guest-agent.service'],
  ...['systemd-logind.service', 'dbus-org.freedesktop.login1.service', 'user.slice'],
  // What a program at the shell starts by D-Bus
  ...['systemd-hostnamed.service', 'dbus-org.freedesktop.hostname1.service'],
  ...['systemd-timedated.service', 'dbus-org.freedesktop.timedate1.service'],
];

/** What each target starts. */
export const wanted: Readonly<Record<string, readonly string[]>> = {
  'sockets.target': [
    'dbus.socket',
    'systemd-journald-dev-log.socket',
    'systemd-journald.socket',
    'systemd-networkd.socket',
    'systemd-udevd-control.socket',
    'systemd-udevd-kernel.socket',
  ],
  'sysinit.target': [
    'systemd-journald.service',
    'systemd-resolved.service',
    'systemd-tmpfiles-setup.service',
    'systemd-udev-trigger.service',
    'systemd-udevd.service',
  ],
  'multi-user.target': ['ssh.service', 'stub-shell.service', 'systemd-logind.service', 'systemd-networkd.service'],
};
