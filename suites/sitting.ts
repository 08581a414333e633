import { mkdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { divergences, finishReports } from '../reports/finish.ts';
import type { RunResult } from '../reports/fold.ts';
import type { RunFolder } from '../reports/folder.ts';
import { type EventRecord, followRecord, readEvents } from '../reports/record.ts';
import { showProgress } from '../reports/show.ts';
import { type ExitCode, exitCodeOf, summaryLines } from '../reports/summary.ts';
import type { PackagesFor } from '../runners/cell/packages.ts';
import type { Reason, RunEvent } from '../runners/events/event.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { closeRecord } from './close-record.ts';
import { classify } from './harness/classify.ts';
import type { CellToRun, SuiteInput } from './harness/input.ts';
import { type Interruption, watchForInterruption } from './harness/interruption.ts';
import { runVitest } from './harness/vitest.ts';
import { type OpenPackages, ofLastSitting, withPackages } from './packages.ts';
import { type DefaultFolders, rerunCommand, resumeCommand } from './rerun.ts';
import type { FlagValues } from './resume/run-file.ts';
import { type Unfinished, unfinishedOf } from './resume/unfinished.ts';

/** What the command line knows and a report should say. */
export interface Setting {
  /** Facts of the whole run: commit, command line, QEMU version, accelerator… */
  readonly properties?: Readonly<Record<string, string>>;
  /** Where progress and summary go; stdout where absent. */
  readonly output?: NodeJS.WritableStream;
  /** Draws nothing on a terminal either: lines, as where there is none. */
  readonly plain?: boolean;
  /** Of the command line: what says which terminal this is, and that nobody watches. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The folders of a run that names none: where this one has others, the commands that follow from it name them. */
  readonly defaults?: DefaultFolders;
  /** The flags of the run, which it will have as well when it is resumed. */
  readonly flags?: FlagValues;
  /** How guests get their packages; they are let out where absent. */
  readonly packages?: OpenPackages;
  /** Absolute path of another suite than the matrix's own. */
  readonly suite?: string;
}

export interface RunOutcome {
  readonly exitCode: ExitCode;
  readonly result: RunResult;
  readonly folder: RunFolder;
}

/** What is done of a run from one start of the program to its end. A run has one, and one more each time that it is resumed. */
export interface Sitting {
  readonly folder: RunFolder;
  readonly record: EventRecord;
  readonly options: RunOptions;
  readonly cells: readonly Unfinished[];
  /** How many there were before it. */
  readonly before: number;
  /** What they told, and where that ends in the record, in bytes. */
  readonly past: { readonly events: readonly RunEvent[]; readonly bytes: number };
  /** Why there was nothing to run, where that is no good end. */
  readonly nothing?: Reason;
}

/** Runs cells and reports on the whole run. The record is open, and has said that the run starts or goes on. */
export async function sit(sitting: Sitting, setting: Setting): Promise<RunOutcome> {
  const { folder, record, options, past } = sitting;
  // The suite's thread inherits it, and so does all that it starts.
  if (options.nice !== undefined) setPriority(options.nice);
  const output = setting.output ?? process.stdout;
  const goOn = `to go on with what is not finished: ${resumeCommand(folder.id, options, setting.defaults)}\n`;
  using progress = showProgress(output, setting.env ?? {}, setting.plain);
  progress.past(past.events);
  using follower = followRecord(folder.events, progress.listener, { from: past.bytes });

  const end = (interrupted: boolean, reason?: Reason) =>
    record.emit({ type: 'run-ended', interrupted, ...(reason ? { reason } : {}) });
  if (sitting.cells.length === 0) end(false, sitting.nothing);
  else {
    const warn = (text: string) => record.emit({ type: 'note', text, topic: 'interruption' });
    using interruption = watchForInterruption(folder.id, warn, () => {
      end(true);
      output.write(goOn);
    });
    const reason = await runCells(sitting, setting, interruption);
    if (!interruption.interrupted) for (const event of divergences(folder)) record.emit(event);
    end(interruption.interrupted, interruption.interrupted ? undefined : reason);
  }

  follower.catchUp();
  const { result } = await finishReports(folder);
  for (const line of summaryLines(result, folder)) output.write(`${line}\n`);
  const planned = sitting.cells.map((each) => each.planned);
  if (unfinishedOf(planned, readEvents(folder.events), options).length > 0) output.write(goOn);
  return { exitCode: exitCodeOf(result), result, folder };
}

/** Has vitest run the cells, and closes what it leaves open. @returns what went wrong outside of all checks */
async function runCells(sitting: Sitting, setting: Setting, interruption: Interruption): Promise<Reason | undefined> {
  const { folder, record, options } = sitting;
  const { emit } = record;
  const cells = sitting.cells.map((each): CellToRun => {
    return { ...each, rerun: rerunCommand(each.planned.cell.id, options, setting.defaults) };
  });
  const input: SuiteInput = { run: folder.id, runPath: folder.path, events: folder.events, cells, options };
  const suite = setting.suite ?? join(import.meta.dirname, 'matrix.test.ts');
  const collected = new Map<string, readonly string[]>();
  const given: PackagesFor = {
    ...(setting.packages ? packagesOf(sitting) : { run: folder.id, folder: folder.path }),
    cells: cells.map(({ planned }) => planned),
    options,
    note: (text) => emit({ type: 'note', text }),
    signal: interruption.signal,
  };
  const running = withPackages(setting.packages, given, { events: folder.events, emit }, (proxy) =>
    runVitest(suite, proxy ? { ...input, options: { ...options, proxy } } : input, collected),
  ).catch((error: unknown) => classify(error).reason);
  const reason = await Promise.race([running, interruption.outOfTime]);
  const what = interruption.interrupted ? 'run was interrupted' : 'suite broke down';
  const events = ofLastSitting(readEvents(folder.events));
  closeRecord(events, cells, collected, emit, `the ${what} before this check came to a verdict`);
  return reason ?? undefined;
}

/** What a sitting's package proxy is called, and the folder of its logs: each sitting has its own, with its own answers. */
function packagesOf({ folder, before }: Sitting): Pick<PackagesFor, 'run' | 'folder'> {
  if (before === 0) return { run: folder.id, folder: folder.path };
  const own = join(folder.path, `resumed-${before}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return { run: `${folder.id}-resumed-${before}`, folder: own };
}
