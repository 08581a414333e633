import type { Coat } from '../rpm-md/coats.ts';

/**
 * What a stand-in of Gentoo consists of, as data: parts by the names that they have in ../rpm-md/coats.ts, where it is said what
 * of Debian's is in them and what scripts of packages would have done for them.
 */

/** What the tarball brings; what these need comes along. */
export const stage: readonly string[] = [
  ...['basesystem', 'systemd', 'systemd-resolved', 'dbus', 'iproute', 'kmod', 'procps', 'less', 'nano'],
  ...['openssh-server', 'tar', 'gzip', 'xz', 'zstd', 'hostname'],
  // emerge fetches and verifies by them
  ...['wget', 'gpgv'],
];

/** The part in which the kernel is. */
export const KERNEL = 'kernel-core';

/** Parts that Gentoo has otherwise than EL: whose guest agent, for one, may do nothing until it is allowed to. */
export const coats: Readonly<Record<string, Coat>> = {
  'guest-agent': { debs: ['qemu-guest-agent'], requires: ['systemd'] },
};

/** Packages that are not called as their part. */
export const partOf: Readonly<Record<string, string>> = { 'app-emulation/qemu-guest-agent': 'guest-agent' };

/** Programs for the filesystem that the installer was asked for, by Gentoo's names. */
export const filesystems: readonly string[] = ['xfsprogs', 'btrfs-progs', 'e2fsprogs', 'cryptsetup'].map(
  (name) => `sys-fs/${name}`,
);

/** Where packages of parts lie that nobody asks for by name. */
export const OTHERS = 'stand-in';

/** The folder of binary packages, by Gentoo's name of the architecture. */
export const binhosts: Readonly<Record<string, string>> = {
  amd64: '23.0/x86-64',
  arm64: '23.0/arm64',
  riscv: '23.0/rv64_lp64d',
};

/** Of Debian's, what nothing here needs: Python, which comes for a program of xfsprogs that is not run. */
export const without: readonly string[] = ['python3', 'python3-dbus'];
