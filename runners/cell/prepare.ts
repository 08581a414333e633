import type { StubImage } from '../../image/build.ts';
import { hashFile, openImage } from '../../image/contract.ts';
import { installInputsOf } from '../../image/install-inputs.ts';
import type { ImageArch } from '../../image/recipe.ts';
import { type AcceleratorProof, probeAccelerator } from '../host/accelerator.ts';
import { versionOf } from '../host/tools.ts';
import type { ArchiveKind } from '../matrix/fields.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { ArchiveException, Distribution } from '../matrix/schema.ts';
import { ARCHES, type Arch } from '../qemu/arch.ts';
import { cpuFor, LEAST, requireFloor } from '../qemu/cpu.ts';
import type { Json } from '../store/inputs.ts';
import { type CellArchive, exceptionFor } from './archive.ts';
import { archiveOf } from './choice.ts';
import { type Helpers, obtainImage } from './image.ts';
import { storeOf } from './store.ts';

/** What a cell needs before its guest can start. */
export interface Prepared {
  readonly arch: Arch;
  readonly archive: CellArchive;
  /** Why it is not read as it should be, if it is not. */
  readonly exception: ArchiveException | undefined;
  readonly image: BootableImage;
  readonly proof: AcceleratorProof;
  /** `-cpu`: what the distribution needs at least, as the accelerator gives it. */
  readonly cpu: string;
}

export interface BootableImage extends StubImage {
  /** Changes with any byte that is booted. */
  readonly identity: Json;
  /** What of the image an install can see. */
  readonly visible: Json;
}

/** What a report says of it. */
export function factsAbout(
  { archive, exception, image, proof, cpu }: Prepared,
  { signatures }: Distribution,
): Readonly<Record<string, string>> {
  return {
    archive: `${archive.uri} (${archive.from}), Release of ${archive.date}`,
    'security archive': `${archive.securityUri} (${archive.securityFrom}), Release of ${archive.securityDate}`,
    ...(exception ? { 'archive exception': `until ${exception.until}: ${exception.because}` } : {}),
    ...(signatures && archive.kind === 'real' ? { signatures: `not verified: ${signatures.because}` } : {}),
    image: `${image.key} (${image.reused ? 'reused' : 'built'})`,
    accelerator: `${proof.accelerator}: ${proof.because}`,
    cpu,
  };
}

/** What of our image an install of the distribution can see. */
export function visibleOf(distro: string, archive: Pick<CellArchive, 'date'>): Promise<Json> {
  return installInputsOf(distro, archive.date);
}

/**
 * Finds the archive, builds or reuses the image, and proves an accelerator by booting a guest.
 *
 * @param known the archive, where nothing is to be installed: it need not be there any more.
 */
export async function prepare(
  planned: PlannedCell,
  options: RunOptions,
  helpers: Helpers,
  known?: CellArchive,
): Promise<Prepared> {
  const arch = planned.cell.arch as Arch & ImageArch;
  const { signal } = helpers;
  const [archive, { image: ours, archive: imageArchive }] = await together(
    helpers,
    async (given) => known ?? archiveOf(planned, options, given),
    (given) => obtainImage(arch, options, given),
  );
  // An image of somebody else's need not know our probe: the accelerator is proven with ours.
  const proof = await probeAccelerator({
    arch: ARCHES[arch],
    kernel: ours.kernel,
    initrd: ours.initrd,
    cacheFolder: options.cacheFolder,
    signal,
  });
  const cpu = await cpuOf(planned, archive.kind, proof);
  const { image: given, kernel, initrd } = options;
  const replaced = { ...(kernel ? { kernel } : {}), ...(initrd ? { initrd } : {}) };
  const image = given ? await openImage(given, storeOf(options), replaced) : { ...ours, ...replaced };
  const hashes = await Promise.all(Object.entries(replaced).map(async ([name, file]) => [name, await hashFile(file)]));
  const visible = given ? { image: image.key } : await visibleOf(planned.cell.distro, imageArchive);
  const identity = { image: image.key, ...Object.fromEntries(hashes) };
  const exception = archive.kind === 'real' ? exceptionFor(planned.cell, new Date()) : undefined;
  return { arch, archive, exception, proof, cpu, image: { ...image, identity, visible } };
}

/** Both at the same time; where one fails the other is broken off, and has ended. */
async function together<A, B>(
  helpers: Helpers,
  one: (given: Helpers) => Promise<A>,
  other: (given: Helpers) => Promise<B>,
): Promise<[A, B]> {
  const over = new AbortController();
  const given = { ...helpers, signal: AbortSignal.any([helpers.signal, over.signal]) };
  const both = [one(given), other(given)] as const;
  try {
    return await Promise.all(both);
  } catch (error) {
    over.abort(error);
    await Promise.allSettled(both);
    throw error;
  }
}

/** @throws HarnessError `cpu-model-missing`, `cpu-below-floor` */
async function cpuOf(
  { cell, distribution }: PlannedCell,
  archive: ArchiveKind,
  { accelerator }: AcceleratorProof,
): Promise<string> {
  const arch = cell.arch as Arch;
  // A stand-in is made of packages of Debian, whatever it stands for.
  const floor = (archive === 'real' && distribution.published[arch]?.['cpu-floor']) || LEAST[arch];
  await requireFloor(accelerator, floor);
  return cpuFor(arch, accelerator, floor, (await versionOf(ARCHES[arch].qemu)) ?? '0');
}
