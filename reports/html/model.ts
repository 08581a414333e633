/** What the page is made of: plain data, the same whether it is written into the page or read by its script. */

import type { Reason } from '../../runners/events/event.ts';
import type { AttemptResult, CellResult } from '../results.ts';
import type { Verdict } from './words.ts';

export type Tally = Readonly<Record<Verdict, number>>;

/** A run among the last ones. What ran against stand-ins is counted by itself. */
export interface RunPoint {
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** From its first event to its last; absent where only its cells are known. */
  readonly seconds?: number | undefined;
  readonly commit?: string | undefined;
  readonly real: Tally;
  readonly standIn: Tally;
}

/** How a cell's verdict compares with those before: `new` after it was good, `first` where it was never judged. */
export type Change = 'new' | 'first' | 'still' | 'fixed';

/** What the matrix shows of a cell, and what it is found by. */
export interface CellBrief {
  readonly id: string;
  /** Indexes into `Core.axes`. */
  readonly at: readonly [distro: number, arch: number, fs: number];
  readonly verdict: Verdict;
  readonly standIn: boolean;
  readonly seconds: number;
  /** The median of its good runs that began as this one did, in seconds. */
  readonly usual?: number | undefined;
  readonly change?: Change | undefined;
  /** Of a bad one: the index into `Core.runs` of the first bad run in a row, and how many they are. */
  readonly since?: number | undefined;
  readonly times?: number | undefined;
  /** A letter for each of `Core.runs`. */
  readonly past: string;
  /** The index into `Core.problems`. */
  readonly problem?: number | undefined;
}

/** A fact that is another one than in the last good run. */
export interface FactChange {
  readonly name: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** One fault, in all the cells that have it. */
export interface Problem {
  readonly verdict: Verdict;
  /** One sentence. */
  readonly title: string;
  readonly code: string;
  /** The check that did not pass. */
  readonly check: string;
  readonly lines: readonly string[];
  readonly hint?: string | undefined;
  readonly command?: string | undefined;
  /** Indexes into `Core.cells`. */
  readonly cells: readonly number[];
  /** How many of them are `new` or `first`. */
  readonly fresh: number;
  readonly standIns: number;
  /** The index into `Core.runs` of the earliest bad run. */
  readonly since: number;
  /** `debian12, debian13 × aarch64 × xfs, ext4`, where they are a whole block of the matrix. */
  readonly where?: string | undefined;
  /** What to type to run all of them again. */
  readonly rerun: string;
  /** What is new since the last good run, and in how many of the cells. */
  readonly changes: readonly (FactChange & { readonly cells: number })[];
}

/** What is read first, and always. */
export interface Core {
  readonly run: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly interrupted: boolean;
  readonly resumed: number;
  readonly reason?: Reason | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly packages?: string | undefined;
  readonly mirrors: readonly string[];
  readonly axes: {
    readonly distros: readonly string[];
    readonly arches: readonly string[];
    readonly fss: readonly string[];
  };
  readonly cells: readonly CellBrief[];
  readonly problems: readonly Problem[];
  /** Oldest first; the last one is this run. */
  readonly runs: readonly RunPoint[];
}

export interface FileLink {
  readonly name: string;
  /** Relative to the page; absent for what lies outside of the run's folder, which then is only named. */
  readonly href?: string | undefined;
  readonly path: string;
  /** Absent where the file is gone. */
  readonly bytes?: number | undefined;
}

export interface AttemptView extends Omit<AttemptResult, 'attachments' | 'capsule'> {
  readonly files: readonly FileLink[];
  /** What boots the guest as it was before the failed phase. */
  readonly reopen?: string | undefined;
}

/** What a cell's own page shows. */
export interface Detail {
  readonly because?: string | undefined;
  readonly attempts: readonly AttemptView[];
  readonly facts: Readonly<Record<string, string>>;
  readonly rerun?: string | undefined;
  readonly expected?: number | undefined;
  readonly admitted?: CellResult['admitted'];
  readonly notes: readonly string[];
  readonly lastGood?:
    | { readonly run: string; readonly startedAt: number; readonly commit?: string | undefined }
    | undefined;
  readonly changes: readonly FactChange[];
  /** Seconds by phase of the last good run. */
  readonly goodPhases: Readonly<Record<string, number>>;
  /** Seconds in each of `Core.runs`; null where it did not run. */
  readonly seconds: readonly (number | null)[];
  /** The attempt whose console is in the page. */
  readonly consoleOf?: number | undefined;
}

/** An attempt on the run's clock; the times are seconds since the start of the run. */
export interface Slot {
  readonly cell: number;
  readonly attempt: number;
  readonly verdict: Verdict;
  readonly start: number;
  readonly seconds: number;
  /** Name, start, seconds. */
  readonly phases: readonly (readonly [string, number, number])[];
  readonly cores?: number | undefined;
  readonly memoryMiB?: number | undefined;
  readonly peakMemoryMiB?: number | undefined;
}

/** Lines of a console that belong together; the escape sequences of colours are still in them. */
export interface Excerpt {
  /** The number of each line, from 1, as everything else counts them. */
  readonly numbers: readonly number[];
  readonly lines: readonly string[];
}

export interface ConsoleView {
  readonly file: FileLink;
  readonly totalLines: number;
  readonly excerpts: readonly Excerpt[];
}

export interface Model {
  readonly core: Core;
  /** One for each of `core.cells`. */
  readonly details: readonly Detail[];
  readonly slots: readonly Slot[];
  /** By the index into `core.cells`. */
  readonly consoles: ReadonlyMap<number, ConsoleView>;
}
