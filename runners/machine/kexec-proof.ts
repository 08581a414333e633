import { GuestFailure } from '../errors.ts';
import type { Machine, Mark } from './machine.ts';
import type { SystemIdentity } from './system.ts';

/** What a root is mounted as, and what it lies on: a whole disk, a volume of LUKS on one, or virtiofsd's share. */
export interface RootFilesystem {
  readonly type: string;
  readonly on: 'disk' | 'encrypted-disk' | 'share';
}

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
  /** The root filesystem that was asked for. */
  readonly filesystem: RootFilesystem;
}

/** The tag of the share, by which the guest names it in place of a device. */
const SHARE = 'fs';

/**
 * Whether the system came up by kexec out of stub's kernel, on the disk that was installed. Empty when it did; else
 * everything that speaks against it.
 *
 * QEMU can only start the kernel it was given, stub's. Two kernels that announce themselves one after the other without a
 * reset between them, the second an installed one that bears a word which only this run's command line had: no way but
 * kexec leads there.
 */
export function doubtsAbout(handover: Handover): string[] {
  const { before, after, resets, kernelsSeen, installedKernels, nonce, filesystem } = handover;
  const expected = before ? 1 : 0;
  const doubts: Doubt[] = [
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
    ...ROOT_DOUBTS[filesystem.on](after),
    [
      after.root.type !== filesystem.type,
      `the root filesystem is ${after.root.type}, asked for was ${filesystem.type}`,
    ],
  ];
  return doubts.flatMap(([holds, text]) => (holds ? [text] : []));
}

/**
 * Holds what a system says of itself against what was seen of its machine since the reboot or start at `mark`.
 *
 * @throws GuestFailure `kexec-doubtful` with all that speaks against a handover by kexec.
 */
export function proveKexec(machine: Machine, mark: Mark, said: Omit<Handover, 'resets' | 'kernelsSeen'>): void {
  const resets = machine.resetsSince(mark);
  const kernelsSeen = kernelsIn(machine.qemu.console.text(mark.position));
  const doubts = doubtsAbout({ ...said, resets, kernelsSeen });
  if (doubts.length > 0) throw new GuestFailure({ code: 'kexec-doubtful', message: doubts.join('; ') });
}

/** The releases in the first lines that Linux kernels write, in the order in which they came. */
export function kernelsIn(console: string): string[] {
  return [...console.matchAll(/^\[ +0\.0+\] Linux version (\S+) /gm)].map((match) => match[1] ?? '');
}

type Doubt = [holds: boolean, text: string];

/** Whether the root lies where it was put. */
const ROOT_DOUBTS: Readonly<Record<RootFilesystem['on'], (after: SystemIdentity) => Doubt[]>> = {
  disk: (after) => [
    ...dataDiskDoubts(after),
    [after.rootDevices.length > 1, `the root filesystem is not right on the disk: ${after.rootDevices.join(' on ')}`],
  ],
  'encrypted-disk': (after) => [
    ...dataDiskDoubts(after),
    [
      !after.rootDevices[0]?.startsWith('/dev/mapper/'),
      `the root filesystem is on ${after.rootDevices[0]}, which is no encrypted volume`,
    ],
  ],
  share: ({ root }) => [[root.source !== SHARE, `the root filesystem is ${root.source}, not the share "${SHARE}"`]],
};

function dataDiskDoubts({ dataDisk, rootDevices, root }: SystemIdentity): Doubt[] {
  return [
    [dataDisk === '', 'the data disk has no /dev/disk/by-id/virtio-data'],
    [
      dataDisk !== '' && rootDevices.at(-1) !== dataDisk,
      `the root filesystem is on ${rootDevices.join(' on ') || root.source}, not on the data disk ${dataDisk}`,
    ],
  ];
}
