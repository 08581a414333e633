import type { ArchiveKind, When } from './fields.ts';
import type { Matrix } from './schema.ts';

/** distro × arch × filesystem. `id`, `debian13-x86_64-xfs`, is its name everywhere. */
export interface Cell {
  readonly id: string;
  readonly distro: string;
  readonly arch: string;
  readonly fs: string;
}

/** The whole product, in the order of matrix.yaml. */
export function cellsOf(matrix: Matrix): Cell[] {
  return Object.keys(matrix.distributions).flatMap((distro) =>
    matrix.architectures.flatMap((arch) =>
      Object.keys(matrix.filesystems).map((fs) => ({ id: `${distro}-${arch}-${fs}`, distro, arch, fs })),
    ),
  );
}

const allows = (list: readonly string[] | undefined, value: string) => !list?.length || list.includes(value);

/** Whether a rule's `when` means this cell, installed from that. */
export function matches(when: When | undefined, cell: Cell, archive: ArchiveKind): boolean {
  return (
    allows(when?.distro, cell.distro) &&
    allows(when?.arch, cell.arch) &&
    allows(when?.fs, cell.fs) &&
    allows(when?.archive, archive)
  );
}
