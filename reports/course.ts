import type { AttemptResult, CellResult } from './fold.ts';

/** What a cell began with: an empty disk, one that an earlier run had installed, or a machine that was put aside. */
export type Beginning = 'empty' | 'installed' | 'checkpoint';

/** Which of the ways to an installed system a cell took, as far as its phases and facts tell. */
export function beginningOf({ phases, facts }: Pick<CellResult, 'facts' | 'phases'>): Beginning | undefined {
  const ran = new Set(phases.map(({ name }) => name));
  const ways: readonly (readonly [boolean, Beginning])[] = [
    [ran.has('restore'), 'checkpoint'],
    [ran.has('install'), 'empty'],
    [facts['installed disk'] !== undefined, 'installed'],
  ];
  return ways.find(([taken]) => taken)?.[1];
}

/** What each phase took, in seconds; the same one twice adds up. */
export function secondsByPhase({ phases }: Pick<AttemptResult, 'phases'>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, seconds } of phases) sums.set(name, (sums.get(name) ?? 0) + seconds);
  return sums;
}
