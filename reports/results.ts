import type {
  ArchiveKind,
  Attachment,
  CellName,
  CheckEnded,
  ProxySummary,
  Reason,
  Status,
} from '../runners/events/event.ts';
import type { CellAdmitted, CellUsage, Diagnosis, Divergence } from '../runners/events/observations.ts';

/** What became of one check. `seconds` is 0 for one that never ran. */
export type CheckResult = Pick<CheckEnded, 'check' | 'status' | 'seconds' | 'reason'>;

/** A span of work, where it stands on the clock. */
export interface PhaseResult {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Until its end; for one that has none in the record, until the last event of its attempt. */
  readonly seconds: number;
  /** Absent where the record does not tell how it ended. */
  readonly ok?: boolean | undefined;
}

export type Evidence = Pick<Attachment, 'name' | 'path'>;

/** One try at a cell, from its start to its end. */
export interface AttemptResult {
  /** From 1. */
  readonly attempt: number;
  readonly status: Status;
  /** Whether it came to its own end: it was neither interrupted nor lost with its runner. */
  readonly finished: boolean;
  /** Milliseconds since the epoch; absent for one that never started. */
  readonly startedAt?: number | undefined;
  readonly seconds: number;
  /** In the order in which they ended; never empty. */
  readonly checks: readonly CheckResult[];
  /** In the order in which they started. */
  readonly phases: readonly PhaseResult[];
  readonly attachments: readonly Evidence[];
  readonly usage?: Pick<CellUsage, 'peakMemoryMiB' | 'cpuSeconds'> | undefined;
  readonly diagnosis?: Pick<Diagnosis, 'code' | 'sentence' | 'lines' | 'signature'> | undefined;
  readonly divergence?: Pick<Divergence, 'against' | 'here' | 'there'> | undefined;
  /** The folder of its failure capsule, absolute. */
  readonly capsule?: string | undefined;
  /** The same for the same fault in another run; only of what failed, erred, or is known to fail. */
  readonly signature?: string | undefined;
}

/**
 * What became of one cell: all its events in one place. Status, checks, phases, attachments and usage are those of its last
 * attempt, or, in a run that repeats its cells, of the first of those that came off worst; diagnosis, divergence and capsule those of the last attempt that has one, which of a flaky cell is one that failed.
 */
export interface CellResult extends Omit<AttemptResult, 'attempt' | 'seconds' | 'startedAt'> {
  readonly cell: CellName;
  /** Passed at last, after an attempt that failed or erred. */
  readonly flaky: boolean;
  /** Why the plan left it out; its one check is then `planned`, skipped. */
  readonly because?: string | undefined;
  /** Of the first attempt, in milliseconds since the epoch. */
  readonly startedAt?: number | undefined;
  /** Of all attempts together. */
  readonly seconds: number;
  /** How long it was expected to take, where that was said. */
  readonly expected?: number | undefined;
  /** The command to run this cell again. */
  readonly rerun?: string | undefined;
  readonly facts: Readonly<Record<string, string>>;
  /** What it was installed from, as far as it came. A stand-in's verdict is never one on the distribution. */
  readonly archive?: ArchiveKind | undefined;
  /** What it was taken to need, and what the host had left, when it was let in last; `at` in milliseconds since the epoch. */
  readonly admitted?:
    | (Pick<CellAdmitted, 'cores' | 'memoryMiB' | 'basis' | 'free'> & { readonly at: number })
    | undefined;
  /** In order; empty for a cell that never started. */
  readonly attempts: readonly AttemptResult[];
  /** What was said of it that is no verdict. */
  readonly notes: readonly string[];
}

/** A run, as far as its events tell. */
export interface RunResult {
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Of the last event, in milliseconds since the epoch. */
  readonly endedAt: number;
  readonly properties: Readonly<Record<string, string>>;
  /** Those that were to run, in their order, then those that the plan left out. */
  readonly cells: readonly CellResult[];
  /** Those of a cell begin with its id. */
  readonly notes: readonly string[];
  /** What the package proxy did, where there was one. */
  readonly packages?: Pick<ProxySummary, 'archives' | 'mirrors' | 'replayOf'> | undefined;
  /** How often each cell was to run, whatever came of it; absent where no rate was asked for. */
  readonly repeat?: number | undefined;
  /** How many times it was taken up again after it had been broken off. */
  readonly resumed: number;
  readonly interrupted: boolean;
  /** What went wrong with the run as a whole, on the harness's side. */
  readonly reason?: Reason | undefined;
}
