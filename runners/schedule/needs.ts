import { GUEST } from '../cell/budgets.ts';
import type { Accelerator } from '../host/accelerator.ts';
import type { Experience } from '../matrix/experience.ts';
import type { PlannedCell } from '../matrix/plan.ts';

/** What a cell is taken to need of the host while it runs. */
export interface Needs {
  /** How many it keeps busy, on the average over its life. */
  readonly cores: number;
  /** The most that its processes hold at a time. */
  readonly memoryMiB: number;
  /** `measured` where the memory is that of an earlier run. */
  readonly basis: 'measured' | 'guessed';
}

/**
 * Of a guest with two virtual CPUs. Emulated, it computes nearly all the time, most of it in one thread; with KVM it waits for
 * its disk and its packages between.
 */
const CORES: Readonly<Record<Accelerator, number>> = { tcg: 1.2, kvm: 0.8 };

/** What QEMU takes besides the guest's memory: emulating, it keeps up to 1 GiB of translated code. */
const QEMU_MIB: Readonly<Record<Accelerator, number>> = { tcg: 1024, kvm: 256 };

/** What serves a root that is a folder of the host. */
const VIRTIOFSD_MIB = 128;

/** A run is never quite like the one before. */
const HEADROOM = 1.1;

/** Less than this is no measurement: the cell broke off, or was over before it was looked at. */
const LEAST = { cores: 0.05, memoryMiB: 16 };

/**
 * What a cell needs: what was measured, else what its accelerator, filesystem and the guest's size let guess.
 *
 * No architecture or distribution has a row of its own here: what sets one apart shows in its experience.
 */
export function needsOf(
  { filesystem }: Pick<PlannedCell, 'filesystem'>,
  accelerator: Accelerator,
  { seconds, peakMemoryMiB, cpuSeconds }: Experience = {},
): Needs {
  const share = filesystem.on === 'share' ? VIRTIOFSD_MIB : 0;
  const measured = peakMemoryMiB !== undefined && peakMemoryMiB >= LEAST.memoryMiB;
  return {
    cores: seconds && cpuSeconds ? Math.max(LEAST.cores, cpuSeconds / seconds) : CORES[accelerator],
    memoryMiB: Math.ceil(measured ? peakMemoryMiB * HEADROOM : GUEST.memoryMiB + QEMU_MIB[accelerator] + share),
    basis: measured ? 'measured' : 'guessed',
  };
}
