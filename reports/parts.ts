import type { RunResult } from './fold.ts';

/** The property of a merged run that names the runs it was made of. */
export const MERGED = 'merged from';

/** The ids of the runs that one was merged from; none for one that ran by itself. */
export const partsOf = ({ properties }: Pick<RunResult, 'properties'>): string[] =>
  properties[MERGED]?.split(', ').filter(Boolean) ?? [];
