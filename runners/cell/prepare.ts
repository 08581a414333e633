import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage, type StubImage } from '../../image/build.ts';
import { openImage } from '../../image/contract.ts';
import { type ImageArch, suite } from '../../image/recipe.ts';
import { type Archive, findArchive } from '../../mirrors/origins.ts';
import { HarnessError } from '../errors.ts';
import { type AcceleratorProof, probeAccelerator } from '../host/accelerator.ts';
import type { RunRegister } from '../host/run-register.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { Distribution } from '../matrix/schema.ts';
import { ARCHES, type Arch } from '../qemu/arch.ts';
import { Store } from '../store/store.ts';

/** What a cell needs before its guest can start. */
export interface Prepared {
  readonly archive: Archive;
  readonly image: StubImage;
  readonly proof: AcceleratorProof;
}

/** What the preparation tells, and where it writes down what it acquires. */
export interface Helpers {
  readonly progress: (step: string) => void;
  readonly register: RunRegister;
  readonly signal: AbortSignal;
}

/** One store a process and folder, so that cells side by side share the builds under way. */
const stores = new Map<string, Store>();

function storeIn(cacheFolder: string): Store {
  const store = stores.get(cacheFolder) ?? new Store(cacheFolder);
  stores.set(cacheFolder, store);
  return store;
}

/** @throws HarnessError `archive-unreachable` */
export function findArchiveOf(
  distribution: Distribution,
  { mirror }: Pick<RunOptions, 'mirror'>,
  signal: AbortSignal,
): Promise<Archive> {
  const { origins = [] } = loadMatrix().mirrors[distribution.archive] ?? {};
  return findArchive(distribution, origins, { mirror, signal });
}

/** Our own image of an architecture, built where the store has none, with the archive it is made from. */
export async function obtainImage(
  arch: ImageArch,
  options: Pick<RunOptions, 'cacheFolder' | 'mirror'>,
  { progress, register, signal }: Helpers,
): Promise<{ readonly image: StubImage; readonly archive: Archive }> {
  const { cacheFolder } = options;
  const distribution = Object.values(loadMatrix().distributions).find((row) => row.suite === suite);
  if (!distribution) {
    throw new HarnessError({ code: 'image-suite', message: `the image is made of ${suite}, which matrix.yaml lacks` });
  }
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const archive = await findArchiveOf(distribution, options, signal);
  const image = await buildImage({
    arch,
    origin: { uri: archive.uri, releaseDate: archive.date },
    store: storeIn(cacheFolder),
    log: join(cacheFolder, `image-${arch}.log`),
    progress,
    register,
    signal,
  });
  return { image, archive };
}

/** Finds the archive, builds or reuses the image, and proves an accelerator by booting a guest. */
export async function prepare(planned: PlannedCell, options: RunOptions, helpers: Helpers): Promise<Prepared> {
  const arch = planned.cell.arch as Arch & ImageArch;
  const { signal } = helpers;
  const archive = await findArchiveOf(planned.distribution, options, signal);
  const { image: ours } = await obtainImage(arch, options, helpers);
  // An image of somebody else's need not know our probe: the accelerator is proven with ours.
  const proof = await probeAccelerator({
    arch: ARCHES[arch],
    kernel: ours.kernel,
    initrd: ours.initrd,
    cacheFolder: options.cacheFolder,
    signal,
  });
  const { image: given, kernel, initrd } = options;
  const replaced = { ...(kernel ? { kernel } : {}), ...(initrd ? { initrd } : {}) };
  const image = given ? await openImage(given, storeIn(options.cacheFolder), replaced) : { ...ours, ...replaced };
  return { archive, proof, image };
}
