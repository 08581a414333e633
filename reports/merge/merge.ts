import { closeSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { UsageError } from '../../runners/errors.ts';
import { foldRun } from '../fold.ts';
import { createRunFolder, type RunFolder } from '../folder.ts';
import { partsOf } from '../parts.ts';
import { readRun } from '../run-record.ts';
import { bring } from './bring.ts';
import { mergedEvents, type Part, type Place } from './events.ts';

type Source = Part & { readonly path: string };

/** Events that are written at once. */
const CHUNK = 5000;

/**
 * Makes one run of several: shards of one, or those of several hosts. Its folder has all their evidence, at its own places; its
 * record is complete before it has its name. What is left to do is to make its reports.
 *
 * @param paths the folders of the runs, absolute.
 * @throws UsageError `same-run-twice` where what one run found would be counted twice.
 */
export function mergeRuns(paths: readonly string[], outFolder: string): RunFolder {
  const sources = paths
    .map((path): Source => {
      const events = readRun(path);
      return { path, events, result: foldRun(events) };
    })
    .toSorted((a, b) => a.result.startedAt - b.result.startedAt);
  refuseTwice(sources);
  const first = Math.min(...sources.map(({ result }) => result.startedAt));
  const folder = createRunFolder(outFolder, new Date(first));
  const place: Place = (path, part, cell, nth) => {
    const source = part as Source;
    const inside = relative(source.path, path);
    if (inside === '' || inside.startsWith('..')) return path;
    const home = join('cells', cell) + sep;
    const moved =
      nth > 0 && inside.startsWith(home)
        ? join(home, `from-${part.result.run.replaceAll(/[^\w-]/g, '_')}`, inside.slice(home.length))
        : inside;
    const target = join(folder.path, moved);
    bring(path, target, source.path);
    return target;
  };
  const events = mergedEvents(folder.id, sources, place);
  const draft = openSync(`${folder.events}.part`, 'w', 0o600);
  try {
    for (let start = 0; start < events.length; start += CHUNK) {
      const lines = events.slice(start, start + CHUNK).map((event) => `${JSON.stringify(event)}\n`);
      writeFileSync(draft, lines.join(''));
    }
  } finally {
    closeSync(draft);
  }
  renameSync(`${folder.events}.part`, folder.events);
  return folder;
}

function refuseTwice(parts: readonly Part[]): void {
  const seen = new Set<string>();
  for (const run of parts.flatMap(({ result }) => [result.run, ...partsOf(result)])) {
    if (seen.has(run)) {
      throw new UsageError({
        code: 'same-run-twice',
        message: `the run ${run} was given twice, or is part of another one that was given: it would be counted twice`,
        hint: 'name each run once',
      });
    }
    seen.add(run);
  }
}
