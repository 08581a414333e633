/** Packages of Debian that nothing in a stand-in needs, whoever asks for them: Debian's own ways, and what is large and idle. */
export const without: readonly string[] = [
  ...[
    'dpkg',
    'debconf',
    'adduser',
    'ucf',
    'init-system-helpers',
    'base-files',
    'base-passwd',
    'debianutils',
    'libpam-runtime',
  ],
  ...['linux-base', 'initramfs-tools', 'lsb-base', 'sysvinit-utils', 'sensible-utils', 'install-info', 'runit-helper'],
  ...['perl', 'perl-base', 'media-types', 'mime-support', 'dirmngr', 'gpgsm', 'gnupg-l10n', 'iso-codes', 'lsof'],
  ...['debugedit', 'libmagic-mgc', 'sqlite3', 'gnupg', 'pinentry-curses', 'openssl-provider-legacy', 'logsave'],
];

/**
 * Modules of dracut, by name, that have nothing to do in a guest of QEMU's; to look whether it could would take an emulated
 * processor seconds for each.
 */
const idleModules = [
  ...[
    'bluetooth',
    'nvdimm',
    'overlay-root',
    'overlayfs',
    'fido2',
    'pkcs11',
    'pcsc',
    'tpm2-tss',
    'hwdb',
    'lunmask',
    'resume',
  ],
  ...['virtfs', 'kernel-modules-extra', 'dbus*', 'rngd', 'convertfs', 'drm', 'plymouth', 'lvm*', 'mdraid', 'multipath'],
  ...['dmraid', 'dasd*', 'dcssblk', 'zipl', 'cio_ignore', 'debug', 'biosdevname', 'masterkey', 'ecryptfs', 'integrity'],
  ...[
    'pollcdrom',
    'selinux',
    'syslog',
    'busybox',
    'memstrack',
    'numlock',
    'pcmcia',
    'ppcmac',
    'crypt-gpg',
    'crypt-loop',
  ],
  ...['caps', 'modsign', 'watchdog*', 'fips*', 'warpclock', 'i18n', 'console-setup', 'securityfs', 'rescue'],
  ...[
    'ac-power',
    'battery-check',
    'bsod',
    'coredump',
    'creds',
    'hostnamed',
    'integritysetup',
    'ldconfig',
    'pcrphase',
  ].map((name) => `systemd-${name}`),
  ...['portabled', 'pstore', 'repart', 'resolved', 'sysext', 'timedated', 'timesyncd', 'veritysetup', 'emergency'].map(
    (name) => `systemd-${name}`,
  ),
];

/** What no installed system here is ever asked for; patterns of tar. */
export const leftOut: readonly string[] = [
  ...['doc', 'man', 'info', 'locale', 'lintian', 'bug', 'bash-completion', 'zsh', 'fish', 'reportbug'].map(
    (name) => `./usr/share/${name}`,
  ),
  ...[
    'doc-base',
    'menu',
    'applications',
    'icons',
    'pixmaps',
    'apport',
    'pkgconfig',
    'gcc',
    'gdb',
    'polkit-1',
    'runit',
    'i18n',
  ].map((name) => `./usr/share/${name}`),
  ...['./usr/share/zoneinfo/posix', './usr/share/zoneinfo/right', './usr/lib/udev/hwdb.d', './usr/lib/systemd/catalog'],
  ...[
    './etc/init.d',
    './etc/sv',
    './etc/ufw',
    './etc/runit',
    './etc/apparmor.d',
    './etc/cron.*',
    './etc/logcheck',
    './usr/include',
  ],
  ...[
    './usr/lib/valgrind',
    './usr/lib/python3*/test',
    './usr/lib/python3*/idlelib',
    './usr/lib/python3*/lib2to3',
    './usr/lib/python3*/ensurepip',
  ],
  ...[
    './usr/lib/python3*/turtledemo',
    './usr/lib/python3*/tkinter',
    './usr/lib/python3*/config-*',
    './usr/lib/python3*/pydoc_data',
  ],
  ...idleModules.map((name) => `./usr/lib/dracut/modules.d/[0-9][0-9]${name}`),
];
