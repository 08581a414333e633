import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Package } from './packages.ts';
import type { PackageRow } from './recipe.ts';

/** What an image is made of. Sizes are bytes before compression, as `lstat` has them; links count nothing. */
export interface Contents {
  /** Largest first. */
  readonly packages: readonly PackageSize[];
  /** Folders two deep, largest first. */
  readonly folders: readonly Sized[];
  /** Files that no package brought: our own, and what is made of the packages. */
  readonly own: number;
  readonly tree: number;
}

export interface PackageSize {
  readonly name: string;
  readonly version: string;
  readonly size: number;
  /** The rows of the recipe that need it; one that names it itself comes first. */
  readonly for: readonly string[];
}

export interface Sized {
  readonly path: string;
  readonly size: number;
}

/** The row that stands for all packages that Debian takes for granted. */
export const ESSENTIAL = '?essential';

/** For each package, the rows that need it, directly or through others. */
export function neededFor(packages: readonly Package[], rows: readonly PackageRow[]): Map<string, string[]> {
  const providers = new Map(packages.map((one) => [one.name, one]));
  for (const one of packages) {
    for (const name of one.provides) if (!providers.has(name)) providers.set(name, one);
  }
  const result = new Map(packages.map(({ name }) => [name, [] as string[]]));
  const visit = (one: Package | undefined, row: string): void => {
    const rows = one && result.get(one.name);
    if (!one || !rows || rows.includes(row)) return;
    if (row === one.name) rows.unshift(row);
    else rows.push(row);
    for (const names of one.needs) visit(providers.get(names.find((name) => providers.has(name)) ?? ''), row);
  };
  for (const { name } of rows) {
    if (name === ESSENTIAL) for (const one of packages.filter(({ essential }) => essential)) visit(one, name);
    else visit(providers.get(name), name);
  }
  return result;
}

/** Measures what is left of the packages in the finished tree. */
export async function measure(
  tree: string,
  packages: readonly Package[],
  rows: readonly PackageRow[],
): Promise<Contents> {
  const sizes = new Map<string, number>();
  const seen = new Set<number>();
  // Without what links lead to, and in an order of our own: the folder's differs from one filesystem to the next.
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  for (const path of entries.map((entry) => relative(tree, join(entry.parentPath, entry.name))).sort()) {
    const stats = await lstat(join(tree, path));
    // A file of two names is there once.
    if (!stats.isFile() || (stats.nlink > 1 && seen.has(stats.ino))) continue;
    seen.add(stats.ino);
    sizes.set(path, stats.size);
  }
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, size) => total + size, 0);
  const largest = <T extends { readonly size: number }>(list: readonly T[]) => list.toSorted((a, b) => b.size - a.size);
  const needed = neededFor(packages, rows);
  const measured = packages.map(({ name, version, files }) => ({
    ...{ name, version, size: sum(files.map((path) => sizes.get(path) ?? 0)) },
    for: needed.get(name) ?? [],
  }));
  const folders = Map.groupBy(sizes, ([path]) => path.split('/').slice(0, 2).join('/'));
  const total = sum(sizes.values());
  return {
    packages: largest(measured),
    folders: largest([...folders].map(([path, files]) => ({ path, size: sum(files.map(([, size]) => size)) }))),
    own: total - sum(measured.map(({ size }) => size)),
    tree: total,
  };
}
