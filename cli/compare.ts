import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compareRuns } from '../reports/compare/compare.ts';
import { comparisonLines } from '../reports/compare/text.ts';
import { foldRun } from '../reports/fold.ts';
import { HISTORY, openHistory } from '../reports/history/history.ts';
import { readRun } from '../reports/run-record.ts';
import { findRun } from '../reports/runs.ts';
import { UsageError } from '../runners/errors.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { outFolderOf } from './options.ts';

/** Runs of history that tell how long something takes. */
const REACH = 30;

export const start: Start = async (parsed, context) => {
  const outFolder = outFolderOf(parsed, context);
  const [first, second] = parsed.words;
  if (first === undefined || second === undefined) {
    throw new UsageError({
      code: 'which-runs',
      message: 'which two runs? Give the ids of two, their folders, or latest',
      command: './stub-matrix history',
    });
  }
  const [before, after] = [first, second].map((word) => {
    const { path } = findRun(word, outFolder, context.cwd);
    return foldRun(readRun(path));
  }) as [ReturnType<typeof foldRun>, ReturnType<typeof foldRun>];
  // Who only compares what was brought here leaves no file behind.
  using history = existsSync(join(outFolder, HISTORY))
    ? openHistory(join(outFolder, HISTORY), { note: (text) => context.print(`note: ${text}`) })
    : undefined;
  const comparison = compareRuns(before, after, (cell) => history?.ofCell(cell, REACH) ?? []);
  if (parsed.flags.has('json')) context.print(JSON.stringify(comparison, null, 2));
  else for (const line of comparisonLines(comparison)) context.print(line);
  return exitCodes.passed;
};
