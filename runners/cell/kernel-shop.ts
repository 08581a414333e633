import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { givenSource } from '../../image/kernel/kernel.ts';
import { debianSource, type KernelSource, type Supply } from '../../image/kernel/source.ts';
import type { ImageArch } from '../../image/recipe.ts';
import { openWorkshop, type Workshop } from '../../image/workshop/workshop.ts';
import type { RunOptions } from '../matrix/options.ts';
import { type Helpers, imageArchiveOf } from './image.ts';
import { storeOf } from './store.ts';

/** All that kernels of an architecture are built with, without any configuration yet. */
export interface KernelShop {
  readonly arch: ImageArch;
  readonly supply: Supply;
  readonly source: KernelSource;
  readonly workshop: Workshop;
}

/**
 * Source and toolchain as those of our image's kernel, so that a kernel built here is the one that the image would have.
 *
 * @param tree absolute path of a source tree to take in place of Debian's
 */
export async function openKernelShop(
  arch: ImageArch,
  tree: string | undefined,
  options: Pick<RunOptions, 'cacheFolder' | 'mirror'>,
  helpers: Helpers,
): Promise<KernelShop> {
  const { cacheFolder } = options;
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const archive = await imageArchiveOf(options, helpers.signal);
  const origin = { uri: archive.uri, releaseDate: archive.date };
  const log = join(cacheFolder, `bisect-${arch}.log`);
  const supply: Supply = { origin, store: storeOf(options), cacheFolder, log, ...helpers };
  const source = tree === undefined ? await debianSource(supply) : await givenSource(tree);
  const workshop = await openWorkshop({ ...supply, target: arch });
  return { arch, supply, source, workshop };
}
