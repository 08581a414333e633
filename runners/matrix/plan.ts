import { type Cell, cellsOf, matches } from './cells.ts';
import type { Experience } from './experience.ts';
import type { ArchiveChoice, ArchiveKind } from './fields.ts';
import { narrowed } from './rules.ts';
import type { Distribution, Filesystem, KnownFailure, Matrix } from './schema.ts';
import { type Selection, selectorOf } from './select.ts';
import { type Existing, verdictOn } from './verdict.ts';

export interface PlannedCell {
  readonly cell: Cell;
  /** The row of the matrix. */
  readonly distribution: Distribution;
  readonly filesystem: Filesystem;
  /** What it may be installed from: the first of them that answers. */
  readonly archives: readonly [ArchiveKind, ...ArchiveKind[]];
  /** What is known to fail in it, from whichever of those it is installed. */
  readonly knownFailures: readonly KnownFailure[];
  /** Seconds, from experience. A plan knows of no disks: from an empty one, until it is foreseen that it will be another. */
  readonly expected: number;
  /** From a disk that an earlier run has installed. */
  readonly expectedInstalled: number;
  /** From an empty disk, where it is foreseen that none is needed. */
  readonly expectedAnew?: number;
  /** What earlier runs of it have shown, where there were any. */
  readonly experience?: Experience;
}

export interface SkippedCell {
  readonly cell: Cell;
  readonly because: string;
}

/** Every cell of the product is in exactly one of the three lists. */
export interface Plan {
  /** In the order in which to start them: the longest first, so that the last ones to end are short. */
  readonly run: readonly PlannedCell[];
  /** Selected, but ruled out. In the matrix's order. */
  readonly skip: readonly SkippedCell[];
  /** Not asked for. */
  readonly unselected: readonly Cell[];
}

/** What was asked for. */
export interface Wishes {
  /** Everything where absent. Its names must be known ones: the command line has checked them. */
  readonly selection?: Selection;
  /** The distributions themselves where absent: nothing else stands in for them unasked. */
  readonly archive?: ArchiveChoice;
  /** What earlier runs have shown of a cell, by its id; goes before what matrix.yaml expects. */
  readonly experienceOf?: (cell: string) => Experience | undefined;
}

/** Decides about every cell of the matrix. Pure: the same arguments give the same plan. */
export function makePlan(matrix: Matrix, existing: Existing, wishes: Wishes = {}): Plan {
  const { selection = 'everything', archive = 'real', experienceOf = () => undefined } = wishes;
  const run: PlannedCell[] = [];
  const skip: SkippedCell[] = [];
  const unselected: Cell[] = [];
  const selects = selectorOf(selection);
  const narrow = narrowed(matrix);
  for (const cell of cellsOf(matrix)) {
    const distribution = matrix.distributions[cell.distro];
    const filesystem = matrix.filesystems[cell.fs];
    if (!distribution || !filesystem || !selects(cell, distribution)) {
      unselected.push(cell);
      continue;
    }
    const rules = narrow(cell.distro);
    const verdict = verdictOn(rules, existing, cell, archive);
    if ('because' in verdict) skip.push({ cell, because: verdict.because });
    else {
      const expected = expectations(rules, cell, verdict.archives, experienceOf(cell.id));
      run.push({ cell, distribution, filesystem, ...verdict, ...expected });
    }
  }
  return { run: run.toSorted((a, b) => b.expected - a.expected), skip, unselected };
}

/** What to expect of a cell; load.ts sees to it that there is a row of `expected` for every one. */
function expectations(
  matrix: Matrix,
  cell: Cell,
  archives: readonly [ArchiveKind, ...ArchiveKind[]],
  experience: Experience | undefined,
) {
  const row = matrix.expected.find(({ when }) => matches(when, cell, archives[0]));
  const knownFailures = matrix['known-failures'].filter(({ when }) =>
    archives.some((archive) => matches(when, cell, archive)),
  );
  return {
    knownFailures,
    expected: experience?.seconds ?? row?.seconds ?? 0,
    expectedInstalled: experience?.installedSeconds ?? row?.installed ?? 0,
    ...(experience ? { experience } : {}),
  };
}
