/**
 * What the stub image is made of, as data. Packages are Debian's and only unpacked: no maintainer script and no program of
 * the image's architecture runs while it is built, so whatever a script would have done that stub needs is listed here.
 */

export const suite = 'trixie';

/** A package and the reason why it is in the image. */
export interface PackageRow {
  /** Its name, or a pattern of apt's. */
  readonly name: string;
  readonly why: string;
}

/** Dependencies come by themselves, recommendations do not. */
export const packages: readonly PackageRow[] = [
  { name: '?essential', why: 'what Debian takes for granted: a shell, coreutils, dpkg, …' },
  { name: 'systemd', why: 'starts and watches all there is' },
  { name: 'systemd-sysv', why: 'reboot, poweroff and shutdown' },
  { name: 'systemd-resolved', why: 'resolves names, and answers LLMNR for the stub itself' },
  { name: 'udev', why: 'names of disks; the network and the guest agent wait for its word' },
  { name: 'dbus', why: 'the power button reaches logind by it; resolvectl, hostnamectl' },
  { name: 'login', why: 'su, and sessions over SSH' },
  { name: 'passwd', why: 'chpasswd and useradd with --root, for a system being installed' },
  { name: 'netbase', why: 'names of protocols and ports' },
  { name: 'iproute2', why: 'shows and changes the network' },
  { name: 'iputils-ping', why: 'the first question when the network does not work' },
  { name: 'openssh-server', why: 'the way in for whoever is not at the console' },
  { name: 'qemu-guest-agent', why: 'the way in for the host' },
  { name: 'kexec-tools', why: 'boots what is installed' },
  { name: 'kmod', why: 'depmod for the kernel that is installed; loads the modules of a packaged one' },
  { name: 'busybox-static', why: 'the initramfs' },
  { name: 'mmdebstrap', why: 'installs Debian and Ubuntu, fast' },
  { name: 'debootstrap', why: "installs Debian and Ubuntu, in the distributions' own way" },
  { name: 'debian-archive-keyring', why: "Debian's signatures" },
  { name: 'ubuntu-keyring', why: "Ubuntu's signatures" },
  { name: 'rpm', why: 'verifies and installs the first packages of CentOS, Fedora and their like' },
  { name: 'libsolv-perl', why: 'chooses those packages, for rpmbootstrap' },
  { name: 'distribution-gpg-keys', why: 'signatures of distributions of rpm packages' },
  { name: 'ca-certificates', why: 'archives that are reached by https' },
  { name: 'curl', why: 'fetches what no package manager does' },
  { name: 'gpgv', why: 'verifies signatures' },
  { name: 'cryptsetup-bin', why: 'encrypted roots' },
  { name: 'binutils', why: 'objdump and readelf, to look into foreign kernels' },
  { name: 'xfsprogs', why: 'mkfs.xfs' },
  { name: 'btrfs-progs', why: 'mkfs.btrfs' },
  { name: 'e2fsprogs', why: 'mkfs.ext4' },
  { name: 'fdisk', why: 'partitions' },
  { name: 'zstd', why: 'kernels, packages and initramfs packed with it' },
  { name: 'xz-utils', why: 'kernels, packages and initramfs packed with it' },
  { name: 'lz4', why: 'kernels and initramfs packed with it' },
  { name: 'less', why: 'a pager for a person at the console' },
  { name: 'vim-tiny', why: 'an editor for a person at the console' },
  { name: 'procps', why: 'ps, top, free, kill' },
  { name: 'socat', why: 'talks to any socket' },
  { name: 'strace', why: 'tells why something does not work' },
];

/** Rows by architecture: its name in Debian, and the packaged kernel that suits a virtual machine best. */
export const architectures = {
  x86_64: { debian: 'amd64', kernelPackage: 'linux-image-cloud-amd64', triplet: 'x86_64-linux-gnu' },
  aarch64: { debian: 'arm64', kernelPackage: 'linux-image-cloud-arm64', triplet: 'aarch64-linux-gnu' },
  riscv64: { debian: 'riscv64', kernelPackage: 'linux-image-riscv64', triplet: 'riscv64-linux-gnu' },
} as const;

export type ImageArch = keyof typeof architectures;

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
