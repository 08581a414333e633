import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildKernel } from '../../image/kernel/build.ts';
import { UNDERWAY } from '../../image/kernel/objects.ts';
import type { KernelSource } from '../../image/kernel/source.ts';
import type { ImageArch } from '../../image/recipe.ts';
import type { Work } from '../../image/workshop/packages.ts';
import type { Workshop } from '../../image/workshop/workshop.ts';
import { HarnessError } from '../errors.ts';
import { run } from '../process/command.ts';
import { FileLock, lockFile } from '../store/lock.ts';
import type { Store } from '../store/store.ts';
import type { Builder, Unbuildable } from './builder.ts';
import { digestOf, writeConfiguration } from './configuration.ts';
import { linkedSignature } from './linked.ts';

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
}

/** The folder in which our own kernel of this source is built, as image/kernel/build.ts names it. */
export const ownObjects = ({
  arch,
  source,
  workshop,
  cacheFolder,
}: Pick<KernelMakings, 'arch' | 'source' | 'workshop' | 'cacheFolder'>): string =>
  join(cacheFolder, 'work/kernel-objects', `${arch}-${source.objects}-${workshop.key}`);

/**
 * Builds kernels in the workshop, each once: out of the store where it has one of this configuration, source and toolchain, else in
 * a folder of objects of this builder's own, where make compiles only what the last kernel built there had otherwise.
 *
 * @param place which of the builders it is, from 0
 */
export function kernelBuilder(makings: KernelMakings, place: number): Builder {
  const { arch, source, workshop, store, cacheFolder, work, named, texts } = makings;
  const own = { ...source, objects: `${source.objects}-bisect-${place}` };
  const objects = ownObjects({ ...makings, source: own });
  return {
    makings: `${source.key} ${workshop.key}`,
    build: async (values, signal) => {
      const inputs = { arch, source: source.key, workshop: workshop.key, configuration: digestOf(values) };
      const base = texts?.get(digestOf(values)) ?? writeConfiguration(values, named);
      const plan = { arch, source: own, base, fragments: [], workshop, cacheFolder };
      try {
        const { folder, reused } = await store.obtain(
          'bisect-kernels',
          inputs,
          async (draft) => {
            // Nobody may build here between the end of make and the look at what it has linked.
            using _lock = await alone(`${objects}.bisect.lock`);
            await sow(ownObjects(makings), objects, signal);
            await buildKernel(draft, plan, { ...work, signal });
            await writeFile(join(draft, 'signature'), await linkedSignature(objects));
          },
          { label: arch, signal },
        );
        const signature = await readFile(join(folder, 'signature'), 'utf8');
        return { kind: 'built', signature, image: join(folder, 'kernel'), reused };
      } catch (error) {
        signal.throwIfAborted();
        return unbuildable(error, work.log);
      }
    },
  };
}

/**
 * An empty folder of objects begins as a copy of the one in which our own kernel was built: what is looked for is not far from
 * it, and make goes by the times of files. Not where somebody builds there now, or was broken off.
 */
async function sow(from: string, to: string, signal: AbortSignal): Promise<void> {
  if (existsSync(to) || !existsSync(join(from, '.config'))) return;
  const lock = await lockFile(`${from}.lock`, 'exclusive', { create: true });
  if (!(lock instanceof FileLock)) return;
  using _lock = lock;
  if (existsSync(join(from, UNDERWAY))) return;
  const draft = `${to}.draft`;
  await rm(draft, { recursive: true, force: true });
  await run(['cp', '--archive', '--reflink=auto', from, draft], {
    signal,
    purpose: 'copying the objects of our kernel',
  });
  await rename(draft, to);
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
