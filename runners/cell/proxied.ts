import { existsSync } from 'node:fs';
import { findMirrors } from '../../mirrors/origins.ts';
import { keyOf, type ProxiedArchive } from '../../mirrors/proxy/archives.ts';
import { linkPath } from '../../mirrors/proxy/layout.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { type AptSource, aptSourceOf, originsOf } from './archive.ts';
import { imageSource } from './image.ts';

/**
 * What the guests of a run may ask for: each address under which an archive of its cells, or that of the image, is to be had,
 * with the others as its mirrors.
 *
 * @param packages the folder of what the proxies of earlier runs have kept.
 */
export async function archivesFor(
  cells: readonly PlannedCell[],
  { mirror }: Pick<RunOptions, 'mirror'>,
  packages: string,
  signal: AbortSignal,
): Promise<readonly ProxiedArchive[]> {
  const real = cells.filter(({ archives }) => archives.includes('real'));
  const known = (uri: string) => existsSync(linkPath(packages, 'latest', keyOf(uri)));
  const sources = [...real.flatMap((each) => aptSourceOf(each) ?? []), imageSource()];
  const found = await Promise.all(
    distinct(sources).map(({ distribution, origins }) => findMirrors(distribution, origins, { mirror, signal }, known)),
  );
  const suites = found.flatMap(({ main, security }) => [main, security]);
  return [...suites.flatMap(eachWithTheOthers), ...otherArchives(real, mirror)];
}

/** Many cells are installed from the same suites. */
function distinct(sources: readonly AptSource[]): readonly AptSource[] {
  const byName = sources.map((source): [string, AptSource] => {
    const { distribution, origins } = source;
    return [JSON.stringify([distribution.suite, distribution['security-suite'], origins]), source];
  });
  return [...new Map(byName).values()];
}

/** Archives that are not apt's: their origins say all, and none has to be asked which archive it is. */
export function otherArchives(
  cells: readonly Pick<PlannedCell, 'cell' | 'distribution'>[],
  mirror: string | undefined,
): readonly ProxiedArchive[] {
  return cells.flatMap(({ cell, distribution: { family, published } }) => {
    if (family === 'debootstrap') return [];
    const origins = originsOf(published[cell.arch]?.archive);
    const uris = origins.flatMap((origin) => (origin === 'host-apt' ? [] : [origin.uri]));
    return eachWithTheOthers(mirror === undefined ? uris : [mirror]);
  });
}

function eachWithTheOthers(uris: readonly string[]): readonly ProxiedArchive[] {
  return uris.map((uri) => ({ uri, mirrors: uris.filter((other) => other !== uri) }));
}
