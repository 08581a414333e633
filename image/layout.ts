/**
 * What becomes of the unpacked packages, as data: what is dropped, linked, copied and made. Paths in the tree, without a
 * slash in front.
 */

/** What nobody reads on a machine that lives for minutes. A star stands for anything but a slash. */
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
  'usr/bin/python3*',
  'usr/bin/py3*',
  'usr/lib/python3*',
  'usr/share/python3',
  // Names in other scripts are looked into by xfs_scrub alone: 40 MB of tables.
  'usr/sbin/xfs_scrub*',
  'usr/lib/*/libicu*',
  // Of binutils, what looks into programs stays; what makes them goes.
  'usr/bin/gp-*',
  'usr/bin/gprof*',
  'usr/bin/*-linux-gnu-{as,gprof,gprofng*,ld,ld.*,dwp}',
  'usr/bin/{as,ld,ld.*,dwp}',
  'usr/lib/*/gprofng',
  'usr/lib/*/libgp-*',
  'usr/lib/*/libgprofng*',
  'usr/lib/*/ldscripts',
  // Nobody makes rpm packages here; a quarter of what rpm brings is there to look into their content.
  'usr/bin/{rpmbuild,rpmspec,rpmsign,rpmlua,rpmgraph,rpmsort,rpm2archive,gendiff,debugedit,find-debuginfo,sepdebugcrcfix}',
  'usr/lib/*/librpmbuild*',
  'usr/lib/*/librpmsign*',
  'usr/lib/*/libmagic*',
  'usr/lib/*/libgomp*',
  'usr/lib/*/libdw*',
  'usr/lib/*/libarchive*',
  'usr/lib/file',
  'usr/share/file',
  'usr/share/misc/magic*',
  // Of the keys, those of the distributions that there are installers for.
  'usr/share/distribution-gpg-keys/!(alma|centos|fedora|rocky)',
  // Text is UTF-8, which the C library knows by itself.
  'usr/lib/*/gconv',
  // Of perl, what its own developers need, and tables for writing systems.
  'usr/lib/*/perl/5*/CORE',
  'usr/lib/*/perl/5*/auto/Encode/{CN,EBCDIC,JP,KR,TW}',
  'usr/lib/*/perl/5*/auto/Unicode/Collate',
  'usr/share/perl/5*/{CPAN,CPAN.pm,ExtUtils,Module/CoreList*,TAP,Test,Test2,Unicode/Collate,pod}',
  // Of libraries that come along, what no program here is linked with.
  'usr/lib/*/glib-2.0',
  'usr/lib/*/libgio-2.0*',
  'usr/lib/*/libmvec*',
  'usr/bin/perl5*-linux-gnu',
  'usr/lib/*/libperl.so*',
  'usr/lib/*/libxenlight*',
  'usr/lib/*/libxlutil*',
  'boot/System.map-*',
  'boot/vmlinu*-*',
  'boot/config-*',
  // Nothing was installed by dpkg here, whatever mmdebstrap prepared for it.
  'var/lib/dpkg/{arch,available,cmethopt,diversions*,lock*,statoverride*,status*}',
  'var/cache/apt/archives/*.deb',
  'var/lib/apt/lists/*',
  'var/cache/apt/*.bin',
  'var/log/*',
  // Links, below.
  'var/lock',
  'var/run',
  'usr/share/vim/*/doc',
  // What mmdebstrap was told.
  'etc/apt/apt.conf.d/99mmdebstrap',
  // The host's own, copied in by mmdebstrap.
  'etc/apt/sources.list',
  'etc/hostname',
  'etc/resolv.conf',
  // Each generator is a program that systemd runs at every start and every reload; what they would find here is known.
  'usr/lib/systemd/system-generators/*',
  // Nobody has a systemd of their own here.
  'usr/lib/systemd/user*',
  'etc/systemd/user*',
  // Only a compiled database of hardware is ever read, and paravirtual hardware is not in it.
  'usr/lib/udev/hwdb.d',
];

/** Rules for devices that a stub has; udev goes through each line of each file for each device. */
export const keptUdevRules: readonly string[] = [
  '50-udev-default.rules',
  '55-dm.rules',
  '60-block.rules',
  '60-input-id.rules',
  '60-persistent-storage-dm.rules',
  '60-persistent-storage.rules',
  '60-qemu-guest-agent.rules',
  '64-btrfs.rules',
  '70-power-switch.rules',
  '80-drivers.rules',
  '80-net-setup-link.rules',
  '95-dm-notify.rules',
  '99-systemd.rules',
];

/** The files and folders that programs expect at run time and that no service makes for itself. */
export const keptTmpfiles: readonly string[] = ['provision.conf', 'systemd.conf'];

/** Links that maintainer scripts or the alternatives system would have made: [path, target]. */
export const links: readonly (readonly [path: string, target: string])[] = [
  ['usr/bin/sh', 'dash'],
  ['usr/bin/awk', 'mawk'],
  ['usr/bin/nawk', 'mawk'],
  ['usr/bin/vi', 'vim.tiny'],
  ['usr/bin/editor', 'vim.tiny'],
  ['usr/bin/pager', 'less'],
  ['usr/bin/which', 'which.debianutils'],
  ['var/lock', '../run/lock'],
  ['var/run', '../run'],
  ['etc/mtab', '../proc/self/mounts'],
  ['etc/resolv.conf', '../run/systemd/resolve/stub-resolv.conf'],
  ['etc/systemd/system/default.target', '/usr/lib/systemd/system/multi-user.target'],
];

/** Files that maintainer scripts would have copied into place: [from, to]. */
export const copies: readonly (readonly [from: string, to: string])[] = [
  ['usr/share/openssh/sshd_config', 'etc/ssh/sshd_config'],
  ['usr/share/base-files/dot.bashrc', 'root/.bashrc'],
];

/** Mount points that base-files' script would have made. */
export const folders: readonly string[] = ['mnt', 'media', 'opt', 'srv', 'boot', 'var/tmp'];

/** Permissions other than "read by all, run by all where by anybody, written by root": [path, mode]. */
export const modes: readonly (readonly [path: string, mode: number])[] = [
  ['', 0o755],
  ['etc/shadow', 0o600],
  ['root', 0o700],
  ['tmp', 0o1777],
  ['var/tmp', 0o1777],
];
