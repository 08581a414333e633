import type { ArchiveKind, Status } from '../../runners/events/event.ts';

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
  readonly startedAt?: number;
  /** Of all attempts together. */
  readonly seconds: number;
  readonly attempts: readonly AttemptRow[];
  /** Seconds of the last attempt by phase; the same phase twice adds up. */
  readonly phases: Readonly<Record<string, number>>;
  /** Whether it booted what an earlier run had installed, instead of an empty disk. */
  readonly installed: boolean;
  readonly archive?: ArchiveKind;
  readonly facts: Readonly<Record<string, string>>;
  /** The same for the same fault in another run. */
  readonly signature?: string;
  readonly peakMemoryMiB?: number;
  readonly cpuSeconds?: number;
  /** The log of its console, relative to the folder in which the history lies. */
  readonly console?: string;
}
