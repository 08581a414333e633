import { finishReports } from '../reports/finish.ts';
import { mergeRuns } from '../reports/merge/merge.ts';
import { findRun } from '../reports/runs.ts';
import { exitCodeOf, summaryLines } from '../reports/summary.ts';
import { UsageError } from '../runners/errors.ts';
import type { Start } from './commands.ts';
import { outFolderOf } from './options.ts';

/** The exit code is that of the merged run: a job that merges shards is the one that passes or fails. */
export const start: Start = async (parsed, context) => {
  const outFolder = outFolderOf(parsed, context);
  if (parsed.words.length === 0) {
    throw new UsageError({
      code: 'which-runs',
      message: 'which runs are to be one? Give their folders, or their ids',
      command: './stub-matrix merge shard-1/ shard-2/ --out reports/out',
    });
  }
  const paths = parsed.words.map((word) => findRun(word, outFolder, context.cwd).path);
  const folder = mergeRuns(paths, outFolder);
  const { result } = await finishReports(folder);
  for (const line of summaryLines(result, folder)) context.print(line);
  return exitCodeOf(result);
};
