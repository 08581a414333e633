/**
 * What the stub image is made of, as data. Packages are Debian's and only unpacked: no maintainer script and no program of
 * the image's architecture runs while it is built, so whatever a script would have done that stub needs is listed here.
 */

export const suite = 'trixie';

/** A reason beside each package that is not self-evident. Dependencies come by themselves, recommendations do not. */
export const packages: readonly string[] = [
  '?essential', // apt's pattern for what Debian takes for granted: a shell, coreutils, dpkg, …
  'systemd',
  'systemd-sysv',
  'systemd-resolved', // also answers LLMNR for the stub itself
  'udev',
  'dbus',
  'login',
  'passwd',
  'kmod',
  'netbase',
  'iproute2',
  'iputils-ping',
  'openssh-server',
  'qemu-guest-agent',
  'kexec-tools',
  // What an installer needs
  'mmdebstrap',
  'debootstrap',
  'debian-archive-keyring',
  'ca-certificates',
  'curl',
  'gpgv',
  'cryptsetup-bin',
  'binutils',
  'xfsprogs',
  'btrfs-progs',
  'e2fsprogs',
  'fdisk',
  'zstd',
  'xz-utils',
  'lz4', // zboot kernels may be compressed with it
  // What a person at the console misses first
  'less',
  'vim-tiny',
  'procps',
  'socat',
  'strace',
];

/** Rows by architecture: its name in Debian, and the packaged kernel that suits a virtual machine best. */
export const architectures = {
  x86_64: { debian: 'amd64', kernelPackage: 'linux-image-cloud-amd64', triplet: 'x86_64-linux-gnu' },
  aarch64: { debian: 'arm64', kernelPackage: 'linux-image-cloud-arm64', triplet: 'aarch64-linux-gnu' },
  riscv64: { debian: 'riscv64', kernelPackage: 'linux-image-riscv64', triplet: 'riscv64-linux-gnu' },
} as const;

export type ImageArch = keyof typeof architectures;

/** What nobody reads on a machine that lives for minutes. Paths in the tree, a star stands for anything but a slash. */
export const leftOut: readonly string[] = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
  'usr/share/lintian',
  'usr/share/bash-completion',
  'usr/share/zsh',
  'usr/share/bug',
  'usr/share/mime',
  'usr/share/gdb',
  // Only mmdebstrap's helpers for tar filtering and its test-suite are Python.
  'usr/lib/python3',
  'usr/lib/python3.13',
  'usr/share/python3',
  'boot/System.map-*',
  'boot/vmlinuz-*',
  'var/cache/apt/archives/*.deb',
  'var/lib/apt/lists/*',
  'var/log/*',
  // The host's own, copied in by mmdebstrap.
  'etc/apt/sources.list',
  'etc/hostname',
  'etc/resolv.conf',
];

/** Links that maintainer scripts or the alternatives system would have made: [path, target]. */
export const links: readonly (readonly [path: string, target: string])[] = [
  ['usr/bin/sh', 'dash'],
  ['usr/bin/awk', 'mawk'],
  ['usr/bin/nawk', 'mawk'],
  ['usr/bin/vi', 'vim.tiny'],
  ['usr/bin/editor', 'vim.tiny'],
  ['usr/bin/pager', 'less'],
  ['usr/bin/which', 'which.debianutils'],
  ['etc/resolv.conf', '../run/systemd/resolve/stub-resolv.conf'],
  ['etc/systemd/system/default.target', '/usr/lib/systemd/system/multi-user.target'],
  [
    'etc/systemd/system/multi-user.target.wants/systemd-networkd.service',
    '/usr/lib/systemd/system/systemd-networkd.service',
  ],
  ['etc/systemd/system/multi-user.target.wants/ssh.service', '/usr/lib/systemd/system/ssh.service'],
  ['etc/systemd/system/multi-user.target.wants/stub-host-keys.service', '../stub-host-keys.service'],
  [
    'etc/systemd/system/sysinit.target.wants/systemd-resolved.service',
    '/usr/lib/systemd/system/systemd-resolved.service',
  ],
  // A machine without a screen, and one that is thrown away.
  ['etc/systemd/system/getty@tty1.service', '/dev/null'],
  ['etc/systemd/system/systemd-firstboot.service', '/dev/null'],
  ['etc/systemd/system/systemd-hwdb-update.service', '/dev/null'],
  ['etc/systemd/system/systemd-journal-catalog-update.service', '/dev/null'],
  ['etc/systemd/system/ldconfig.service', '/dev/null'],
  ['etc/systemd/system/systemd-binfmt.service', '/dev/null'],
  ['etc/systemd/system/systemd-update-done.service', '/dev/null'],
  ['etc/systemd/system/systemd-networkd-persistent-storage.service', '/dev/null'],
];

/** Files that maintainer scripts would have copied into place: [from, to]. */
export const copies: readonly (readonly [from: string, to: string])[] = [
  ['usr/share/openssh/sshd_config', 'etc/ssh/sshd_config'],
  ['usr/share/base-files/profile', 'etc/profile'],
  ['usr/share/base-files/dot.bashrc', 'root/.bashrc'],
  ['usr/share/base-files/dot.profile', 'root/.profile'],
];

/** Mount points that base-files' script would have made. */
export const folders: readonly string[] = ['mnt', 'media', 'opt', 'srv', 'boot', 'var/tmp'];

/** Kernel modules the initramfs loads, before the squashfs is there, where the kernel has them as modules. */
export const earlyModules: readonly string[] = ['virtio_blk', 'virtio_mmio', 'squashfs', 'overlay'];

/**
 * The LLMNR responder for distributions that bring none. Debian's is the newest whose source an archive signs for
 * (bookworm main, checksum as in its signed Sources); upstream's 0.7 lives on a forge that a build host need not reach.
 */
export const llmnrd = {
  version: '0.5',
  /** Below the Debian origin. */
  path: 'pool/main/l/llmnrd/llmnrd_0.5.orig.tar.bz2',
  sha256: '6fd499affb80acfa089704df6d6579138b853270e177d57dc6f3d2e9faf3cae7',
} as const;
