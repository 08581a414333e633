import { type Configuration, distance } from '../kconfig/configuration.ts';
import type { Verdict } from '../search/evidence.ts';

/** A kernel that was built. */
export interface Built {
  readonly kind: 'built';
  /** The same for kernels that do the same, although their configurations differ. */
  readonly signature: string;
  /** What a guest boots, absolute; for a command as the judge the file of the configuration. */
  readonly image: string;
  /** It lay in the store: nothing was compiled for it. */
  readonly reused?: boolean;
  /** In which tree of all builders it was compiled, by its place among `lies` of all. */
  readonly tree?: number;
}

/** The configuration does not compile: no verdict at all. */
export interface Unbuildable {
  readonly kind: 'unbuildable';
  readonly because: string;
  readonly evidence?: string;
}

/** Builds kernels one after the other in a tree of its own. */
export interface Builder {
  /** Source tree and toolchain: the same configuration of the same makings is the same kernel. */
  readonly makings: string;
  /** What lies compiled in each of its trees; where that is not known, nothing goes by it. */
  readonly lies?: () => Promise<readonly Configuration[]>;
  readonly build: (values: Configuration, signal: AbortSignal) => Promise<Built | Unbuildable>;
}

/** What trying a kernel once came to. */
export interface Trial {
  /** `unresolved` where the harness could not tell. */
  readonly verdict: Verdict;
  /** Why it did not pass. */
  readonly because?: string;
  /** Where what was seen of it lies: a folder, absolute. */
  readonly evidence?: string;
  /** The system that judged is none of the distribution's, but of a stand-in for it. */
  readonly standIn?: boolean;
}

/** Tries a kernel in a cell once. */
export type Tester = (kernel: Built, cell: string, signal: AbortSignal) => Promise<Trial>;

/**
 * Gives each builder the candidate nearest to what it built last, so that make has least to do over all: the assignment with the
 * smallest sum of distances. No more candidates than builders.
 *
 * @param before what each builder built last, `undefined` for nothing
 * @returns for each candidate the index of its builder
 */
export function assign(candidates: readonly Configuration[], before: readonly (Configuration | undefined)[]): number[] {
  // Whoever has built nothing builds everything: worse than any difference.
  const costs = candidates.map((values) => before.map((last) => (last ? distance(values, last) : 1e6 + values.size)));
  /** By the set of builders taken, a bit each: the cheapest way to place as many candidates as it has bits. */
  let ways = new Map([[0, { cost: 0, builders: [] as number[] }]]);
  for (const row of costs) {
    const next: typeof ways = new Map();
    for (const [taken, way] of ways) {
      for (const [builder, cost] of row.entries()) {
        if ((taken >>> builder) & 1) continue;
        const key = taken | (1 << builder);
        const known = next.get(key);
        if (known && known.cost <= way.cost + cost) continue;
        next.set(key, { cost: way.cost + cost, builders: [...way.builders, builder] });
      }
    }
    ways = next;
  }
  return [...ways.values()].toSorted((a, b) => a.cost - b.cost)[0]?.builders ?? [];
}
