import { randomUUID } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openStandInWorkshop } from '../../image/workshop/workshop.ts';
import type { MakerTools } from '../../mirrors/makers/maker.ts';
import { type Helpers, imageArchiveOf, obtainImage } from '../../runners/cell/image.ts';
import { storeOf } from '../../runners/cell/store.ts';
import { RunRegister } from '../../runners/host/run-register.ts';
import { run } from '../../runners/process/command.ts';
import { cacheFolder, scratchFolder } from '../harness/lone-cell.ts';

/** The architecture of this machine, whose image can be run here without a guest. */
export const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

export interface ImageTree {
  readonly scratch: string;
  /** The image, unpacked, with the files of this working tree over it. */
  readonly image: string;
  /** For making rpms and keys. */
  readonly tools: MakerTools;
  readonly helpers: Helpers;
}

/** Unpacks our image, for programs of it to be run by chroot. All goes with the stack. */
export async function unpackImage(stack: AsyncDisposableStack): Promise<ImageTree> {
  const scratch = await scratchFolder(stack);
  const register = stack.use(new RunRegister(join(cacheFolder, 'state'), randomUUID()));
  const { signal } = new AbortController();
  const helpers = { progress: () => {}, register, signal };
  const built = await obtainImage(arch, { cacheFolder }, helpers);
  const image = join(scratch, 'image');
  await run(['unsquashfs', '-quiet', '-no-progress', '-dest', image, built.image.squashfs]);
  const archive = await imageArchiveOf({}, signal);
  const origin = { uri: archive.uri, releaseDate: archive.date };
  const given = { store: storeOf({ cacheFolder }), origin, cacheFolder, log: join(scratch, 'log'), ...helpers };
  const tools = await openStandInWorkshop(given);
  await mkdir(join(image, 'given'));
  await cp(join(import.meta.dirname, '../../image/files'), image, { recursive: true });
  return { scratch, image, tools, helpers };
}

/** What a program of the image finds: a shell line that mounts it in `image`, for a mount namespace of its own. */
export const mountsOf = (image: string) =>
  `cd /; mount --bind '${image}' '${image}'; mount --bind /dev '${image}/dev'; mount -t proc proc '${image}/proc'
  mount -t sysfs -o ro sysfs '${image}/sys'`;
