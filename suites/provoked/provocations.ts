import type { Cell } from '../../runners/cell/cell.ts';

/** Something that goes wrong, and what the suite has to say about it. */
export interface Provocation {
  readonly name: string;
  /** Breaks what the check guards, from outside or as root in the guest. */
  readonly provoke: (cell: Cell) => Promise<void>;
  /** The title of the check in suites/cell.ts that must fail. */
  readonly check: string;
  readonly status: 'failed' | 'error';
  readonly code: string;
  readonly message: RegExp;
  /** The row of the catalogue in runners/machine/diagnosis that explains it, and what must stand in the sentence. */
  readonly diagnosed: readonly [code: string, says: RegExp];
}

const inGuest = (command: string) => async (cell: Cell) => void (await cell.guest.shell(command));

/** The connection that is open would still know the guest as it was. */
const behindBackOfSsh = (command: string) => async (cell: Cell) => {
  await cell.guest[Symbol.asyncDispose]();
  await cell.guest.shell(command);
};

/** Types a command that does not come back. */
const type = (line: string) => async (cell: Cell) => cell.machine.qemu.console.sendLine(line);

/** On one system that was installed and is up; each leaves alone what the later ones guard. The last takes it down. */
export const inInstalledSystem: readonly Provocation[] = [
  {
    name: 'LLMNR off, A over IPv4',
    provoke: inGuest('resolvectl llmnr eth0 off'),
    check: 'the host name resolves over LLMNR: A over IPv4',
    status: 'failed',
    code: 'assertion',
    message: /addresses of debian/,
    diagnosed: ['llmnr-silent', /nobody .* answers for its name/],
  },
  {
    name: 'LLMNR off, AAAA over IPv6',
    provoke: inGuest('resolvectl llmnr eth0 off'),
    check: 'the host name resolves over LLMNR: AAAA over IPv6',
    status: 'failed',
    code: 'assertion',
    message: /addresses of debian/,
    diagnosed: ['llmnr-silent', /nobody .* answers for its name/],
  },
  {
    name: 'LLMNR off, silence is no proof',
    provoke: inGuest('resolvectl llmnr eth0 off'),
    check: 'another name is not answered over LLMNR',
    status: 'failed',
    code: 'llmnr-silent',
    message: /nobody answers for debian13-x86-64-xfs/,
    diagnosed: ['llmnr-silent', /nobody .* answers for its name/],
  },
  {
    name: "the old release's security archive",
    provoke: inGuest('sed -i s/trixie-security/bookworm-security/ /etc/apt/sources.list.d/*.sources'),
    check: 'the right security archive is configured, and no other',
    status: 'failed',
    code: 'assertion',
    message: /bookworm-security/,
    diagnosed: ['sources-wrong', /package sources are not those of debian13/],
  },
  {
    name: 'guest agent not installed',
    provoke: inGuest('systemctl stop qemu-guest-agent && rm /usr/sbin/qemu-ga'),
    check: 'the guest agent answers',
    status: 'failed',
    code: 'agent-silent',
    message: /guest-ping/,
    diagnosed: ['agent-missing', /no guest agent answers/],
  },
  {
    name: 'a service that fails',
    provoke: inGuest('systemd-run --unit broken false; sleep 2; true'),
    check: 'no unit has failed',
    status: 'failed',
    code: 'assertion',
    message: /broken\.service/,
    diagnosed: ['unit-failed', /unit broken\.service has failed/],
  },
  {
    name: 'root mounted read-only',
    provoke: inGuest('sync; echo u > /proc/sysrq-trigger; sleep 2'),
    check: 'the root filesystem is mounted read-write',
    status: 'failed',
    code: 'command-failed',
    message: /Read-only file system/,
    diagnosed: ['read-only-root', /root filesystem is read-only/],
  },
];

/** On a second system, since sshd goes for good. */
export const inSecondSystem: readonly Provocation[] = [
  {
    name: 'an initramfs without the drivers',
    provoke: inGuest(
      'cd /boot && mkdir empty && (cd empty && echo | cpio -o -H newc) > initrd.img-$(uname -r); cd; sync',
    ),
    check: 'the initramfs holds the drivers of other roots',
    status: 'failed',
    code: 'assertion',
    message: /dm-crypt/,
    diagnosed: ['initramfs-lacks-drivers', /lacks drivers/],
  },
  {
    name: 'a password is accepted',
    provoke: behindBackOfSsh(
      'echo root:password | chpasswd; printf "PermitRootLogin yes\\nPasswordAuthentication yes\\n" > /etc/ssh/sshd_config.d/open.conf; systemctl restart ssh',
    ),
    check: 'SSH refuses a password and an empty one',
    status: 'failed',
    code: 'assertion',
    message: /accepted/,
    diagnosed: ['password-accepted', /lets in by a password/],
  },
  {
    name: 'other SSH host keys',
    provoke: behindBackOfSsh(
      'rm /etc/ssh/ssh_host_*; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh',
    ),
    check: "the SSH host key is the stub's",
    status: 'failed',
    code: 'assertion',
    message: /AAAA/,
    diagnosed: ['host-key-changed', /another host key/],
  },
  {
    name: 'the key is gone',
    provoke: behindBackOfSsh('rm /root/.ssh/authorized_keys'),
    check: 'SSH logs in by key',
    status: 'failed',
    code: 'ssh-refused',
    message: /key/,
    diagnosed: ['ssh-key-refused', /does not take the run's key/],
  },
  {
    name: 'sshd not enabled',
    provoke: behindBackOfSsh('systemctl disable --now ssh'),
    check: 'SSH logs in by key',
    status: 'failed',
    code: 'ssh-unreachable',
    message: /SSH login by key/,
    diagnosed: ['sshd-not-started', /nobody lets us in over SSH/],
  },
  {
    name: 'an initramfs under a wrong name',
    provoke: inGuest('mv /boot/initrd.img-$(uname -r) /boot/my-initrd; rm -f /initrd.img*; sync'),
    check: 'a second reboot, asked for by the guest, comes up by kexec again',
    status: 'failed',
    code: 'kexec-not-done',
    message: /nothing to boot.*the login prompt of the installed system/s,
    diagnosed: ['no-initramfs', /no initramfs of its version/],
  },
];

/** Each in a fresh boot of the installed system, which it takes down. */
export const endsOfSystems: readonly Provocation[] = [
  {
    name: 'the guest panics',
    provoke: type('echo c > /proc/sysrq-trigger'),
    check: 'no unit has failed',
    status: 'failed',
    code: 'kernel-panic',
    message: /kernel panicked.*sysrq/s,
    diagnosed: ['kernel-panic', /sysrq triggered crash/],
  },
  {
    name: 'the guest hangs',
    // All its cores stand still; QEMU itself goes on.
    provoke: async (cell) => void (await cell.machine.qemu.qmp.execute('stop')),
    check: 'no unit has failed',
    status: 'failed',
    code: 'console-timeout',
    message: /at the console: not seen within/,
    diagnosed: ['not-in-time', /did not come within/],
  },
  {
    name: 'QEMU is killed',
    provoke: async (cell) => void process.kill(cell.machine.qemu.pid, 'SIGKILL'),
    check: 'no unit has failed',
    status: 'error',
    code: 'qemu-killed',
    message: /killed by SIGKILL from outside/,
    diagnosed: ['qemu-killed', /killed QEMU with SIGKILL/],
  },
  {
    name: 'the guest powers itself off',
    provoke: type('poweroff -f'),
    check: 'a second reboot, asked for by the guest, comes up by kexec again',
    status: 'failed',
    code: 'guest-powered-off',
    message: /the reset of the second reboot/,
    diagnosed: ['guest-powered-off', /switched itself off/],
  },
];

/** Each in a fresh stub with an empty disk. */
export const inStub: readonly Provocation[] = [
  {
    name: 'the installer exits 1',
    provoke: inGuest('printf "#!/bin/sh\\nexit 1\\n" > /root/debian13.sh'),
    check: 'the installer, typed at that shell, ends well',
    status: 'failed',
    code: 'installer-failed',
    message: /ended with status 1/,
    diagnosed: ['installer-mute', /status 1/],
  },
  {
    name: 'the archive cannot be reached from the guest',
    provoke: async (cell) => {
      await cell.machine.qemu.qmp.execute('set_link', { name: 'card', up: false });
    },
    check: 'the installer, typed at that shell, ends well',
    status: 'failed',
    code: 'installer-failed',
    message: /step 1\/7 network.*InRelease/s,
    diagnosed: ['name-not-resolved', /could not resolve the name/],
  },
  {
    name: 'the kernel panics while installing',
    provoke: inGuest('(sleep 15; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &'),
    check: 'the installer, typed at that shell, ends well',
    status: 'failed',
    code: 'kernel-panic',
    message: /the end of the installer/,
    diagnosed: ['kernel-panic', /sysrq triggered crash/],
  },
];
