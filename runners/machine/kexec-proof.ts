import type { SystemIdentity } from './system.ts';

export interface Handover {
  /** The system that asked for the reboot; none where the machine was just started. */
  readonly before: SystemIdentity | undefined;
  readonly after: SystemIdentity;
  /** Resets of the machine that QEMU reported on the way: one for a reboot, none for a start. */
  readonly resets: number;
  /** The releases with which kernels announced themselves on the console since the last reset or start, in order. */
  readonly kernelsSeen: readonly string[];
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
 * QEMU can only start the kernel it was given, stub's. Two kernels that announce themselves one after the other without a
 * reset between them, the second an installed one that bears a word which only this run's command line had: no way but
 * kexec leads there.
 */
export function doubtsAbout(handover: Handover): string[] {
  const { before, after, resets, kernelsSeen, installedKernels, nonce, fs } = handover;
  const expected = before ? 1 : 0;
  const doubts: [boolean, string][] = [
    [resets !== expected, `QEMU reported ${resets} resets on the way, expected ${expected}`],
    [after.bootId === before?.bootId, `the boot id is still ${after.bootId}: nothing was rebooted`],
    [
      kernelsSeen.length !== 2 || kernelsSeen.at(-1) !== after.release,
      `expected stub's kernel and then ${after.release} on the console without a reset between, saw ${kernelsSeen.join(', ') || 'none'}`,
    ],
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

/** The releases in the first lines that Linux kernels write, in the order in which they came. */
export function kernelsIn(console: string): string[] {
  return [...console.matchAll(/^\[ +0\.0+\] Linux version (\S+) /gm)].map((match) => match[1] ?? '');
}

/** Btrfs names the subvolume behind the device, in brackets. */
function isOn(source: string, disk: string): boolean {
  return source.replace(/\[.*\]$/, '') === disk;
}
