import { type Cell, cellsOf, matches } from './cells.ts';
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
  /** Seconds, from experience: from an empty disk, and from one that an earlier run has installed. */
  readonly expected: number;
  readonly expectedInstalled: number;
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
}

/** Decides about every cell of the matrix. Pure: the same arguments give the same plan. */
export function makePlan(matrix: Matrix, existing: Existing, wishes: Wishes = {}): Plan {
  const { selection = 'everything', archive = 'real' } = wishes;
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
    else run.push({ cell, distribution, filesystem, ...verdict, ...experience(rules, cell, verdict.archives) });
  }
  return { run: run.toSorted((a, b) => b.expected - a.expected), skip, unselected };
}

/** What to expect of a cell, as matrix.yaml has it; load.ts sees to it that there is a row of `expected` for every one. */
function experience(matrix: Matrix, cell: Cell, archives: readonly [ArchiveKind, ...ArchiveKind[]]) {
  const row = matrix.expected.find(({ when }) => matches(when, cell, archives[0]));
  const knownFailures = matrix['known-failures'].filter(({ when }) =>
    archives.some((archive) => matches(when, cell, archive)),
  );
  return { knownFailures, expected: row?.seconds ?? 0, expectedInstalled: row?.installed ?? 0 };
}

/** Seconds the whole plan takes with `jobs` cells at a time, each started as soon as a place is free. */
export function estimate(plan: Plan, jobs: number): number {
  const free = new Array<number>(Math.max(1, jobs)).fill(0);
  for (const { expected } of plan.run) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + expected;
  }
  return Math.max(...free);
}
