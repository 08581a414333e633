import type { ArchiveKind, Status } from '../../runners/events/event.ts';
import type { Beginning } from '../course.ts';

/** A run, as the history has it. */
export interface RunRow {
  readonly run: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly interrupted: boolean;
  /** How many of its cells came to which verdict; those that the plan left out are not among them. */
  readonly counts: Readonly<Record<Status, number>>;
  /** How many of the passed ones were flaky. */
  readonly flaky: number;
  readonly properties: Readonly<Record<string, string>>;
}

/** One try at a cell. */
export interface AttemptRow {
  readonly attempt: number;
  readonly status: Status;
  readonly seconds: number;
  readonly signature?: string;
}

/** A cell in a run; those that the plan left out have none. */
export interface CellRow {
  readonly run: string;
  /** When the run started. */
  readonly runStartedAt: number;
  readonly cell: string;
  readonly status: Status;
  readonly flaky: boolean;
  /** Whether it came to its own end, and not to that of its run. */
  readonly finished: boolean;
  readonly startedAt?: number;
  /** Of all attempts together. */
  readonly seconds: number;
  readonly attempts: readonly AttemptRow[];
  /** Seconds of the last attempt by phase; the same phase twice adds up. */
  readonly phases: Readonly<Record<string, number>>;
  /** Absent where it did not come so far. */
  readonly beginning?: Beginning;
  readonly archive?: ArchiveKind;
  readonly facts: Readonly<Record<string, string>>;
  /** The same for the same fault in another run. */
  readonly signature?: string;
  readonly peakMemoryMiB?: number;
  readonly cpuSeconds?: number;
  /** The log of its console, relative to the folder in which the history lies. */
  readonly console?: string;
}

/** What a good run of a cell left behind. */
export interface GoodRun {
  readonly run: string;
  /** When the run started. */
  readonly startedAt: number;
  /** Absolute path of its console's log, which may have been deleted since. */
  readonly console?: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** What good runs of a cell took: medians, each absent where nothing is known. */
export interface Experience {
  /** From an empty disk, without the phase in which the image is made, which all cells of an architecture share. */
  readonly seconds?: number;
  /** The same from a disk that an earlier run had installed. */
  readonly installedSeconds?: number;
  readonly peakMemoryMiB?: number;
  readonly cpuSeconds?: number;
  /** How many runs that rests on. */
  readonly runs: number;
}

/** How a cell fared over some runs. Those that were broken off before it came to its end are not counted. */
export interface Flakiness {
  readonly cell: string;
  /** Of runs: how many it ended in, and with which verdict. Flaky ones are among the passed. */
  readonly runs: number;
  readonly passed: number;
  readonly flaky: number;
  readonly failed: number;
  readonly errors: number;
  readonly known: number;
  /** Of attempts, of which a run may have several: how many there were, and how many of them passed. */
  readonly tries: number;
  readonly passedTries: number;
  /** Medians, of good runs; see `Experience`. */
  readonly seconds?: number;
  readonly installedSeconds?: number;
  /** Of what failed or erred in any attempt: how often, the commonest first. */
  readonly signatures: readonly { readonly signature: string; readonly times: number }[];
  /** The latest verdict. */
  readonly last: Status;
}

/** A run of history as it goes into a plot: small, for there may be a million of its points. */
export interface Trend {
  /** The oldest first. */
  readonly runs: readonly RunRow[];
  /** By cell: a letter and a number of seconds for each of the runs; the letter of one that it was not in is `-`. */
  readonly cells: ReadonlyMap<string, { readonly verdicts: string; readonly seconds: readonly number[] }>;
}

/** The letters of a trend. */
export const LETTERS = {
  passed: 'p',
  flaky: 'y',
  failed: 'f',
  error: 'e',
  known: 'k',
  skipped: 's',
  none: '-',
} as const;
