import type { Stamp } from './stamp.ts';

/** A cell was let onto the host: what it declared, and what the host had left at that moment. */
export interface CellAdmitted extends Stamp {
  readonly type: 'cell-admitted';
  readonly cell: string;
  /** What it is taken to need. */
  readonly cores: number;
  readonly memoryMiB: number;
  /** `measured` in an earlier run, or `guessed` from its architecture, accelerator and distribution. */
  readonly basis: 'measured' | 'guessed';
  /** Free at that moment, others' load and memory taken off. */
  readonly free: { readonly cores: number; readonly memoryMiB: number };
}

/** What a cell's processes really took, told at its end. */
export interface CellUsage extends Stamp {
  readonly type: 'cell-usage';
  readonly cell: string;
  /** The highest sum of resident memory that was seen. */
  readonly peakMemoryMiB: number;
  readonly cpuSeconds: number;
}

/** A line of a console that a finding rests on. */
export interface ConsoleLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** What went wrong with a cell, in one sentence, from the catalogue in runners/machine/diagnosis. */
export interface Diagnosis extends Stamp {
  readonly type: 'diagnosis';
  readonly cell: string;
  /** The catalogue's entry: stable, kebab-case. */
  readonly code: string;
  readonly sentence: string;
  readonly lines: readonly ConsoleLine[];
  /** The same for the same fault in another run: addresses, times and names of this run are masked. */
  readonly signature: string;
  /** What to do next, in one sentence. */
  readonly hint?: string;
}

/** The first line in which a cell's console tells another story than in its last good run. */
export interface Divergence extends Stamp {
  readonly type: 'divergence';
  readonly cell: string;
  /** The good run's id. */
  readonly against: string;
  /** What this run's console says there, and a few lines around; empty where it ends too early. */
  readonly here: readonly ConsoleLine[];
  /** What the good run's console says at that place. */
  readonly there: readonly ConsoleLine[];
}

/** A run that was broken off goes on, in the same folder. Cells that had ended are not run again. */
export interface RunResumed extends Stamp {
  readonly type: 'run-resumed';
  /** The ids of those that are still to run. */
  readonly cells: readonly string[];
}

/** The folder with all that it takes to see a failed cell again: `stub-matrix reopen FOLDER`. */
export interface Capsule extends Stamp {
  readonly type: 'capsule';
  readonly cell: string;
  /** Absolute. */
  readonly path: string;
}
