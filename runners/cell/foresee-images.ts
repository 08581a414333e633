import { availableParallelism } from 'node:os';
import type { RunOptions } from '../matrix/options.ts';
import { keptIn } from '../store/find.ts';

type Wishes = Pick<RunOptions, 'cacheFolder' | 'fresh' | 'otherKernel'>;

/** Seconds that an image takes of a kernel that is there, and what comes before a kernel is compiled. Of two cores, as is all here. */
const PACKED = 60;
const LAID_OUT = 150;
/** What the cores then take together, in core seconds: a first kernel of ours, by ccache's empty cache. */
const COMPILED = 1000;

/**
 * Seconds that the image of an architecture will probably take to make, where the store has none: by its sources it may be another
 * that is needed, but then most of what it is made of is there.
 *
 * @returns by architecture; 0 where there is an image
 */
export async function foreseeImages(
  arches: readonly string[],
  { cacheFolder, fresh = false, otherKernel }: Wishes,
  cores = availableParallelism(),
): Promise<ReadonlyMap<string, number>> {
  const kept = async (kind: string) =>
    new Set(fresh ? [] : (await keptIn(cacheFolder, kind)).map(({ manifest }) => manifest.label));
  const [images, kernels] = await Promise.all([kept('images'), kept('kernels')]);
  const seconds = (arch: string) => {
    if (images.has(arch)) return 0;
    if (otherKernel?.kind === 'debian' || kernels.has(arch)) return PACKED;
    return LAID_OUT + COMPILED / cores + PACKED;
  };
  return new Map(arches.map((arch) => [arch, seconds(arch)]));
}
