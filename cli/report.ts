import { dirname } from 'node:path';
import { finishReports } from '../reports/finish.ts';
import { findRun } from '../reports/runs.ts';
import { tallyOf } from '../reports/summary.ts';
import { goesOn } from '../suites/resume/owner.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { outFolderOf } from './options.ts';

/** Makes all reports of a run anew from its events. That is no verdict: it ends well whatever they say. */
export const start: Start = async (parsed, context) => {
  const outFolder = outFolderOf(parsed, context);
  const folder = findRun(parsed.words[0] ?? 'latest', outFolder, context.cwd);
  // A run that was brought here from elsewhere is none of this history.
  const history = dirname(folder.path) === outFolder;
  const running = goesOn(folder.path);
  const { result, files } = await finishReports(folder, { history, goesOn: running });
  if (running) context.print(`run ${folder.id} goes on; this is how far it is`);
  for (const note of result.notes) context.print(`note: ${note}`);
  context.print(tallyOf(result.cells));
  for (const file of files) context.print(file);
  return exitCodes.passed;
};
