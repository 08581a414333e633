import { basename, dirname } from 'node:path';
import { type RunFolder, runFolder } from '../../reports/folder.ts';
import { UsageError } from '../../runners/errors.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import { requireNobodyAt } from './owner.ts';
import { type FoundRecord, findRecord } from './record.ts';
import { type RunFile, readRunFile } from './run-file.ts';
import { type Unfinished, unfinishedOf } from './unfinished.ts';

/** A run that can go on. */
export interface BrokenOff {
  readonly folder: RunFolder;
  readonly file: RunFile;
  /** Those that it began with, and what is asked for anew. */
  readonly options: RunOptions;
  readonly record: FoundRecord;
  /** None where all cells came to their end, and only the report is missing. */
  readonly unfinished: readonly Unfinished[];
}

/**
 * Looks at a run and at what it has not finished; changes nothing.
 *
 * @param runPath absolute path of its folder
 * @param changes of the options, those that say how to run and not what
 * @throws UsageError `run-goes-on`, `run-elsewhere`, `run-not-resumable`, `nothing-to-resume`; HarnessError `run-file-damaged`,
 * `record-damaged`
 */
export function brokenOff(runPath: string, changes: Partial<RunOptions> = {}): BrokenOff {
  requireNobodyAt(runPath, readRunFile(runPath).run);
  return leftToDo(runPath, changes);
}

/** The same, of a run that is ours already. */
export function leftToDo(runPath: string, changes: Partial<RunOptions>): BrokenOff {
  const file = readRunFile(runPath);
  const outFolder = dirname(runPath);
  const folder = runFolder(outFolder, basename(runPath));
  const record = findRecord(folder.events);
  const options: RunOptions = { ...file.options, outFolder, ...changes };
  if (!record.events.some(({ type }) => type === 'run-started')) {
    throw new UsageError({
      code: 'run-not-resumable',
      message: `run ${file.run} was ended before it began`,
      hint: 'start it anew',
    });
  }
  const unfinished = unfinishedOf(file.plan.run, record.events, options);
  const last = record.events.at(-1);
  if (unfinished.length === 0 && last?.type === 'run-ended' && !last.interrupted) {
    throw new UsageError({
      code: 'nothing-to-resume',
      message: `run ${file.run} came to its end: there is nothing to resume`,
      hint: `its report: ${folder.html}`,
    });
  }
  return { folder, file, options, record, unfinished };
}
