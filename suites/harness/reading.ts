import { availableParallelism } from 'node:os';
import type { Reading } from '../../runners/schedule/room.ts';

/** What the scheduler sees of this host. */
export function readingOf(
  { totalMiB, availableMiB }: { readonly totalMiB: number; readonly availableMiB: number },
  others: number,
  residentMiB: ReadonlyMap<string, number> = new Map(),
): Reading {
  return {
    cores: availableParallelism(),
    others,
    memoryTotalMiB: totalMiB,
    memoryAvailableMiB: availableMiB,
    residentMiB,
  };
}
