/**
 * Which packages an archive of Ubuntu's kind has, as data. What Debian calls the same is Debian's own, unchanged; what only
 * Ubuntu has is here.
 */

/** The kernel with the fewest modules that a virtual machine can be run with, by Debian's name of the architecture. */
export const kernels: Readonly<Record<string, string>> = {
  amd64: 'linux-image-cloud-amd64',
  arm64: 'linux-image-cloud-arm64',
  riscv64: 'linux-image-riscv64',
};

/** Packages of Debian's that installers may ask for besides what matrix.yaml says of them, and patterns of apt's. */
export const common: readonly string[] = [
  ...['?essential', 'apt', 'systemd-sysv', 'dbus', 'iproute2', 'netbase', 'udev', 'kmod', 'zstd', 'lz4'],
  ...['login', 'passwd', 'mount', 'procps', 'less', 'nano', 'vim-tiny', 'iputils-ping', 'tzdata'],
  ...['xfsprogs', 'btrfs-progs', 'e2fsprogs', 'cryptsetup-initramfs', 'locales', 'ca-certificates'],
];

/** A package that only Ubuntu has. */
export interface OwnPackage {
  readonly about: string;
  /** What of Debian's is in its place. */
  readonly depends: (debian: string) => readonly string[];
  /** The suites that have it, by what their names end with, and in which version: an update is there to be taken. */
  readonly versions: Readonly<Record<string, string>>;
  /** Whether it brings files: those beside it, in files/NAME, and a program that is compiled. */
  readonly program?: { readonly path: string };
}

export const own: Readonly<Record<string, OwnPackage>> = {
  'ubuntu-minimal': {
    about: 'what Ubuntu takes for granted: its network, and its resolver',
    depends: () => ['apt', 'systemd-sysv', 'systemd-resolved', 'netplan-generator', 'iproute2', 'netbase'],
    versions: { '': '1', '-updates': '1.1' },
  },
  'linux-generic': {
    about: 'the kernel',
    depends: (debian) => [kernels[debian] ?? ''],
    versions: { '': '1', '-security': '1.1' },
  },
  llmnrd: {
    about: 'answers LLMNR',
    depends: () => ['init-system-helpers'],
    versions: { '': '0.5-1' },
    program: { path: 'usr/sbin/llmnrd' },
  },
};

/** What Ubuntu has in universe; the rest is in main. */
export const universe: readonly string[] = ['llmnrd', 'qemu-guest-agent'];
