import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../runners/errors.ts';
import { suggest } from '../runners/matrix/suggest.ts';
import { type RunFolder, runFolder } from './folder.ts';

const isRun = (path: string) => existsSync(join(path, 'events.ndjson'));

/** The ids of the runs in a folder of reports, the oldest first. */
export function runsIn(outFolder: string): string[] {
  if (!statSync(outFolder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(outFolder)
    .filter((name) => name !== 'latest' && isRun(join(outFolder, name)))
    .toSorted();
}

/**
 * The run that a word means: its id, `latest`, or the path of its folder, or of one with nothing but it.
 *
 * @param cwd where relative paths start.
 * @throws UsageError `unknown-run` with the nearest, and where they lie.
 */
export function findRun(word: string, outFolder: string, cwd: string): RunFolder {
  const typed = resolve(cwd, word);
  const [only, ...others] = runsIn(typed);
  // What a CI hands on of a shard may be the folder of its reports.
  const inside = only !== undefined && others.length === 0 ? [join(typed, only)] : [];
  const found = [join(outFolder, word), typed, ...inside].find(isRun);
  if (found) {
    const path = realpathSync(found);
    return runFolder(dirname(path), basename(path));
  }
  const ids = runsIn(outFolder);
  throw new UsageError({
    code: 'unknown-run',
    message: `there is no run "${word}" in ${outFolder}, and no folder of that name with an events.ndjson: ${ids.length > 0 ? suggest(word, ids) : 'no run lies there at all'}`,
    hint: 'give the id of a run, the path of its folder, or latest; --out DIR says where they lie',
    ...(ids.length > 0 ? { command: `ls ${outFolder}` } : {}),
  });
}
