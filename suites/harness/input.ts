import { BroadcastChannel } from 'node:worker_threads';
import type { AttemptResult } from '../../reports/fold.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';

/** A cell to run. */
export interface CellToRun {
  readonly planned: PlannedCell;
  /** The command that runs it alone. */
  readonly rerun: string;
  /** The attempts at it that came to their end before the run was broken off, where it was. */
  readonly finished?: readonly AttemptResult[];
}

/** What the main thread hands to the suite's thread: plain data. */
export interface SuiteInput {
  readonly run: string;
  readonly runPath: string;
  /** The record that both threads append to. */
  readonly events: string;
  readonly cells: readonly CellToRun[];
  readonly options: RunOptions;
}

declare module 'vitest' {
  interface ProvidedContext {
    suiteInput: SuiteInput;
  }
}

/** The channel on which the main thread says `cancel`, over and over, until the suite has ended. */
export function cancelChannel(run: string): BroadcastChannel {
  return new BroadcastChannel(`stub-matrix ${run}`);
}
