import type { Matrix, When } from './schema.ts';

/** A rule of a table of the matrix. */
interface Rule {
  readonly when?: When | undefined;
}

/**
 * The rules of a table that can mean a cell of a distribution, in the table's order. Most name theirs: then there are few,
 * however many the table has.
 */
export function byDistribution<R extends Rule>(rules: readonly R[]): (distro: string) => readonly R[] {
  const placed = rules.map((rule, place) => ({ rule, place }));
  const general = placed.filter(({ rule }) => !rule.when?.distro?.length);
  const own = new Map<string, typeof placed>();
  for (const each of placed) {
    for (const distro of new Set(each.rule.when?.distro)) {
      const found = own.get(distro);
      if (found) found.push(each);
      else own.set(distro, [each]);
    }
  }
  const all = general.map(({ rule }) => rule);
  return (distro) => {
    const found = own.get(distro);
    if (!found) return all;
    return [...found, ...general].toSorted((a, b) => a.place - b.place).map(({ rule }) => rule);
  };
}

/** The matrix as a cell of a distribution sees it: without the rules that cannot mean it. */
export function narrowed(matrix: Matrix): (distro: string) => Matrix {
  const skip = byDistribution(matrix.skip);
  const failures = byDistribution(matrix['known-failures']);
  const expected = byDistribution(matrix.expected);
  const seen = new Map<string, Matrix>();
  return (distro) => {
    const known = seen.get(distro);
    if (known) return known;
    const narrow = {
      ...matrix,
      skip: [...skip(distro)],
      'known-failures': [...failures(distro)],
      expected: [...expected(distro)],
    };
    seen.set(distro, narrow);
    return narrow;
  };
}
