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
export type Selects = (cell: Cell, distribution: Distribution) => boolean;

/** Asks of each cell at the same cost, however many names were given. */
export function selectorOf(selection: Selection): Selects {
  if (selection === 'everything') return () => true;
  if (isMany(selection)) {
    const selectors = selection.map(selectorOf);
    return (cell, distribution) => selectors.some((selects) => selects(cell, distribution));
  }
  if ('cell' in selection) {
    const ids = new Set(selection.cell);
    return ({ id }) => ids.has(id);
  }
  const { hostArch } = selection;
  const [distro, arch, fs] = [selection.distro, selection.arch, selection.fs].map((names) => names && new Set(names));
  return (cell, distribution) =>
    (distro?.has(cell.distro) ?? true) &&
    (arch?.has(cell.arch) ?? cell.arch === hostArch) &&
    (fs?.has(cell.fs) ?? cell.fs === distribution['default-fs']);
}

const isMany = (selection: Exclude<Selection, 'everything'>): selection is readonly Choice[] =>
  Array.isArray(selection);
