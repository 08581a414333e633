/**
 * What a run tells about itself. Events are the only output of everything under runners/: the progress lines, JUnit and
 * all later reports are folds over them. They are kept as `events.ndjson` in the run's folder, one JSON object a line.
 */

import type { Capsule, CellAdmitted, CellUsage, Diagnosis, Divergence, RunResumed } from './observations.ts';
import type { Stamp } from './stamp.ts';

/** distro × arch × filesystem. `id` is its name everywhere: flags, folders, reports, host names. */
export interface CellName {
  readonly id: string;
  readonly distro: string;
  readonly arch: string;
  readonly fs: string;
}

/** `failed` is the guest's fault, `error` the harness's; `known` is a failure that matrix.yaml excuses for the time being. */
export type Status = 'passed' | 'failed' | 'error' | 'known' | 'skipped';

/** What a cell was installed from: the distribution's own archive, or what stands in for it. */
export type ArchiveKind = 'real' | 'stand-in';

/** Why something did not pass; the fields of `StubMatrixError`, as plain data. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly command?: string | undefined;
  readonly evidence?: string | undefined;
  readonly stack?: string | undefined;
  /** Set where neither the guest nor the harness is at fault, but what was typed or stands in matrix.yaml. */
  readonly fault?: 'usage' | undefined;
}

/** Facts of the whole run, known before the first cell: commit, command line, accelerator per architecture, QEMU version… */
export interface RunStarted extends Stamp {
  readonly type: 'run-started';
  readonly run: string;
  /** In the order in which they are to start. */
  readonly cells: readonly CellName[];
  /** From experience, where there is any: how long each cell takes, in seconds by its id, and how many run at a time. */
  readonly expected?: { readonly seconds: Readonly<Record<string, number>>; readonly jobs: number };
  /** How often each cell is run, whatever comes of it; absent where once is enough, or more only after a failure. */
  readonly repeat?: number | undefined;
  readonly properties: Readonly<Record<string, string>>;
}

/** A cell of the matrix that was selected and will not be run, and because of what. */
export interface CellSkipped extends Stamp {
  readonly type: 'cell-skipped';
  readonly cell: CellName;
  readonly because: string;
}

export interface CellStarted extends Stamp {
  readonly type: 'cell-started';
  readonly cell: string;
  /** The command to re-run this cell alone. */
  readonly rerun: string;
  /** From 1, which is meant where it is absent: a cell that failed may be tried again, with `--retries` or `--repeat`. */
  readonly attempt?: number;
}

/** A fact about a cell that became known on the way: image key, kernel, archive and its Release date, … */
export interface CellFact extends Stamp {
  readonly type: 'cell-fact';
  readonly cell: string;
  readonly name: string;
  readonly value: string;
}

/** Which archive a cell is installed from. What passes against a stand-in never counts as the distribution itself. */
export interface CellArchive extends Stamp {
  readonly type: 'cell-archive';
  readonly cell: string;
  readonly archive: ArchiveKind;
}

/** How long the cell is to take in all, in seconds, as its own experience has it by now. */
export interface CellExpected extends Stamp {
  readonly type: 'cell-expected';
  readonly cell: string;
  readonly seconds: number;
}

/** A span of work in a cell: `image`, `boot-stub`, `install`, `reboot`, … `seconds` of the phase that ended. */
export interface PhaseStarted extends Stamp {
  readonly type: 'phase-started';
  readonly cell: string;
  readonly phase: string;
}

/** A sign of life inside a phase: the installer's step, a download's per cent. */
export interface PhaseProgress extends Stamp {
  readonly type: 'phase-progress';
  readonly cell: string;
  readonly phase: string;
  readonly text: string;
}

export interface PhaseEnded extends Stamp {
  readonly type: 'phase-ended';
  readonly cell: string;
  readonly phase: string;
  readonly seconds: number;
  readonly ok: boolean;
}

/** One check of the suite came to its verdict. */
export interface CheckEnded extends Stamp {
  readonly type: 'check-ended';
  readonly cell: string;
  /** The check's title in suites/, unique within a cell and stable over time. */
  readonly check: string;
  readonly status: Status;
  readonly seconds: number;
  readonly reason?: Reason;
}

/** A file that belongs to a cell's evidence: `console` (the whole log), `qemu-argv`, `qemu-stderr`, … */
export interface Attachment extends Stamp {
  readonly type: 'attachment';
  readonly cell: string;
  readonly name: string;
  /** Absolute path inside the run's folder. */
  readonly path: string;
}

export interface CellEnded extends Stamp {
  readonly type: 'cell-ended';
  readonly cell: string;
  readonly status: Status;
  readonly seconds: number;
  /** Why another attempt follows; absent where this was the last. */
  readonly again?: string | undefined;
}

/** Something a reader should know that is no verdict: KVM opened but did not run, a stale archive, a guest kept running. */
export interface Note extends Stamp {
  readonly type: 'note';
  readonly cell?: string;
  readonly text: string;
  /** `interruption`: what a user who breaks the run off is told. */
  readonly topic?: 'interruption';
}

/** How guests' questions for the files of an archive were answered: how many from where. */
export interface ArchiveTally {
  /** Its address. */
  readonly archive: string;
  /** From a folder of this host. */
  readonly local: number;
  /** From what earlier runs kept. */
  readonly kept: number;
  /** From what this run has fetched before. */
  readonly hit: number;
  /** Fetched. */
  readonly miss: number;
  /** As an earlier run saw it, since no mirror answered. */
  readonly stale: number;
  /** No mirror has it. */
  readonly absent: number;
  /** No mirror answered, and nothing was kept. */
  readonly failed: number;
  /** Sent to guests. */
  readonly bytes: number;
}

export interface MirrorTally {
  /** Its address. */
  readonly mirror: string;
  readonly asked: number;
  readonly failed: number;
  /** Received, heads included. */
  readonly bytes: number;
}

/** What the package proxy did in the whole run; only what had something to do. */
export interface ProxySummary extends Stamp {
  readonly type: 'proxy-summary';
  /** The run whose answers were replayed. */
  readonly replayOf?: string | undefined;
  readonly archives: readonly ArchiveTally[];
  readonly mirrors: readonly MirrorTally[];
}

export interface RunEnded extends Stamp {
  readonly type: 'run-ended';
  /** Set where the user broke the run off. */
  readonly interrupted: boolean;
  readonly reason?: Reason;
}

export type RunEvent =
  | RunStarted
  | CellSkipped
  | RunResumed
  | CellAdmitted
  | CellStarted
  | CellFact
  | CellArchive
  | CellExpected
  | PhaseStarted
  | PhaseProgress
  | PhaseEnded
  | CheckEnded
  | Attachment
  | Diagnosis
  | Divergence
  | Capsule
  | CellUsage
  | CellEnded
  | Note
  | ProxySummary
  | RunEnded;

/** An event before the sink has stamped it with the time. */
export type EventBody = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'time'> : never) : never;

/** Where events go. Synchronous on purpose: what was emitted before a crash is on disk. */
export type Emit = (event: EventBody) => void;
