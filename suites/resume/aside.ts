import { existsSync, renameSync } from 'node:fs';
import { evidencePath } from '../../reports/folder.ts';

/**
 * Puts the evidence of an attempt that was broken off aside, so that the next one finds its folder empty.
 *
 * @returns where it lies now, such as `<run>/cells/<cell id>.interrupted-1`; undefined where there was none.
 */
export function setAside(runPath: string, cell: string, attempt: number): string | undefined {
  const folder = evidencePath(runPath, cell, attempt);
  if (!existsSync(folder)) return undefined;
  for (let number = 1; ; number += 1) {
    const aside = `${folder}.interrupted-${number}`;
    if (existsSync(aside)) continue;
    renameSync(folder, aside);
    return aside;
  }
}
