import type { Distribution, Filesystem, Matrix, When } from './schema.ts';

/** distro × arch × filesystem. `id`, `debian13-x86_64-xfs`, is its name everywhere. */
export interface Cell {
  readonly id: string;
  readonly distro: string;
  readonly arch: string;
  readonly fs: string;
}

export interface PlannedCell {
  readonly cell: Cell;
  /** The row of the matrix. */
  readonly distribution: Distribution;
  readonly filesystem: Filesystem;
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

/** Cells by their dimensions. One that is not named takes its default. */
export interface Dimensions {
  /** Where absent, every distribution. */
  readonly distro?: readonly string[];
  /** Where absent, `hostArch`. */
  readonly arch?: readonly string[];
  /** Where absent, each distribution's `default-fs`. */
  readonly fs?: readonly string[];
  /** The architecture of the host, in the matrix's words. */
  readonly hostArch: string;
}

/** What the user asked for: the whole matrix, cells by their ids, or cells by their dimensions. */
export type Selection = 'everything' | { readonly cell: readonly string[] } | Dimensions;

const allows = (list: readonly string[] | undefined, value: string) => !list?.length || list.includes(value);

function selects(selection: Selection, cell: Cell, distribution: Distribution): boolean {
  if (selection === 'everything') return true;
  if ('cell' in selection) return selection.cell.includes(cell.id);
  const { distro = [cell.distro], arch = [selection.hostArch], fs = [distribution['default-fs']] } = selection;
  return distro.includes(cell.distro) && arch.includes(cell.arch) && fs.includes(cell.fs);
}

/** Whether a rule's `when` means this cell. */
export function matches(when: When | undefined, cell: Cell): boolean {
  return allows(when?.distro, cell.distro) && allows(when?.arch, cell.arch) && allows(when?.fs, cell.fs);
}

/** The whole product, in the order of matrix.yaml. */
export function cellsOf(matrix: Matrix): Cell[] {
  return Object.keys(matrix.distributions).flatMap((distro) =>
    matrix.architectures.flatMap((arch) =>
      Object.keys(matrix.filesystems).map((fs) => ({ id: `${distro}-${arch}-${fs}`, distro, arch, fs })),
    ),
  );
}

/** What speaks against a cell before any rule is asked: nobody publishes it. */
export function unpublished(matrix: Matrix, cell: Cell): string | undefined {
  const row = matrix.distributions[cell.distro];
  if (row?.published.includes(cell.arch)) return undefined;
  return `${row?.title ?? cell.distro} is not published for ${cell.arch}`;
}

/**
 * Decides about every cell of the matrix. Pure: the same matrix and selection give the same plan. The selection's names
 * must be known ones: the command line has checked them.
 */
export function makePlan(matrix: Matrix, selection: Selection = 'everything'): Plan {
  const run: PlannedCell[] = [];
  const skip: SkippedCell[] = [];
  const unselected: Cell[] = [];
  for (const cell of cellsOf(matrix)) {
    const distribution = matrix.distributions[cell.distro];
    const filesystem = matrix.filesystems[cell.fs];
    const because = unpublished(matrix, cell) ?? matrix.skip.find((rule) => matches(rule.when, cell))?.because;
    if (!distribution || !filesystem || !selects(selection, cell, distribution)) unselected.push(cell);
    else if (because !== undefined) skip.push({ cell, because });
    else run.push({ cell, distribution, filesystem, ...expectedSeconds(matrix, cell) });
  }
  return { run: run.toSorted((a, b) => b.expected - a.expected), skip, unselected };
}

/** The first row of `expected` that matches; load.ts sees to it that there is one for every cell. */
function expectedSeconds(matrix: Matrix, cell: Cell) {
  const row = matrix.expected.find(({ when }) => matches(when, cell));
  return { expected: row?.seconds ?? 0, expectedInstalled: row?.installed ?? 0 };
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
