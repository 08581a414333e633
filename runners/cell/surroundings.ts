import type { Emit } from '../events/event.ts';
import type { RunOptions } from '../matrix/options.ts';

/** What a cell is given: where its evidence goes, how it tells of itself, when to stop. */
export interface Surroundings {
  readonly options: RunOptions;
  /** Where the cell's evidence goes: absolute path, exists, mode 0700. */
  readonly folder: string;
  readonly emit: Emit;
  /** Aborted when the user breaks the run off: each wait must heed it. */
  readonly signal: AbortSignal;
  /**
   * Asked before a guest boots. Emulated guests that boot at the same time can keep each other's timers from being calibrated:
   * where too many do, what is returned resolves when this one may. Nothing where it may at once.
   */
  readonly turn?: () => Promise<void> | undefined;
  /** Told of each process that runs for the cell, as soon as it does. */
  readonly uses?: (pid: number) => void;
}
