import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildKernel } from '../../../image/kernel/build.ts';
import type { KernelSource } from '../../../image/kernel/source.ts';
import type { ImageArch } from '../../../image/recipe.ts';
import type { Work } from '../../../image/workshop/packages.ts';
import type { Workshop } from '../../../image/workshop/workshop.ts';
import { HarnessError } from '../../errors.ts';
import { FileLock, lockFile } from '../../store/lock.ts';
import type { Store } from '../../store/store.ts';
import { digestOf, writeConfiguration } from '../kconfig/configuration.ts';
import type { Builder, Unbuildable } from './builder.ts';
import { linkedSignature } from './linked.ts';
import { type Known, lyingIn, nearestTree, sow, TREES } from './trees.ts';

/** What kernels are built with. */
export interface KernelMakings {
  readonly arch: ImageArch;
  readonly source: KernelSource;
  readonly workshop: Workshop;
  readonly store: Store;
  readonly cacheFolder: string;
  readonly work: Work;
  /** What is said to be off where it is not on. */
  readonly named: readonly string[];
  /** By digest, configurations as Kconfig wrote them. */
  readonly texts?: ReadonlyMap<string, string>;
  /** What is known of our own kernel, where one was built here. */
  readonly known?: () => Promise<Known | undefined>;
}

/** The folder in which our own kernel of this source is built, as image/kernel/build.ts names it. */
export const ourObjects = ({
  arch,
  source,
  workshop,
  cacheFolder,
}: Pick<KernelMakings, 'arch' | 'source' | 'workshop' | 'cacheFolder'>): string =>
  join(cacheFolder, 'work/kernel-objects', `${arch}-${source.objects}-${workshop.key}`);

/**
 * Builds kernels in the workshop, each once: out of the store where it has one of this configuration, source and toolchain, else in
 * one of this builder's own folders of objects, where make compiles only what the last kernel built there had otherwise.
 *
 * @param place which of the builders it is, from 0
 */
export function kernelBuilder(makings: KernelMakings, place: number): Builder {
  const { arch, source, workshop, store, cacheFolder, work, named, texts, known } = makings;
  const own = ourObjects(makings);
  const sources = Array.from({ length: TREES }, (_, tree) => ({
    ...source,
    objects: `${source.objects}-bisect-${place * TREES + tree}`,
  }));
  const folders = sources.map((each) => ourObjects({ ...makings, source: each }));
  return {
    makings: `${source.key} ${workshop.key}`,
    lies: () => lyingIn(folders, own),
    build: async (values, signal) => {
      const inputs = { arch, source: source.key, workshop: workshop.key, configuration: digestOf(values) };
      const base = texts?.get(digestOf(values)) ?? writeConfiguration(values, named);
      let compiledIn: number | undefined;
      try {
        const { folder, reused } = await store.obtain(
          'bisect-kernels',
          inputs,
          async (draft) => {
            // Nobody may build here between the end of make and the look at what it has linked.
            using _lock = await alone(`${folders[0]}.bisect.lock`);
            const { tree, afresh, outdated } = await nearestTree(folders, own, values, await known?.());
            const [folder = own, from = source] = [folders[tree], sources[tree]];
            compiledIn = place * TREES + tree;
            await sow(own, folder, signal, { afresh });
            const plan = { arch, source: from, base, fragments: [], workshop, cacheFolder, outdated };
            await buildKernel(draft, plan, { ...work, signal });
            await writeFile(join(draft, 'signature'), await linkedSignature(folder));
          },
          { label: arch, signal },
        );
        const signature = await readFile(join(folder, 'signature'), 'utf8');
        const where = compiledIn === undefined ? {} : { tree: compiledIn };
        return { kind: 'built', signature, image: join(folder, 'kernel'), reused, ...where };
      } catch (error) {
        signal.throwIfAborted();
        return unbuildable(error, work.log);
      }
    },
  };
}

async function alone(path: string): Promise<FileLock> {
  const lock = await lockFile(path, 'exclusive', { create: true });
  if (lock instanceof FileLock) return lock;
  throw new HarnessError({
    code: 'builder-busy',
    message: 'another bisection builds in the same folder of objects',
    hint: 'wait until it has ended',
    evidence: path,
  });
}

/** What says something about the configuration, and not about this host: make failed, or Kconfig went round in circles. */
const ABOUT_IT = ['command-failed', 'kernel-config-unstable'];

/** @throws what is no failure of this configuration's: it would be taken for one. */
function unbuildable(error: unknown, log: string): Unbuildable {
  if (!(error instanceof HarnessError) || !ABOUT_IT.includes(error.code)) throw error;
  return { kind: 'unbuildable', because: error.message.split('\n')[0] ?? error.code, evidence: error.evidence ?? log };
}
