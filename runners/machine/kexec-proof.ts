import type { SystemIdentity } from './system.ts';

export interface Handover {
  /** The system that asked for the reboot. */
  readonly before: SystemIdentity;
  readonly after: SystemIdentity;
  /** Resets of the machine that QEMU reported between the two. */
  readonly resets: number;
  /** The release of stub's own kernel: what QEMU itself boots. */
  readonly stubKernel: string;
  /** The releases of the kernels that the distribution's package manager says are installed. */
  readonly installedKernels: readonly string[];
  /** The word that this run put on QEMU's command line. */
  readonly nonce: string;
  /** The type that was asked for. */
  readonly fs: string;
}

/**
 * Whether the system came up by kexec out of stub's kernel, on the disk that was installed. Empty when it did; else
 * everything that speaks against it.
 *
 * QEMU can only start stub's kernel. One reset, then another kernel than stub's without a further reset, bearing a word
 * that only this run's command line had: no way but kexec leads there.
 */
export function doubtsAbout({ before, after, resets, stubKernel, installedKernels, nonce, fs }: Handover): string[] {
  const doubts: [boolean, string][] = [
    [resets !== 1, `QEMU reported ${resets} resets between the two systems, expected 1: the reboot's own`],
    [after.bootId === before.bootId, `the boot id is still ${after.bootId}: nothing was rebooted`],
    [after.release === stubKernel, `the running kernel ${after.release} is stub's own`],
    [
      !installedKernels.includes(after.release),
      `the running kernel ${after.release} is none of the installed ones (${installedKernels.join(', ') || 'none'})`,
    ],
    [!after.cmdline.includes(nonce), `the kernel's command line lacks ${nonce}: ${after.cmdline.join(' ')}`],
    [after.dataDisk === '', 'the data disk has no /dev/disk/by-id/virtio-data'],
    [
      after.dataDisk !== '' && !isOn(after.root.source, after.dataDisk),
      `the root filesystem is on ${after.root.source}, not on the data disk ${after.dataDisk}`,
    ],
    [after.root.type !== fs, `the root filesystem is ${after.root.type}, asked for was ${fs}`],
  ];
  return doubts.flatMap(([holds, text]) => (holds ? [text] : []));
}

/** Btrfs names the subvolume behind the device, in brackets. */
function isOn(source: string, disk: string): boolean {
  return source.replace(/\[.*\]$/, '') === disk;
}
