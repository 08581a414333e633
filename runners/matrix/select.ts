import type { Cell } from './cells.ts';
import type { Distribution, Matrix, Profile } from './schema.ts';

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

/** Cells by their ids, or by their dimensions. */
export type Choice = { readonly cell: readonly string[] } | Dimensions;

/** What the user asked for: the whole matrix, or the cells of all these choices together. */
export type Selection = 'everything' | Choice | readonly Choice[];

/** In place of the names of a dimension: every one of them. */
export const all = 'all';

/** The names of each dimension of a matrix, and what one of them is called. */
export function dimensionsOf(matrix: Matrix) {
  return {
    distro: { kind: 'distribution', names: Object.keys(matrix.distributions) },
    arch: { kind: 'architecture', names: matrix.architectures },
    fs: { kind: 'filesystem', names: Object.keys(matrix.filesystems) },
  } as const;
}

/** The dimensions that were named, with `all` put into names. */
export function named(
  given: { readonly [K in 'distro' | 'arch' | 'fs']?: readonly string[] | undefined },
  matrix: Matrix,
): Omit<Dimensions, 'hostArch'> {
  const pairs = Object.entries(dimensionsOf(matrix)).flatMap(([dimension, { names }]) => {
    const typed = given[dimension as keyof typeof given];
    return typed ? [[dimension, typed.includes(all) ? names : typed] as const] : [];
  });
  return Object.fromEntries(pairs);
}

/** The choices that a profile stands for. */
export function choicesOf({ select }: Profile, matrix: Matrix, hostArch: string): Choice[] {
  return select.map(({ cell, ...given }) => (cell ? { cell } : { ...named(given, matrix), hostArch }));
}

/** Whether a cell is among what was asked for. */
export function selects(selection: Selection, cell: Cell, distribution: Distribution): boolean {
  if (selection === 'everything') return true;
  if (isMany(selection)) return selection.some((each) => selects(each, cell, distribution));
  if ('cell' in selection) return selection.cell.includes(cell.id);
  const { distro = [cell.distro], arch = [selection.hostArch], fs = [distribution['default-fs']] } = selection;
  return distro.includes(cell.distro) && arch.includes(cell.arch) && fs.includes(cell.fs);
}

const isMany = (selection: Exclude<Selection, 'everything'>): selection is readonly Choice[] =>
  Array.isArray(selection);
