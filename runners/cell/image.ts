import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage, type StubImage } from '../../image/build.ts';
import { obtainKernel } from '../../image/kernel/kernel.ts';
import { type ImageArch, suite } from '../../image/recipe.ts';
import { workshopTools } from '../../image/toolbox.ts';
import type { Progress } from '../../image/workshop/packages.ts';
import { openWorkshop } from '../../image/workshop/workshop.ts';
import type { Archive } from '../../mirrors/origins.ts';
import { explain, HarnessError } from '../errors.ts';
import type { RunRegister } from '../host/run-register.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { Store } from '../store/store.ts';
import { type AptSource, type ArchiveWishes, findArchiveOf, originsOf } from './archive.ts';
import { storeOf } from './store.ts';

/** What the preparation tells, and where it writes down what it acquires. */
export interface Helpers {
  readonly progress: Progress;
  readonly register: RunRegister;
  readonly signal: AbortSignal;
}

type ImageWishes = Pick<RunOptions, 'cacheFolder' | 'mirror' | 'proxy' | 'fresh' | 'audit' | 'otherKernel'>;

/** The archive that the image is made from. */
export function imageArchiveOf(options: ArchiveWishes, signal: AbortSignal): Promise<Archive> {
  return findArchiveOf(imageSource(), options, signal);
}

/** Where the image is made from. @throws HarnessError `image-suite` */
export function imageSource(): AptSource {
  const rows = Object.values(loadMatrix().distributions).filter((row) => row.family === 'debootstrap');
  const distribution = rows.find((row) => row.suite === suite);
  // Debian has one archive for all architectures.
  const name = Object.values(distribution?.published ?? {})[0]?.archive;
  if (distribution) return { distribution, origins: originsOf(name) };
  throw new HarnessError({ code: 'image-suite', message: `the image is made of ${suite}, which matrix.yaml lacks` });
}

interface ObtainedImage {
  readonly image: StubImage;
  /** What it is made from. */
  readonly archive: Archive;
}

/**
 * Our own image of an architecture, built where the store has none.
 *
 * @throws HarnessError `image-not-kept` where it would have to be built and a past run is replayed: that one's guests asked
 *   for none of what an image is made of.
 */
export async function obtainImage(arch: ImageArch, options: ImageWishes, helpers: Helpers): Promise<ObtainedImage> {
  const { cacheFolder, proxy } = options;
  if (!proxy?.offline) return obtain(arch, options, storeOf(options), helpers);
  try {
    return await obtain(arch, options, storeOf({ cacheFolder }), helpers);
  } catch (cause) {
    helpers.signal.throwIfAborted();
    throw new HarnessError({
      code: 'image-not-kept',
      message: `the image for ${arch} is not in the store as it would be made now, and cannot be built without a network: ${explain(cause)}`,
      hint: 'run the same once with the network and without --offline; or go back to the sources that the image was made of',
      cause,
    });
  }
}

async function obtain(
  arch: ImageArch,
  options: ImageWishes,
  store: Store,
  { progress, register, signal }: Helpers,
): Promise<ObtainedImage> {
  const { cacheFolder, otherKernel = { kind: 'ours' }, proxy } = options;
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const archive = await imageArchiveOf(options, signal);
  const origin = { uri: archive.uri, releaseDate: archive.date, via: proxy?.port };
  const log = join(cacheFolder, `image-${arch}.log`);
  const given = { arch, origin, store, log, progress, register, signal };
  const tools = workshopTools(await openWorkshop({ ...given, target: arch, cacheFolder }));
  if (otherKernel.kind === 'debian') return { image: await buildImage({ ...given, tools }), archive };
  const kernel = await obtainKernel({ ...given, choice: otherKernel, cacheFolder });
  return { image: await buildImage({ ...given, tools, kernel }), archive };
}
