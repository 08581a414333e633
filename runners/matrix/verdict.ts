import { type Cell, matches } from './cells.ts';
import type { ArchiveChoice, ArchiveKind } from './fields.ts';
import type { Matrix } from './schema.ts';

/** What has been written so far, besides the matrix. Who plans is told, and does not look. */
export interface Existing {
  /** The distributions whose installer is in the image; absent where it is somebody else's, of which we do not know. */
  readonly installers?: ReadonlySet<string>;
  /** The distributions that have a stand-in. */
  readonly standIns: ReadonlySet<string>;
}

/** What can be made of a cell: what it may be installed from, the first that answers, or why it is not run. */
export type Verdict = { readonly archives: readonly [ArchiveKind, ...ArchiveKind[]] } | { readonly because: string };

/** What speaks against a cell before any rule is asked: nobody publishes it. */
export function unpublished(matrix: Matrix, cell: Cell): string | undefined {
  const row = matrix.distributions[cell.distro];
  if (row?.published[cell.arch]) return undefined;
  return `${row?.title ?? cell.distro} is not published for ${cell.arch}`;
}

/**
 * Decides about a cell. `auto` never runs more cells than `real` does: a stand-in takes the place of an archive that does not
 * answer, not of one that does not exist.
 */
export function verdictOn(matrix: Matrix, existing: Existing, cell: Cell, choice: ArchiveChoice): Verdict {
  const standIn = ruledOut(matrix, existing, cell, 'stand-in');
  if (choice === 'stand-in') return standIn === undefined ? { archives: ['stand-in'] } : { because: standIn };
  const because = ruledOut(matrix, existing, cell, 'real');
  if (because === undefined)
    return { archives: choice === 'auto' && standIn === undefined ? ['real', 'stand-in'] : ['real'] };
  return { because: standIn === undefined ? `${because}; \`--archive stand-in\` runs it` : because };
}

/** Why a cell cannot be run from that, what stays so before what may change. */
function ruledOut(matrix: Matrix, existing: Existing, cell: Cell, archive: ArchiveKind): string | undefined {
  const title = matrix.distributions[cell.distro]?.title ?? cell.distro;
  const never = archive === 'real' ? unpublished(matrix, cell) : undefined;
  const ruled = never ?? matrix.skip.find((rule) => matches(rule.when, cell, archive))?.because;
  if (ruled !== undefined) return ruled;
  if (existing.installers?.has(cell.distro) === false)
    return `its installer /root/${cell.distro}.sh is not in the image yet`;
  if (archive === 'stand-in' && !existing.standIns.has(cell.distro))
    return `there is no stand-in of ${title} yet: mirrors/standins has none of the name ${cell.distro}`;
  return undefined;
}
