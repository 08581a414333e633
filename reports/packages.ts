import type { ArchiveTally } from '../runners/events/event.ts';
import type { RunResult } from './fold.ts';

/** What the package proxy did, in a line; undefined where it did nothing. */
export function packagesLine({ packages }: Pick<RunResult, 'packages'>): string | undefined {
  if (!packages) return undefined;
  const { archives, mirrors, replayOf } = packages;
  const sum = (field: Exclude<keyof ArchiveTally, 'archive'>) => archives.reduce((all, each) => all + each[field], 0);
  const [local, kept, hit, miss, stale] = [sum('local'), sum('kept'), sum('hit'), sum('miss'), sum('stale')];
  const failed = sum('failed');
  const answers = local + kept + hit + miss + stale;
  if (answers === 0 && failed === 0) return undefined;
  const fetched = mirrors.reduce((all, { bytes }) => all + bytes, 0);
  const words = [
    `${answers} files (${mib(sum('bytes'))})`,
    ...(local ? [`${local} out of folders of this host`] : []),
    replayOf === undefined ? `${kept} kept by earlier runs` : `${local ? 'the others' : 'all'} as in run ${replayOf}`,
    ...(replayOf === undefined ? [`${hit} fetched once for several guests`, `${miss} fetched (${mib(fetched)})`] : []),
    ...(stale ? [`${stale} stale, since no mirror answered`] : []),
    ...(failed ? [`${failed} not to be had`] : []),
  ];
  return words.join(', ');
}

/** Mirrors that failed, a line each. */
export function mirrorLines({ packages }: Pick<RunResult, 'packages'>): string[] {
  const failing = packages?.mirrors.filter(({ failed }) => failed > 0) ?? [];
  return failing.map(({ mirror, asked, failed }) => `${mirror} failed ${failed} of ${asked} times`);
}

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
