import type { ImageArch } from '../recipe.ts';

/** Debian's names of the machines that a workshop runs on or builds for. */
export const debianArch = { x86_64: 'amd64', aarch64: 'arm64', riscv64: 'riscv64' } as const;

/** This machine's architecture by Node's name for it. */
export const hosts: Readonly<Record<string, ImageArch>> = { x64: 'x86_64', arm64: 'aarch64', riscv64: 'riscv64' };

/** The prefix of the compiler's programs. */
export const crossPrefix = {
  x86_64: 'x86_64-linux-gnu-',
  aarch64: 'aarch64-linux-gnu-',
  riscv64: 'riscv64-linux-gnu-',
} as const;

/** A reason beside each tool whose use is not self-evident. None is Debian-essential here: nothing comes by itself. */
const tools: readonly string[] = [
  'dash',
  'coreutils',
  'findutils',
  'diffutils',
  'grep',
  'sed',
  'mawk',
  'tar',
  'gzip',
  'bzip2', // llmnrd's source
  'xz-utils',
  'zstd',
  'lz4',
  'cpio',
  'make',
  'ccache',
  'gcc', // also where another architecture is built for: the kernel's own tools run here
  'libc6-dev', // in it libc.a, for programs that have to run in any distribution
  'binutils',
  'flex',
  'bison',
  'bc',
  'perl',
  'libelf-dev', // objtool
  'kmod', // depmod
  'squashfs-tools',
];

/** The packages of a workshop on `host` that builds for `target`. Dependencies come by themselves, recommendations do not. */
export function packagesOf(host: ImageArch, target: ImageArch): string[] {
  const dashed = crossPrefix[target].slice(0, -1).replaceAll('_', '-');
  // The compiler for the host's own architecture has the long name too.
  const cross = host === target ? [] : [`libc6-dev-${debianArch[target]}-cross`];
  return [...tools, `gcc-${dashed}`, ...cross];
}

/** Links that base-files and the maintainer scripts would have made: [path, target]. */
export const links: readonly (readonly [path: string, target: string])[] = [
  ['bin', 'usr/bin'],
  ['sbin', 'usr/sbin'],
  ['lib', 'usr/lib'],
  ['lib64', 'usr/lib64'],
  ['usr/bin/sh', 'dash'],
  ['usr/bin/awk', 'mawk'],
];

/** Where enter.sh mounts what a command sees besides the tools. */
export const mountPoints: readonly string[] = ['dev', 'proc', 'tmp', 'work'];

/** What no compiler reads; patterns of tar. */
export const leftOut: readonly string[] = [
  './dev/*',
  './usr/share/doc/*',
  './usr/share/man/*',
  './usr/share/info/*',
  './usr/share/locale/*',
  './usr/share/lintian/*',
  './var/cache/apt/*',
  './var/lib/apt/*',
  // Link-time optimisation and sanitizers, which neither the kernel nor llmnrd is built with.
  './usr/bin/*lto-dump*',
  './usr/libexec/gcc/*/*/lto1',
  './usr/libexec/gcc-cross/*/*/lto1',
  '*/libasan.*',
  '*/libtsan.*',
  '*/libubsan.*',
  '*/libhwasan.*',
  '*/liblsan.*',
  // The host's own, copied in by mmdebstrap.
  './etc/hostname',
  './etc/resolv.conf',
];
