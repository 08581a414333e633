import { randomBytes } from 'node:crypto';
import { rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkedPath, generationFolder, generationsOf, lockOf, MANIFEST, type Place, rubbishIn } from './layout.ts';
import { FileLock, lockFile } from './lock.ts';

/**
 * Removes a generation unless it is in use. To be called by who holds the place's lock.
 *
 * @returns whether it is gone.
 */
export async function removeGeneration(place: Place, generation: number): Promise<boolean> {
  const folder = generationFolder(place, generation);
  const lock = await lockFile(join(folder, MANIFEST), 'exclusive');
  if (lock === 'busy') return false;
  // Without a manifest nobody can have come to use it.
  using _unused = lock instanceof FileLock ? lock : undefined;
  // It vanishes in one step; who waits for its lock meanwhile sees that it is gone.
  const gone = join(place.folder, `gone-${generation}-${randomBytes(4).toString('hex')}`);
  await rename(folder, gone);
  await rm(checkedPath(place, generation), { force: true });
  await rm(gone, { recursive: true, force: true });
  return true;
}

/** All generations but the newest, unless they are in use. */
export async function removeSuperseded(place: Place): Promise<void> {
  const [, ...older] = await generationsOf(place);
  for (const generation of older) await removeGeneration(place, generation);
}

/** Removes a place that keeps nothing, with its lock. To be called by who holds it: who waits for it sees that it is gone. */
export async function removeIfEmpty(place: Place): Promise<void> {
  if ((await generationsOf(place)).length > 0 || (await rubbishIn(place)).length > 0) return;
  await rm(lockOf(place), { force: true });
  // Somebody may be about to make something there again.
  await rmdir(place.folder).catch(() => {});
}
