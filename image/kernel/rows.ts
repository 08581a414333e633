import type { ImageArch } from '../recipe.ts';

/** Debian's kernel series; the exact version is whatever the archive signs for. */
export const SERIES = '6.12';

export interface KernelRow {
  /** The folder below arch/, which kbuild calls ARCH. */
  readonly srcarch: string;
  /** Debian's configuration: featureset and flavour, the generic ones, which everything is measured against. */
  readonly flavour: string;
  /** What make is told to make, and where it leaves it. */
  readonly target: string;
  readonly image: string;
}

/**
 * Rows by architecture. Of each the form that QEMU's own loader takes and that is in user space first: x86_64 has no
 * uncompressed one, the others are loaded as they are.
 */
export const kernels: Readonly<Record<ImageArch, KernelRow>> = {
  x86_64: { srcarch: 'x86', flavour: 'amd64_none_amd64', target: 'bzImage', image: 'arch/x86/boot/bzImage' },
  aarch64: { srcarch: 'arm64', flavour: 'arm64_none_arm64', target: 'Image', image: 'arch/arm64/boot/Image' },
  riscv64: { srcarch: 'riscv', flavour: 'riscv64_none_riscv64', target: 'Image', image: 'arch/riscv/boot/Image' },
};
