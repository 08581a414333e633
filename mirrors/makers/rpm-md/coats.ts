/**
 * What rpms a stand-in has, as data. A package of Debian that is not named here becomes an rpm of its own name; one that is
 * named goes into the rpm of the name that the installers ask for. Beside a row lie, in folders of its name, files that are
 * laid into it (files/NAME/) and scriptlets (scriptlets/NAME.post.sh, .posttrans.sh).
 */
export interface Coat {
  /** The packages of Debian in it. */
  readonly debs?: readonly string[];
  /** Rpms that it needs, besides what its packages say they need: what Debian takes for granted, or calls otherwise. */
  readonly requires?: readonly string[];
  /** What it stands for besides its name: paths by which others need it before /usr was merged. */
  readonly provides?: readonly string[];
  /** [path, target]: links that Debian's scripts would have made, or that go by another name there. */
  readonly links?: readonly (readonly [path: string, target: string])[];
  /** [from, to]: files that are called otherwise. */
  readonly moves?: readonly (readonly [from: string, to: string])[];
  /** Units that it asks to be enabled, as EL's packages do: what the preset says counts. */
  readonly units?: readonly string[];
  /** Once at the end of each transaction that brings files below `on`. */
  readonly triggers?: readonly { readonly on: string; readonly run: string }[];
  /** Folders with nothing in them, or with a mode of their own. */
  readonly folders?: Readonly<Record<string, number>>;
  /** Modes of files that are not as Debian has them. */
  readonly modes?: Readonly<Record<string, number>>;
  /** In the second repository, where the distribution has two for packages (AppStream). */
  readonly second?: true;
}

export const coats: Readonly<Record<string, Coat>> = {
  // The ground
  filesystem: {
    folders: {
      ...{
        boot: 0o755,
        dev: 0o755,
        home: 0o755,
        mnt: 0o755,
        opt: 0o755,
        proc: 0o555,
        root: 0o700,
        run: 0o755,
        srv: 0o755,
      },
      ...{ sys: 0o555, tmp: 0o1777, 'usr/bin': 0o755, 'usr/sbin': 0o755, 'usr/lib': 0o755, 'usr/lib64': 0o755 },
      ...{ 'usr/local/bin': 0o755, 'var/cache': 0o755, 'var/lib': 0o755, 'var/log': 0o755, 'var/spool': 0o755 },
      ...{ 'var/tmp': 0o1777, 'var/empty': 0o555, 'etc/sysconfig': 0o755, 'etc/kernel/install.d': 0o755 },
    },
    links: [
      ['bin', 'usr/bin'],
      ['sbin', 'usr/sbin'],
      ['lib', 'usr/lib'],
      ['lib64', 'usr/lib64'],
      ['var/run', '../run'],
      ['var/lock', '../run/lock'],
      ['etc/mtab', '../proc/self/mounts'],
    ],
  },
  setup: {
    debs: ['netbase', 'login.defs'],
    requires: ['filesystem'],
    modes: { 'etc/shadow': 0o600, 'etc/gshadow': 0o600 },
  },
  glibc: {
    debs: ['libc6', 'libc-bin', 'libgcc-s1', 'gcc-14-base', 'libcrypt1'],
    requires: ['setup', 'filesystem'],
    triggers: [{ on: '/usr/lib', run: '/usr/sbin/ldconfig' }],
  },
  bash: { debs: ['bash'], requires: ['glibc'], links: [['usr/bin/sh', 'bash']], provides: ['/bin/sh', '/bin/bash'] },
  gawk: { debs: ['mawk'], links: [['usr/bin/awk', 'mawk']] },
  basesystem: {
    requires: [
      'bash',
      'coreutils',
      'hostname',
      'sed',
      'grep',
      'findutils',
      'gawk',
      'gzip',
      'diffutils',
      'util-linux',
      'shadow-utils',
      'pam',
      'tzdata',
      'ncurses-base',
    ],
  },
  'util-linux': { debs: ['util-linux', 'mount', 'login', 'bsdutils'], requires: ['pam'] },
  'shadow-utils': { debs: ['passwd'], requires: ['pam', 'setup'] },
  pam: { debs: ['libpam0g', 'libpam-modules', 'libpam-modules-bin'], requires: ['setup'] },
  'systemd-libs': { debs: ['libsystemd0', 'libudev1'] },
  systemd: {
    debs: ['systemd', 'systemd-sysv', 'libsystemd-shared', 'udev', 'libnss-systemd', 'libpam-systemd'],
    requires: ['basesystem', 'dbus', 'kmod', 'procps'],
    units: ['getty@.service', 'remote-fs.target', 'systemd-timesyncd.service'],
    triggers: [
      { on: '/usr/lib/sysusers.d', run: '/usr/bin/systemd-sysusers' },
      { on: '/usr/lib/tmpfiles.d', run: '/usr/bin/systemd-tmpfiles --create --exclude-prefix=/dev || :' },
    ],
  },
  'systemd-resolved': { debs: ['systemd-resolved'], requires: ['systemd'], units: ['systemd-resolved.service'] },
  dbus: { debs: ['dbus', 'dbus-bin', 'dbus-daemon', 'dbus-system-bus-common', 'dbus-session-bus-common'] },

  // What the installers ask for, by EL's names
  passwd: { requires: ['shadow-utils'] },
  'vim-minimal': { debs: ['vim-tiny', 'vim-common'], links: [['usr/bin/vi', 'vim.tiny']] },
  'openssh-server': {
    debs: ['openssh-server', 'openssh-sftp-server'],
    requires: ['openssh-clients', 'systemd'],
    moves: [['usr/share/openssh/sshd_config', 'etc/ssh/sshd_config']],
    units: ['sshd.service'],
  },
  'openssh-clients': { debs: ['openssh-client'] },
  NetworkManager: { debs: ['network-manager'], requires: ['systemd'], units: ['NetworkManager.service'] },
  iproute: { debs: ['iproute2'] },
  avahi: { debs: ['avahi-daemon'], requires: ['systemd'], units: ['avahi-daemon.service'], second: true },
  'qemu-guest-agent': {
    debs: ['qemu-guest-agent'],
    requires: ['systemd'],
    units: ['qemu-guest-agent.service'],
    second: true,
  },
  socat: { debs: ['socat'], second: true },
  strace: { debs: ['strace'] },
  dhclient: { debs: ['isc-dhcp-client'], requires: ['bash'] },
  acpid: { debs: ['acpid'], requires: ['systemd'], units: ['acpid.service'] },
  grubby: { requires: ['bash'] },
  policycoreutils: { debs: ['policycoreutils', 'selinux-utils'] },
  cryptsetup: { debs: ['cryptsetup-bin', 'systemd-cryptsetup', 'dmsetup'], requires: ['systemd'] },
  'glibc-langpack-ja': { requires: ['glibc'] },

  // In place of what CentOS 6 has and Debian has not: chkconfig, jobs of upstart, ifcfg files
  initscripts: {
    folders: { 'etc/init': 0o755, 'etc/sysconfig/network-scripts': 0o755 },
    requires: ['systemd', 'dhclient'],
    units: ['network.service'],
  },

  // The package managers
  python3: {
    debs: [
      ...['python3', 'python3-minimal', 'python3.13', 'python3.13-minimal', 'libpython3-stdlib'],
      ...['libpython3.13', 'libpython3.13-minimal', 'libpython3.13-stdlib'],
    ],
    // By which name EL 8 has it, apart from what users do to theirs
    links: [['usr/libexec/platform-python', '../bin/python3']],
  },
  rpm: {
    debs: ['rpm', 'rpm-common', 'librpm10', 'librpmio10', 'librpmbuild10', 'librpmsign10', 'rpm2cpio'],
    requires: ['basesystem'],
  },
  dnf: { debs: ['dnf', 'dnf-data', 'python3-dnf'], requires: ['rpm', 'basesystem'] },
  yum: { requires: ['dnf'], links: [['usr/bin/yum', 'dnf-3']] },
  // Debian has no dnf 5.
  dnf5: { requires: ['dnf'], links: [['usr/bin/dnf5', 'dnf-3']] },

  // What boots
  dracut: {
    debs: ['dracut', 'dracut-core', 'dracut-install'],
    requires: ['basesystem', 'systemd', 'xz', 'cpio', 'kmod', 'zstd'],
  },
  xz: { debs: ['xz-utils'] },
  kernel: { requires: ['kernel-core'] },
  'kernel-core': { requires: ['dracut', 'systemd', 'kmod', 'cryptsetup'] },
};

/** Programs for the filesystem that the installer was asked for. */
export const filesystems: readonly string[] = ['xfsprogs', 'e2fsprogs', 'btrfs-progs', 'cryptsetup'];
