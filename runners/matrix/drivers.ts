import { type Cell, matches } from './cells.ts';
import type { ArchiveKind } from './fields.ts';
import type { Matrix } from './schema.ts';

/**
 * The kernel modules that an initramfs needs for the roots which the cell's distribution can have, besides its own: names as
 * `modprobe` knows them. A rule that leaves out a filesystem leaves out its driver.
 */
export function driversOf(matrix: Matrix, cell: Cell, archive: ArchiveKind): string[] {
  const filesystems = Object.entries(matrix.filesystems);
  return filesystems.flatMap(([fs, { driver }]) => {
    const ruledOut = matrix.skip.some(({ when }) => matches(when, { ...cell, fs }, archive));
    return driver === undefined || ruledOut ? [] : [driver];
  });
}
