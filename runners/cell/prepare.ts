import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage, type StubImage } from '../../image/build.ts';
import { openImage } from '../../image/contract.ts';
import type { ImageArch } from '../../image/recipe.ts';
import { type Archive, findArchive } from '../../mirrors/origins.ts';
import { type AcceleratorProof, probeAccelerator } from '../host/accelerator.ts';
import type { RunRegister } from '../host/run-register.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { ARCHES, type Arch } from '../qemu/arch.ts';
import { Store } from '../store/store.ts';
import type { Phases } from './phases.ts';

/** What a cell needs before its guest can start. */
export interface Prepared {
  readonly archive: Archive;
  readonly image: StubImage;
  readonly proof: AcceleratorProof;
}

/** What the preparation tells, and where it writes down what it acquires. */
export interface Helpers {
  readonly phases: Phases;
  readonly register: RunRegister;
  readonly signal: AbortSignal;
}

/** One store a process and folder, so that cells side by side share the builds under way. */
const stores = new Map<string, Store>();

export function storeIn(cacheFolder: string): Store {
  const store = stores.get(cacheFolder) ?? new Store(cacheFolder);
  stores.set(cacheFolder, store);
  return store;
}

/** Finds the archive, builds or reuses the image, and proves an accelerator by booting a guest. */
export async function prepare(
  planned: PlannedCell,
  options: RunOptions,
  { phases, register, signal }: Helpers,
): Promise<Prepared> {
  const arch = planned.cell.arch as Arch & ImageArch;
  await mkdir(options.cacheFolder, { recursive: true, mode: 0o700 });
  const store = storeIn(options.cacheFolder);
  const { distributions, mirrors } = loadMatrix();
  const find = (row: PlannedCell['distribution']) =>
    findArchive(row, mirrors[row.archive]?.origins ?? [], { mirror: options.mirror, signal });

  const archive = await find(planned.distribution);
  phases.fact('archive', `${archive.uri} (${archive.from}), Release of ${archive.date}`);
  phases.fact(
    'security archive',
    `${archive.securityUri} (${archive.securityFrom}), Release of ${archive.securityDate}`,
  );

  // The image is made of Debian packages, whatever distribution it installs.
  const { debian13 = planned.distribution } = distributions;
  const origin = await find(debian13);
  const ours = await buildImage({
    arch,
    origin: { uri: origin.uri, releaseDate: origin.date },
    store,
    log: join(options.cacheFolder, `image-${arch}.log`),
    progress: (step) => phases.progress(step),
    register,
    signal,
  });
  // An image of somebody else's need not know our probe: the accelerator is proven with ours.
  const proof = await probeAccelerator({
    arch: ARCHES[arch],
    kernel: ours.kernel,
    initrd: ours.initrd,
    cacheFolder: options.cacheFolder,
    signal,
  });
  const { image: given, kernel, initrd } = options;
  const image = given ? await openImage(given, store) : ours;
  return { archive, proof, image: { ...image, kernel: kernel ?? image.kernel, initrd: initrd ?? image.initrd } };
}
